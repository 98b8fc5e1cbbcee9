/** Bounds of key ranges that came over a port. */
import { keyEnd } from '../../keys/convert-key-to-value.ts'
import type { EncodedRange } from '../../keys/key-range.ts'
import { bytesOfMember, demand, membersOf } from '../malformed.ts'

/** A key, the position right after it, or the one before or after all keys. @throws StorageError for bytes that begin with no key */
export function isBound(bytes: Uint8Array): boolean {
  const [first] = bytes
  if (bytes.length === 1 && (first === 0x00 || first === 0xff)) return true
  const end = keyEnd(bytes, 0)
  return end === bytes.length || (end === bytes.length - 1 && bytes[end] === 0xff)
}

/** The range that `value` is. @throws Malformed for anything else; StorageError as above */
export function boundedRangeOf(value: unknown): EncodedRange {
  const { lower: start, upper: end } = membersOf(value)
  const lower = bytesOfMember(start)
  const upper = end === null ? null : bytesOfMember(end)
  demand(isBound(lower) && (upper === null || isBound(upper)), 'has an invalid key range')
  return { lower, upper }
}
