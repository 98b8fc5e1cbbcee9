import { damaged, type Json, type Tagged } from './json.ts'

/** Parses a part of a value. */
type Parse = (parsing: Parsing, json: Json) => unknown

/** One value being parsed. */
export class Parsing {
  /** CryptoKeys that have not been made yet. */
  readonly missing: Tagged[] = []
  /** Those that have. */
  readonly keys: ReadonlyMap<Json, object>
  readonly #parse: Parse
  readonly #numbered = new Map<Json, unknown>()

  constructor(parse: Parse, keys: ReadonlyMap<Json, object> = new Map()) {
    this.#parse = parse
    this.keys = keys
  }

  parse(json: Json | undefined): unknown {
    return this.#parse(this, json ?? null)
  }

  /** Keeps an object under its number, if it has one. */
  remember(json: Tagged, value: unknown): void {
    if (json['id'] !== undefined && json.$ !== 'ref') this.#numbered.set(json['id'], value)
  }

  /** @throws DataError if no object before it has the number */
  referred(json: Tagged): unknown {
    const id = json['id'] ?? null
    if (this.#numbered.has(id)) return this.#numbered.get(id)
    throw damaged(`no object has the number ${String(id)}`)
  }
}
