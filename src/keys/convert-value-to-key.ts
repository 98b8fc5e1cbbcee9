/**
 * From values to encoded keys. The `…Cloned…` forms are for values that structured deserialization has made: they hold
 * no Proxy, which is dear to detect on some platforms.
 */
import { append } from '../base/own-property.ts'
import { copyShortBytes, shortBytes } from '../bytes/byte-arena.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import { compareKeys, keyTag, keyTerminator } from './key.ts'
import { bytesOf, dateValueOf, holdsProxy, isArrayExoticObject } from './internal-slots.ts'
import {
  borrowKeyWriter,
  returnKeyWriter,
  writeBinaryKey,
  writeDateKey,
  writeNumberKey,
  writeStringKey,
} from './key-writer.ts'
import { encodeNumberKey } from './number-key.ts'

type ArrayTest = (value: unknown) => value is unknown[]

/** Strings up to this length are tried as ASCII first. */
const shortStringLength = 256

/**
 * The key of a value script has given; null when it is none. What a getter in an array throws is thrown on.
 * https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key
 */
export function convertValueToKey(input: unknown): Uint8Array | null {
  if (typeof input === 'number') return input === input ? encodeNumberKey(input) : null
  if (typeof input === 'string') return encodeStringKey(input)
  const key = convertToKey(input, isArrayExoticObject, null)
  return key !== null && Array.isArray(input) && holdsProxy(input) ? null : key
}

/** The same for a value structured deserialization has made. */
export function convertClonedValueToKey(input: unknown): Uint8Array | null {
  if (typeof input === 'number') return input === input ? encodeNumberKey(input) : null
  if (typeof input === 'string') return encodeStringKey(input)
  return convertToKey(input, Array.isArray, null)
}

/**
 * Whether converting the value to a key would not say "invalid type": a key, or at least of a key's type (an invalid
 * Date, a detached buffer). Runs no script.
 * https://w3c.github.io/IndexedDB/#is-a-potentially-valid-key-range
 */
export function isOfKeyType(input: unknown): boolean {
  if (typeof input === 'number' || typeof input === 'string') return true
  if (typeof input !== 'object' || input === null) return false
  if (isArrayExoticObject(input)) return true
  return dateValueOf(input) !== null || bytesOf(input) !== undefined
}

/**
 * The keys of a cloned value for a multiEntry index, sorted, each once; null when it is no array and no key. Elements
 * that are no keys are left out.
 * https://w3c.github.io/IndexedDB/#convert-a-value-to-a-multientry-key
 */
export function convertValueToMultiEntryKeys(input: unknown): Uint8Array[] | null {
  if (!Array.isArray(input)) {
    const key = convertClonedValueToKey(input)
    return key && [key]
  }
  const keys: Uint8Array[] = []
  const { length } = input
  for (let i = 0; i < length; i++) {
    const key = convertElementToKey(input, i)
    if (key !== null) append(keys, key)
  }
  return sortedWithoutRepeats(keys)
}

function convertElementToKey(array: unknown[], index: number): Uint8Array | null {
  try {
    const element = array[index]
    return typeof element === 'object'
      ? convertToKey(element, Array.isArray, array)
      : convertClonedValueToKey(element)
  } catch {
    // The algorithm leaves out an element that throws, like one that is no key.
    return null
  }
}

/** Sorts the list in place. */
function sortedWithoutRepeats(keys: Uint8Array[]): Uint8Array[] {
  const [first, second] = keys
  if (!first || !second) return keys
  // Most lists are short: calling `sort` for two costs as much as encoding them.
  if (keys.length === 2) return withoutRepeat(first, second)
  keys.sort(compareKeys)
  let count = 0
  let last: Uint8Array | null = null
  for (const key of keys) {
    if (last !== null && compareKeys(last, key) === 0) continue
    keys[count++] = key
    last = key
  }
  keys.length = count
  return keys
}

