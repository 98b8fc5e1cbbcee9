/** Bytes that came from elsewhere, as bounds of key ranges. */
import { keyEnd } from './convert-key-to-value.ts'
import type { EncodedRange } from './key-range.ts'
import { compareKeys } from './key.ts'

/** A key, the position right after it, or the one before or after all keys. @throws StorageError for bytes that begin with no key */
export function isBound(bytes: Uint8Array): boolean {
  const [first] = bytes
  if (bytes.length === 1 && (first === 0x00 || first === 0xff)) return true
  const end = keyEnd(bytes, 0)
  return end === bytes.length || (end === bytes.length - 1 && bytes[end] === 0xff)
}

/** Whether the bytes are one key. @throws StorageError for bytes that begin with no key */
export function isKey(bytes: Uint8Array): boolean {
  return keyEnd(bytes, 0) === bytes.length
}

/** One key, or two bounds, with or without keys between them. @throws StorageError for bytes that begin with no key */
export function isInterval({ lower, upper }: EncodedRange): boolean {
  return upper === null ? isKey(lower) : isBound(lower) && isBound(upper)
}

/** Whether `decodeRange()` can read it, and its ends are in order. @throws StorageError for bytes that begin with no key */
export function isRange(range: EncodedRange): boolean {
  return isInterval(range) && !isEmpty(range)
}

/** Whether no key can lie in it, as between the bounds of `IDBKeyRange.bound(1, 1, true, true)`. */
export function isEmpty({ lower, upper }: EncodedRange): boolean {
  return upper !== null && compareKeys(lower, upper) >= 0
}
