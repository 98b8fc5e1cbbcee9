/**
 * Values as Playwright encodes them: what JSON says is as it is, and else an object with one short member.
 *
 * | member | is                                                                   |
 * | ------ | -------------------------------------------------------------------- |
 * | `v`    | `undefined`, `null`, `NaN`, `Infinity`, `-Infinity` or `-0`, by name |
 * | `d`    | a Date, `bi` a bigint, `u` a URL, as text                            |
 * | `r`    | a RegExp: `p` its source, `f` its flags                              |
 * | `e`    | an error: name, message and stack in `n`, `m`, `s`                   |
 * | `ta`   | a typed array: `k` its kind, `b` its bytes as base64                 |
 * | `ab`   | an ArrayBuffer: `b` its bytes as base64                              |
 * | `a`    | an array, `o` an object (`k`, `v`), `m` a Map (the same), `s` a Set  |
 * | `id`   | in addition to these four, so that `ref` can stand for them          |
 */
import { fromBase64, toBase64 } from '../../rendering/base64.ts'

export type PlaywrightJson =
  | null
  | boolean
  | number
  | string
  | readonly PlaywrightJson[]
  | { readonly [member: string]: PlaywrightJson }

const arrayKinds: ReadonlyMap<string, string> = new Map([
  ['i8', 'Int8Array'],
  ['ui8', 'Uint8Array'],
  ['ui8c', 'Uint8ClampedArray'],
  ['i16', 'Int16Array'],
  ['ui16', 'Uint16Array'],
  ['i32', 'Int32Array'],
  ['ui32', 'Uint32Array'],
  ['f32', 'Float32Array'],
  ['f64', 'Float64Array'],
  ['bi64', 'BigInt64Array'],
  ['bui64', 'BigUint64Array'],
])

/**
 * The value that was encoded. `lost` is told what is of no form that is known here, and becomes undefined. Throws what is thrown where it is
 * damaged: for programs it has to be made a DataError.
 */
export function decodeStored(encoded: unknown, lost: (type: string) => void): unknown {
  return new Decoder(lost).decode(encoded)
}

type Members = Readonly<Record<string, unknown>>

class Decoder {
  readonly #lost: (type: string) => void
  readonly #known = new Map<unknown, unknown>()

  constructor(lost: (type: string) => void) {
    this.#lost = lost
  }

  decode(encoded: unknown): unknown {
    if (typeof encoded !== 'object' || encoded === null) return encoded
    const it = encoded as Members
    if ('ref' in it) return this.#referred(it['ref'])
    if ('a' in it || 'o' in it || 'm' in it || 's' in it) return this.#decodeContainer(it)
    return decodeLeaf(it, this.#lost)
  }

  #referred(id: unknown): unknown {
    if (this.#known.has(id)) return this.#known.get(id)
    throw new TypeError(`it refers to an object ${String(id)}, which is not there`)
  }

  #decodeContainer(it: Members): unknown {
    const list = listOf(it['a'] ?? it['o'] ?? it['m'] ?? it['s'])
    if ('a' in it) {
      const array = this.#note<unknown[]>(it, [])
      for (const item of list) array.push(this.decode(item))
      return array
    }
    if ('s' in it) {
      const set = this.#note(it, new Set())
      for (const item of list) set.add(this.decode(item))
      return set
    }
    const entries = list as readonly { k: unknown; v: unknown }[] // both kinds have these
    if ('m' in it) {
      const map = this.#note(it, new Map())
      for (const { k, v } of entries) map.set(this.decode(k), this.decode(v))
      return map
    }
    const object = this.#note(it, {})
    for (const { k, v } of entries) define(object, String(k), this.decode(v))
    return object
  }

  #note<Value>({ id }: Members, value: Value): Value {
    this.#known.set(id, value)
    return value
  }
}

/** Also where the name is `__proto__`. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError('the parts of an array, object, Map or Set are no list')
}

const named: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  ['undefined', undefined],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
])

function decodeLeaf(encoded: Members, lost: (type: string) => void): unknown {
  const { v, d, u, bi, e, r, ta, ab } = encoded
  if (named.has(v)) return named.get(v)
  if (d !== undefined) return dateOf(d)
  if (u !== undefined) return String(u)
  if (bi !== undefined) return BigInt(String(bi))
  if (e !== undefined) return errorOf(e as Members)
  if (r !== undefined) return new RegExp(String((r as Members)['p']), String((r as Members)['f']))
  if (ab !== undefined) return fromBase64(String((ab as Members)['b'])).buffer
  const { k } = (ta ?? {}) as Members
  if (arrayKinds.has(String(k))) return typedArrayOf(ta as Members)
  lost(unknownForm(encoded, k))
  return undefined
}

/** What it is called where it is told as lost. */
function unknownForm({ v, ta, ...others }: Members, arrayKind: unknown): string {
  if (v !== undefined) return `value "${String(v)}"`
  if (ta !== undefined) return `typed array "${String(arrayKind)}"`
  return `value encoded as {${Object.keys(others).join(', ')}}`
}

