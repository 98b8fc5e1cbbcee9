import { Descent } from './depth/descent.ts'
import { damaged, type Json, type Tagged } from './json.ts'

/** Parses a part of a value. */
type Parse = (parsing: Parsing, json: Json) => unknown

/** One value being parsed. */
export class Parsing {
  /** CryptoKeys that have not been made yet. */
  readonly missing: Tagged[] = []
  /** Those that have. */
  readonly keys: ReadonlyMap<Json, object>
  readonly #descent: Descent<Json, unknown>
  readonly #numbered = new Map<Json, unknown>()

  constructor(parse: Parse, keys: ReadonlyMap<Json, object> = new Map()) {
    this.#descent = new Descent((json) => parse(this, json))
    this.keys = keys
  }

  /** Parses a part with all that is in it. */
  parse(json: Json | undefined): unknown {
    return this.#descent.whole(json ?? null)
  }

  /** Parses a part of the object that is being parsed. `put` gets it before what is in it has been parsed. */
  part(json: Json | undefined, put: (value: unknown) => void): void {
    this.#descent.part(json ?? null, put)
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
