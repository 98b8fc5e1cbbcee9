import {
  type Brand,
  brandOf,
  isArguments,
  isBarePlatformObject,
  isProxy,
  onlyLooksBranded,
  runsOutsideOfPages,
} from '../platform-objects/brands.ts'
import { shortLimit, Tag } from '../format.ts'
import { append } from '../../base/own-property.ts'
import {
  bigintValue,
  booleanValue,
  dateTime,
  getPrototypeOf,
  hasOwn,
  isArray,
  mapForEach,
  numberValue,
  ownKeys,
  setForEach,
  stringValue,
} from '../platform-objects/intrinsics.ts'
import { interfaceNames, refusedName } from '../platform-objects/interface-names.ts'
import { isRefusedByPlatform } from '../platform-objects/native-clone.ts'
import { refused } from './refuse.ts'
import { writeArrayBuffer, writeView } from './write-buffers.ts'
import { writeError } from './write-errors.ts'
import { beginPlatformObject } from './write-platform-objects.ts'
import { writeRegExp } from './write-reg-exp.ts'
import { writeObjectHead } from './write-shape.ts'
import { absent, type Children, generatedKey, type WriteState } from './write-state.ts'
import { writeNumber, writeString } from './write-items.ts'

/** Objects nested deeper than this are written with a stack of our own, so that no depth exhausts JavaScript's. */
const recursionLimit = 64

/**
 * Writes `value` as an item. `depth` counts the objects it lies in.
 * https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal
 */
export function writeValue(state: WriteState, value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      return writeString(state.out, value)
    case 'number':
      return writeNumber(state.out, value)
    case 'object':
      if (value === null) return state.out.byte(Tag.null)
      return writeObject(state, value, depth)
    case 'boolean':
      return state.out.byte(value ? Tag.true : Tag.false)
    case 'undefined':
      return state.out.byte(Tag.undefined)
    case 'bigint':
      state.out.byte(Tag.bigint)
      return writeBigint(state, value)
    case 'symbol':
      return writeSymbol(state, value)
    default:
      throw refused(value, 'A function', `: ${nameOf(value)}`)
  }
}

/**
 * Writes a root object that lacks the key `identifier`, or has undefined there, with a generated key in that place.
 * Any other value there: as writeValue().
 */
export function writeRootWithGeneratedKey(
  state: WriteState,
  source: object,
  identifier: string,
): void {
  state.objectIds.findOrAdd(source)
  const keys = clonedKeys(source)
  // What is not enumerable, or inherited, is not in the clone: it must not even be read.
  const allKeys = keys.includes(identifier) ? keys : [...keys, identifier]
  const { out, root } = state
  writeObjectHead(out, allKeys)
  root.begin(allKeys)
  for (let i = 0; i < allKeys.length; i++) {
    root.note(i, out.length)
    const key = allKeys[i] as string // i < length
    const value = i < keys.length ? ownValue(source, key) : absent
    const isMissing = key === identifier && (value === undefined || value === absent)
    writeValue(state, isMissing ? generatedKey : value, 1)
  }
}

/** Whether `value` is an object whose clone has just its own enumerable properties, and cheap to recognise as one. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isProxy(value)) return false
  return getPrototypeOf(value) === Object.prototype
}

function writeObject(state: WriteState, value: object, depth: number): void {
  const id = state.objectIds.findOrAdd(value)
  if (id >= 0) return state.writeReference(id)
  if (isProxy(value)) throw refused(value, 'A Proxy')
  if (depth < recursionLimit) {
    const prototype = getPrototypeOf(value)
    if (prototype === Object.prototype) return writePlainObject(state, value, depth)
    if (prototype === Array.prototype && isArray(value)) return writeArray(state, value, depth)
  }
  const children = beginObject(state, value)
  if (children) writeChildren(state, children, depth)
}

/** An object being written, and the one it lies in. */
interface Frame {
  readonly children: Children
  readonly outer: Frame | null
}