function withoutRepeat(a: Uint8Array, b: Uint8Array): Uint8Array[] {
  const order = compareKeys(a, b)
  return order === 0 ? [a] : order < 0 ? [a, b] : [b, a]
}

/** `enclosing`: an array the value may not contain, or null. */
function convertToKey(
  input: unknown,
  isArray: ArrayTest,
  enclosing: unknown[] | null,
): Uint8Array | null {
  const writer = borrowKeyWriter()
  const isKey = writeKey(writer, input, isArray, enclosing)
  const key = isKey ? copyShortBytes(writer.bytes, 0, writer.length) : null
  returnKeyWriter(writer)
  return key
}

function encodeStringKey(string: string): Uint8Array {
  return (
    (string.length <= shortStringLength && encodeAsciiKey(string)) || encodeLongStringKey(string)
  )
}

/** The key of a string of code units up to 0x7E; null for other strings. */
function encodeAsciiKey(string: string): Uint8Array | null {
  const { length } = string
  const key = shortBytes(length + 2)
  key[0] = keyTag.string
  for (let i = 0; i < length; i++) {
    const unit = string.charCodeAt(i)
    if (unit > 0x7e) return null
    key[i + 1] = unit + 1
  }
  // The terminator is 0x00, and there already.
  return key
}

function encodeLongStringKey(string: string): Uint8Array {
  const writer = borrowKeyWriter()
  writeStringKey(writer, string)
  const key = writer.copy()
  returnKeyWriter(writer)
  return key
}

/** An array that is being written. */
interface OpenArray {
  readonly array: unknown[]
  readonly length: number
  index: number
  readonly parent: OpenArray | null
}

/**
 * Writes the value's key; false when it has none, and the writer then holds an incomplete key. `enclosing`: an array
 * the value may not contain, or null.
 */
export function writeKey(
  writer: ByteWriter,
  input: unknown,
  isArray: ArrayTest,
  enclosing: unknown[] | null,
): boolean {
  if (!isArray(input)) return writeScalarKey(writer, input)
  if (input === enclosing) return false
  return writeArrayKey(writer, openArray(input, null), isArray, enclosing)
}

/** Arrays may nest deeper than the JavaScript stack; hence the loop. */
function writeArrayKey(
  writer: ByteWriter,
  root: OpenArray,
  isArray: ArrayTest,
  enclosing: unknown[] | null,
): boolean {
  // Spec issue: read literally, an array met twice side by side is refused too; browsers refuse cycles only.
  let ancestors: Set<unknown> | null = null
  let open: OpenArray | null = root
  writer.byte(keyTag.array)
  while (open) {
    if (open.index === open.length) {
      writer.byte(keyTerminator)
      ancestors?.delete(open.array)
      open = open.parent
      continue
    }
    const index = open.index++
    if (!Object.hasOwn(open.array, index)) return false
    const entry = open.array[index]
    if (isArray(entry)) {
      ancestors ??= new Set<unknown>([enclosing, root.array])
      if (ancestors.has(entry)) return false
      ancestors.add(entry)
      open = openArray(entry, open)
      writer.byte(keyTag.array)
    } else if (!writeScalarKey(writer, entry)) {
      return false
    }
  }
  return true
}

function openArray(array: unknown[], parent: OpenArray | null): OpenArray {
  return { array, length: array.length, index: 0, parent }
}

function writeScalarKey(writer: ByteWriter, input: unknown): boolean {
  if (typeof input === 'number') {
    if (input !== input) return false
    writeNumberKey(writer, input)
    return true
  }
  if (typeof input === 'string') {
    writeStringKey(writer, input)
    return true
  }
  return typeof input === 'object' && input !== null && writeObjectKey(writer, input)
}

function writeObjectKey(writer: ByteWriter, input: object): boolean {
  const ms = dateValueOf(input)
  if (ms !== null) {
    if (ms !== ms) return false
    writeDateKey(writer, ms)
    return true
  }
  const bytes = bytesOf(input)
  if (!bytes) return false
  writeBinaryKey(writer, bytes)
  return true
}