function dateOf(text: unknown): Date {
  const date = new Date(text === null ? NaN : String(text))
  if (text !== null && Number.isNaN(date.getTime()))
    throw new TypeError(`"${String(text)}" is no date`)
  return date
}

function errorOf({ n, m, s }: Members): Error {
  const { [String(n)]: known } = globalThis as unknown as Members
  const isErrorClass = typeof known === 'function' && known.prototype instanceof Error
  const Class = (isErrorClass ? known : Error) as ErrorConstructor // That was just looked at.
  const error = new Class(String(m))
  if (error.name !== String(n)) define(error, 'name', String(n))
  define(error, 'stack', String(s))
  return error
}

function typedArrayOf({ k, b }: Members): unknown {
  const { buffer } = fromBase64(String(b))
  return new (classOf(arrayKinds.get(String(k)) ?? ''))(buffer)
}

function classOf(name: string): new (buffer: ArrayBuffer) => ArrayBufferView {
  return (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>)[
    name
  ] as new (buffer: ArrayBuffer) => ArrayBufferView // All runtimes have them.
}

/** The encoded value; `isPlain`: JSON says all of it. `lost` is told the types of the objects that Playwright has no form for. */
export function encodeStored(
  value: unknown,
  lost: (type: string) => void,
): { readonly isPlain: boolean; readonly json: PlaywrightJson } {
  // Playwright takes a plain null for nothing.
  if (value !== null && isPlain(value, new Set())) {
    return { isPlain: true, json: value as PlaywrightJson }
  }
  return { isPlain: false, json: new Encoder(lost).encode(value) }
}

/** Whether JSON says all of it. `seen`: no object may be in it twice. */
function isPlain(value: unknown, seen: Set<object>): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean'
  if (value === null) return true
  const isArray = Array.isArray(value)
  if (seen.has(value) || (isArray ? !isWholeArray(value) : tagOf(value) !== 'Object')) return false
  seen.add(value)
  return Object.values(value).every((it) => isPlain(it, seen))
}

const isWholeArray = (array: unknown[]): boolean => Object.keys(array).length === array.length
const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

class Encoder {
  readonly #ids = new Map<object, number>()
  readonly #lost: (type: string) => void

  constructor(lost: (type: string) => void) {
    this.#lost = lost
  }

  encode(value: unknown): PlaywrightJson {
    if (typeof value === 'bigint') return { bi: String(value) }
    if (value === undefined || value === null) return { v: String(value) }
    if (typeof value === 'number') return encodeNumber(value)
    if (typeof value !== 'object') return value as string | boolean // There are no symbols in databases.
    const id = this.#ids.get(value)
    return id === undefined ? this.#encodeObject(value, tagOf(value)) : { ref: id }
  }

  #encodeObject(value: object, tag: string): PlaywrightJson {
    if (tag === 'Date') return { d: (value as Date).toJSON() }
    if (tag === 'RegExp') return { r: { p: (value as RegExp).source, f: (value as RegExp).flags } }
    if (value instanceof Error && tag === 'Error') {
      return { e: { n: value.name, m: value.message, s: value.stack ?? '' } }
    }
    if (tag === 'ArrayBuffer') return { ab: { b: toBase64(new Uint8Array(value as ArrayBuffer)) } }
    if (ArrayBuffer.isView(value)) return this.#encodeView(value, tag)
    return this.#encodeContainer(value, tag)
  }

  #encodeView({ buffer, byteOffset, byteLength }: ArrayBufferView, tag: string): PlaywrightJson {
    const kind = [...arrayKinds].find(([, name]) => name === tag)?.[0]
    if (kind === undefined) return this.#lose(tag)
    const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice()
    return { ta: { k: kind, b: toBase64(bytes) } }
  }

  #encodeContainer(value: object, tag: string): PlaywrightJson {
    const isKnown = tag === 'Map' || tag === 'Set' || tag === 'Object' || Array.isArray(value)
    if (!isKnown) return this.#lose(tag)
    const id = this.#ids.size + 1
    this.#ids.set(value, id)
    if (Array.isArray(value)) {
      if (!isWholeArray(value)) this.#lost('array with holes or named properties')
      return { a: Array.from(value, (it) => this.encode(it)), id }
    }
    if (tag === 'Set') return { s: Array.from(value as Set<unknown>, (it) => this.encode(it)), id }
    if (tag === 'Map') return { m: this.#pairs(value as Map<unknown, unknown>), id }
    return { o: Object.entries(value).map(([k, v]) => ({ k, v: this.encode(v) })), id }
  }

  #pairs(map: Map<unknown, unknown>): PlaywrightJson[] {
    return Array.from(map, ([k, v]) => ({ k: this.encode(k), v: this.encode(v) }))
  }

  #lose(type: string): PlaywrightJson {
    this.#lost(type)
    return { v: 'undefined' }
  }
}

function encodeNumber(value: number): PlaywrightJson {
  if (Object.is(value, -0)) return { v: '-0' }
  return Number.isFinite(value) ? value : { v: String(value) }
}
