/** From the values in a program to those that script passes to the API. */
import type { Encoded } from './program.ts'
import type { Environment } from '../run.ts'

/** @throws whatever making a key range throws */
export function decode(encoded: Encoded, environment: Environment): unknown {
  if (!isList(encoded)) return encoded
  const [tag, ...rest] = encoded
  const make = makers[String(tag)]
  if (!make) throw new Error(`A program has no value "${String(tag)}"`)
  return make(rest, (item) => decode(item, environment), environment)
}

type Make = (
  args: readonly Encoded[],
  decodeItem: (item: Encoded) => unknown,
  environment: Environment,
) => unknown

const makers: Readonly<Record<string, Make>> = {
  undefined: () => undefined,
  number: ([text]) => Number(text),
  bigint: ([text]) => BigInt(String(text)),
  date: ([time]) => new Date(time === null ? NaN : Number(time)),
  array: (items, decodeItem) => items.map(decodeItem),
  object: (entries, decodeItem) => objectOf(entries, decodeItem),
  bytes: ([type, ...bytes]) => bufferOf(String(type), bytes.map(Number)),
  detached: () => {
    const buffer = new ArrayBuffer(2)
    structuredClone(buffer, { transfer: [buffer] })
    return buffer
  },
  range: ([name, ...args], decodeItem, environment) =>
    keyRangeOf(String(name), args.map(decodeItem), environment),
  holes: () => {
    const list: unknown[] = [1, 2, 3]
    delete list[1]
    return list
  },
  cyclicArray: () => {
    const list: unknown[] = [1]
    list.push(list)
    return list
  },
  cyclicObject: () => {
    const object: Record<string, unknown> = { id: 1 }
    object['self'] = object
    return object
  },
  map: (items, decodeItem) => new Map(items.map((it, position) => [position, decodeItem(it)])),
  set: (items, decodeItem) => new Set(items.map(decodeItem)),
  regexp: ([source, flags]) => new RegExp(String(source), String(flags)),
  boxed: ([value]) => Object(value),
  error: ([message]) => new RangeError(String(message)),
  cause: ([cause], decodeItem) => new Error('why', { cause: decodeItem(cause ?? null) }),
  instance: ([value], decodeItem) => new Instance(decodeItem(value ?? null)),
  extra: ([value], decodeItem) => Object.assign([1], { extra: decodeItem(value ?? null) }),
  file: ([content]) => new File([String(content)], 'a.txt', { type: 'a/b', lastModified: 5 }),
  arguments: (items, decodeItem) => argumentsOf(...items.map(decodeItem)),
  segments: () => new Intl.Segmenter().segment('text'),
  blob: ([text]) => new Blob([String(text)], { type: 'text/plain' }),
  function: () => () => 0,
  symbol: () => Symbol('a'),
  throwing: () => ({
    get id(): never {
      throw new RangeError('A getter of the program throws')
    },
  }),
  lone: ([code]) => String.fromCharCode(Number(code)),
}

class Instance {
  readonly own: unknown
  readonly #hidden = 1

  constructor(own: unknown) {
    this.own = own
  }

  get inherited(): number {
    return this.#hidden
  }
}

const argumentsOf = function () {
  return arguments
} as (...items: unknown[]) => object // they are taken from `arguments`

/** @throws DataError for keys that are none */
function keyRangeOf(
  name: string,
  args: readonly unknown[],
  { indexedDB, keyRange }: Environment,
): IDBKeyRange {
  if (name === 'lowerBound') return keyRange.lowerBound(args[0], args[1] === true)
  if (name === 'upperBound') return keyRange.upperBound(args[0], args[1] === true)
  if (name === 'only') return keyRange.only(args[0])
  const [lower, upper, ...flags] = args
  // Known difference: an empty range of one key is refused by browsers alone.
  const [lowerOpen, upperOpen] = indexedDB.cmp(lower, upper) === 0 ? [] : flags
  return keyRange.bound(lower, upper, lowerOpen === true, upperOpen === true)
}

function objectOf(entries: readonly Encoded[], decodeItem: (item: Encoded) => unknown): object {
  const object: Record<string, unknown> = {}
  for (const entry of entries) {
    if (!isList(entry)) throw new Error('An object of a program is a list of pairs')
    object[String(entry[0])] = decodeItem(entry[1] ?? null)
  }
  return object
}

function bufferOf(type: string, bytes: readonly number[]): ArrayBuffer | ArrayBufferView {
  const { buffer } = Uint8Array.from(bytes)
  if (type === 'ArrayBuffer') return buffer
  if (type === 'DataView') return new DataView(buffer)
  if (type === 'Part') return new Uint8Array(buffer).subarray(1)
  if (type === 'Float64Array') return new Float64Array(buffer, 0, Math.floor(bytes.length / 8))
  return new Uint8Array(buffer)
}

function isList(encoded: Encoded | undefined): encoded is readonly Encoded[] {
  return Array.isArray(encoded)
}