/** Writes all children, and theirs. */
function writeChildren(state: WriteState, children: Children, depth: number): void {
  if (depth < recursionLimit) {
    for (const child of children) writeValue(state, child, depth + 1)
    return
  }
  let top: Frame | null = { children, outer: null }
  while (top !== null) {
    const { done, value } = top.children.next()
    if (done) top = top.outer
    else if (typeof value !== 'object' || value === null) writeValue(state, value, depth)
    else {
      const inner = beginNestedObject(state, value)
      if (inner) top = { children: inner, outer: top }
    }
  }
}

function beginNestedObject(state: WriteState, value: object): Children | null {
  const id = state.objectIds.findOrAdd(value)
  if (id >= 0) {
    state.writeReference(id)
    return null
  }
  if (isProxy(value)) throw refused(value, 'A Proxy')
  return beginObject(state, value)
}

/**
 * Writes an object without children, or gives the children of one that has them. Long, as it is flat: one case for each type
 * of the standard's algorithm.
 */
function beginObject(state: WriteState, value: object): Children | null {
  const { out } = state
  const brand: Brand = getPrototypeOf(value) === Object.prototype ? 'other' : brandOf(value)
  switch (brand) {
    case 'Boolean':
      out.byte(booleanValue(value) ? Tag.trueObject : Tag.falseObject)
      return null
    case 'Number':
      out.byte(Tag.numberObject)
      out.float64(numberValue(value))
      return null
    case 'BigInt':
      out.byte(Tag.bigintObject)
      writeBigint(state, bigintValue(value))
      return null
    case 'String':
      out.byte(Tag.stringObject)
      writeString(out, stringValue(value))
      return null
    case 'Date':
      out.byte(Tag.date)
      out.float64(dateTime(value))
      return null
    case 'RegExp':
      writeRegExp(out, value)
      return null
    case 'ArrayBuffer':
      writeArrayBuffer(out, value)
      return null
    case 'view':
      return writeView(out, value)
    case 'Map':
      return mapChildren(state, value)
    case 'Set':
      return setChildren(state, value)
    case 'Array':
      // `as`: the brand says so.
      return arrayChildren(state, value as unknown[])
    case 'Symbol':
    case 'SharedArrayBuffer':
      throw refused(value, `A ${brand} object`)
    case 'Error':
    case 'other':
      return beginErrorOrOther(state, value, brand)
  }
}

/** What is left once the language's own types are known: platform objects, errors, ordinary objects. */
function beginErrorOrOther(
  state: WriteState,
  value: object,
  brand: 'Error' | 'other',
): Children | null {
  const prototype: unknown = getPrototypeOf(value)
  if (prototype !== Object.prototype) {
    // A DOMException may have an error's slot too; the platform object comes first.
    const names = interfaceNames(value)
    const platformObject = beginPlatformObject(state, value, names)
    if (platformObject !== undefined) return platformObject
    const name = refusedName(names)
    if (name !== null) throw refused(value, `A ${name} object`)
    if (brand === 'Error') return writeError(state, value)
    const isOther = isBarePlatformObject(value, prototype) || isOtherType(value, prototype)
    if (isOther) throw refused(value, 'A platform object of an unknown type')
  }
  if (value === globalThis) throw refused(value, 'The global object')
  return objectChildren(state, value)
}

/**
 * Whether an object that has neither brand nor name is none of script's all the same. The platform is asked where its
 * answer runs no getter, there being no property, and where an object of its own types is not what it inherits from.
 */
function isOtherType(value: object, prototype: unknown): boolean {
  if (prototype === null) return false
  const isSuspect = ownKeys(value).length === 0 || (!runsOutsideOfPages && onlyLooksBranded(value))
  return isSuspect && isRefusedByPlatform(value)
}

function writePlainObject(state: WriteState, source: object, depth: number): void {
  const keys = clonedKeys(source)
  const { out, root } = state
  const isRoot = depth === 0
  writeObjectHead(out, keys)
  if (isRoot) root.begin(keys)
  for (let i = 0; i < keys.length; i++) {
    if (isRoot) root.note(i, out.length)
    writeValue(state, ownValue(source, keys[i] as string), depth + 1) // i < length
  }
}

