/**
 * Keys: from values to bytes and back. `key-format.ts` has the bytes' layout.
 *
 * The `…Cloned…` forms are for values that structured deserialization has made: they hold no Proxy, which is dear to
 * detect on some platforms.
 */
import { compareKeys } from './compare.ts'
import { readKey } from './decode.ts'
import { type ArrayTest, writeKey } from './encode.ts'
import { bytesOf, dateValueOf, holdsProxy, isArrayExoticObject } from './internal-slots.ts'
import { type KeyType, damagedKey, keyTag } from './key-format.ts'
import { borrowKeyWriter, returnKeyWriter } from './key-writer.ts'
import { encodeNumberKey } from './number-key.ts'

/** Strings up to this length are tried as ASCII first. */
const shortStringLength = 256

/**
 * The key of a value script has given; null when it is none. What a getter in an array throws is thrown on.
 * https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key
 */
export function convertValueToKey(input: unknown): Uint8Array | null {
  if (typeof input === 'number') return input === input ? encodeNumberKey(input) : null
  if (typeof input === 'string') return encodeStringKey(input)
  const key = convertToKey(input, isArrayExoticObject)
  return key !== null && Array.isArray(input) && holdsProxy(input) ? null : key
}

/** The same for a value structured deserialization has made. */
export function convertClonedValueToKey(input: unknown): Uint8Array | null {
  if (typeof input === 'number') return input === input ? encodeNumberKey(input) : null
  if (typeof input === 'string') return encodeStringKey(input)
  return convertToKey(input, Array.isArray)
}

/**
 * Whether converting the value to a key would not say "invalid type": a key, or at least of a key's type (an invalid
 * Date, a detached buffer). Runs no script.
 * https://w3c.github.io/IndexedDB/#is-a-potentially-valid-key-range
 */
export function hasKeyType(input: unknown): boolean {
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
  if (!isArrayExoticObject(input)) {
    const key = convertValueToKey(input)
    return key && [key]
  }
  const keys: Uint8Array[] = []
  const length = input.length
  for (let i = 0; i < length; i++) {
    const key = convertElementToKey(input, i)
    if (key !== null) keys.push(key)
  }
  keys.sort(compareKeys)
  return keys.filter((key, i) => i === 0 || compareKeys(keys[i - 1] as Uint8Array, key) !== 0)
}

/**
 * The value of the key that fills `bytes` from `start` to `end`.
 * https://w3c.github.io/IndexedDB/#convert-a-key-to-a-value
 * @throws StorageError 'corrupt' when the bytes are no key, or more than one.
 */
export function convertKeyToValue(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): IDBValidKey {
  return readKey(bytes, start, end)
}

/**
 * The type of an encoded key.
 * @throws StorageError 'corrupt' when the first byte is no tag.
 */
export function keyType(key: Uint8Array): KeyType {
  switch (key[0]) {
    case keyTag.number:
      return 'number'
    case keyTag.date:
      return 'date'
    case keyTag.string:
      return 'string'
    case keyTag.binary:
      return 'binary'
    case keyTag.array:
      return 'array'
    default:
      throw damagedKey('unknown type', 0)
  }
}

function convertElementToKey(array: unknown[], index: number): Uint8Array | null {
  try {
    const writer = borrowKeyWriter()
    const key = writeKey(writer, array[index], isArrayExoticObject, array) ? writer.copy() : null
    returnKeyWriter(writer)
    return key
  } catch {
    // The algorithm leaves out an element that throws, like one that is no key.
    return null
  }
}

function convertToKey(input: unknown, isArray: ArrayTest): Uint8Array | null {
  const writer = borrowKeyWriter()
  const key = writeKey(writer, input, isArray, null) ? writer.copy() : null
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
  const key = new Uint8Array(length + 2)
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
  writer.writeString(string)
  const key = writer.copy()
  returnKeyWriter(writer)
  return key
}
