/**
 * Values as Dexie's exports have them: JSON, with the types of what JSON cannot say beside it, in `$types`, by their paths. In a path `~0` is
 * a tilde and `~1` a dot in a name. A value that is no plain object is in `$`, and its types are in `$types.$`.
 */
import { fromBase64 } from '../../rendering/base64.ts'

type Members = Record<string, unknown>

/** The value. `lost` is told each type that is not known here; what has it is left as it is in JSON. */
export function reviveDexie(encoded: unknown, lost: (type: string) => void): unknown {
  if (!isMembers(encoded) || !isMembers(encoded['$types'])) return encoded
  const { $types, ...members } = encoded
  const { $: apart } = $types as Members
  return isMembers(apart)
    ? new Reviver(apart, lost).revive(encoded['$'])
    : new Reviver($types as Members, lost).revive(members)
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

class Reviver {
  readonly #types: Members
  readonly #lost: (type: string) => void
  /** Path → what is there, for what occurs again. */
  readonly #met = new Map<string, unknown>()

  constructor(types: Members, lost: (type: string) => void) {
    this.#types = types
    this.#lost = lost
  }

  revive(value: unknown, path = ''): unknown {
    const types = [this.#types[path] ?? []].flat().map(String)
    // The path of what is there a second time.
    if (types.includes('#')) return this.#met.get(String(value).slice(1))
    this.#met.set(path, value)
    const missing: string[] = []
    for (const [name, part] of Object.entries(Object(value) as Members)) {
      if (typeof value !== 'object' || value === null) break
      const inner = pathTo(path, name)
      ;(value as Members)[name] = this.revive(part, inner)
      if (this.#types[inner] === 'sparseUndefined') missing.push(name)
    }
    for (const name of missing) delete (value as Members)[name]
    const revived = types.reduce((it, type) => this.#reviveAs(it, type), value)
    this.#met.set(path, revived)
    return revived
  }

  #reviveAs(value: unknown, type: string): unknown {
    const revive = revivers[type]
    if (revive) return revive(value as never)
    const arrayClass = classNamed(type)
    if (arrayClass) return viewOf(arrayClass, value as EncodedView)
    this.#lost(type)
    return value
  }
}

const pathTo = (path: string, name: string): string => {
  const escaped = name.replaceAll('~', '~0').replaceAll('.', '~1')
  return path === '' ? escaped : `${path}.${escaped}`
}

/** Its buffer is revived before, or is base64. */
interface EncodedView {
  readonly buffer?: ArrayBuffer
  readonly encoded?: string
  readonly byteOffset?: number
  readonly byteLength?: number
  readonly length?: number
}

type ViewClass = new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => ArrayBufferView

/** `uint8array2` and `uint8array` are Uint8Array. */
function classNamed(type: string): ViewClass | undefined {
  const [, name] = /^((?:big)?u?int\d+(?:clamped)?array|float\d+array)2?$/.exec(type) ?? []
  const names = Object.getOwnPropertyNames(globalThis)
  const found = name && names.find((it) => it.toLowerCase() === name)
  return found ? ((globalThis as unknown as Members)[found] as ViewClass) : undefined // by its name
}

function viewOf(View: ViewClass, { buffer, encoded, byteOffset, length }: EncodedView) {
  return new View(buffer ?? fromBase64(encoded ?? '').buffer, byteOffset, length)
}

interface EncodedFile {
  readonly type: string
  readonly data?: string
  readonly stringContents?: string
  readonly name?: string
  readonly lastModified?: number
}

const bytesOf = ({ data, stringContents = '' }: EncodedFile): Uint8Array<ArrayBuffer> =>
  data === undefined
    ? Uint8Array.from(stringContents, (unit) => unit.charCodeAt(0))
    : fromBase64(data)

/** Type → what makes it of what is there, whose parts are revived. */
const revivers: Readonly<Record<string, (value: never) => unknown>> = {
  undef: () => undefined,
  sparseUndefined: () => undefined,
  userObject: (it: unknown) => it,
  arrayNonindexKeys: (it: object) => (Array.isArray(it) ? it : Object.assign([], it)),
  nan: () => NaN,
  infinity: () => Infinity,
  negativeInfinity: () => -Infinity,
  negativeZero: () => -0,
  date: (it: number | string) => new Date(Number(it)),
  regexp: ({ source, flags }: RegExp) => new RegExp(source, flags),
  bigint: (it: string) => BigInt(it),
  bigintObject: (it: string) => Object(BigInt(it)) as unknown,
  BooleanObject: (it: boolean) => Object(it) as unknown,
  NumberObject: (it: number) => Object(it) as unknown,
  StringObject: (it: string) => Object(it) as unknown,
  map: (it: [unknown, unknown][]) => new Map(it),
  set: (it: unknown[]) => new Set(it),
  arraybuffer: (it: string) => fromBase64(it).buffer,
  dataview: ({ buffer, encoded, byteOffset, byteLength }: EncodedView) =>
    new DataView(buffer ?? fromBase64(encoded ?? '').buffer, byteOffset, byteLength),
  blob: (it: EncodedFile) => new Blob([bytesOf(it)], { type: it.type }),
  blob2: (it: EncodedFile) => new Blob([bytesOf(it)], { type: it.type }),
  file: (it: EncodedFile) => {
    const { name = '', type, lastModified = 0 } = it
    return new File([bytesOf(it)], name, { type, lastModified })
  },
}