const nine = 0x39

/** The keys of an ordinary object. @throws DataCloneError for the arguments of a call, which look like one */
function clonedKeys(source: object): string[] {
  const keys = ownKeys(source)
  // Arguments begin with an index, or are empty: other objects are not asked.
  const [first] = keys
  if ((first === undefined || first.charCodeAt(0) <= nine) && isArguments(source)) {
    throw refused(source, "A function's arguments")
  }
  return keys
}

function* objectChildren(state: WriteState, source: object): Children {
  const keys = clonedKeys(source)
  writeObjectHead(state.out, keys)
  for (const key of keys) yield ownValue(source, key)
}

function writeArray(state: WriteState, source: readonly unknown[], depth: number): void {
  const keys = ownKeys(source)
  const { length } = source
  if (!isDense(keys, length))
    return writeChildren(state, sparseChildren(state, source, keys), depth)
  state.out.byte(Tag.denseArray)
  state.out.uint(length)
  for (let i = 0; i < length; i++) writeValue(state, ownValue(source, i), depth + 1)
}

function arrayChildren(state: WriteState, source: readonly unknown[]): Children {
  const keys = ownKeys(source)
  return isDense(keys, source.length)
    ? denseChildren(state, source)
    : sparseChildren(state, source, keys)
}

function* denseChildren(state: WriteState, source: readonly unknown[]): Children {
  const { length } = source
  state.out.byte(Tag.denseArray)
  state.out.uint(length)
  for (let i = 0; i < length; i++) yield ownValue(source, i)
}

function* sparseChildren(
  state: WriteState,
  source: readonly unknown[],
  keys: readonly string[],
): Children {
  state.out.byte(Tag.array)
  state.out.uint(source.length)
  state.out.uint(keys.length)
  for (const key of keys) {
    writeString(state.out, key)
    yield ownValue(source, key)
  }
}

/** Indexes come first among an array's keys: if the n-th of n is n - 1, the keys are just the indexes. */
function isDense(keys: readonly string[], length: number): boolean {
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1))
}

/** The value of an own property, or `absent` when a getter has removed it since the keys were listed. */
function ownValue(source: object, key: string | number): unknown {
  // `as`: every object can be asked for any property.
  return hasOwn(source, key) ? (source as Record<string | number, unknown>)[key] : absent
}

function* mapChildren(state: WriteState, map: object): Children {
  // The standard copies the entries first: a getter among them may change the map.
  const entries: unknown[] = []
  mapForEach(map, (value, key) => {
    append(entries, key)
    append(entries, value)
  })
  state.out.byte(Tag.map)
  state.out.uint(entries.length / 2)
  yield* entries
}

function* setChildren(state: WriteState, set: object): Children {
  const values: unknown[] = []
  setForEach(set, (value) => append(values, value))
  state.out.byte(Tag.set)
  state.out.uint(values.length)
  yield* values
}

function writeSymbol(state: WriteState, value: symbol): void {
  if (value === absent) return state.out.byte(Tag.absent)
  if (value === generatedKey) return state.writeGeneratedKey()
  throw refused(value, 'A symbol', `: ${value.toString()}`)
}

function writeBigint({ out }: WriteState, value: bigint): void {
  const isNegative = value < 0n
  if (value === 0n) return out.uint(0)
  const hex = (isNegative ? -value : value).toString(16)
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`
  const size = digits.length / 2
  out.uint(size * 2 + (isNegative ? 1 : 0))
  for (let i = size - 1; i >= 0; i--) out.byte(parseInt(digits.slice(i * 2, i * 2 + 2), 16))
}

/** A function's name for a message, without running script. */
function nameOf(value: unknown): string {
  const name = Object.getOwnPropertyDescriptor(value, 'name')?.value as unknown
  return typeof name === 'string' && name !== '' ? name.slice(0, shortLimit) : 'anonymous'
}
