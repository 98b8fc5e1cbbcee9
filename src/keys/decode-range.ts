/** From intervals of bytes back to key ranges. */
import { keyEnd } from './convert-key-to-value.ts'
import { allKeys, type EncodedRange, type KeyRange, onlyKey } from './key-range.ts'

/**
 * The key range that `encodeRange()` has made the interval of, or one that has the same keys.
 * @throws StorageError 'corrupt' when a bound is none
 */
export function decodeRange({ lower, upper }: EncodedRange): KeyRange {
  if (upper === null) return onlyKey(lower)
  const start = lower[0] === allKeys.lower[0] ? null : boundOf(lower)
  const end = isAfterAll(upper) ? null : boundOf(upper)
  return {
    lower: start && start.key,
    upper: end && end.key,
    lowerOpen: start?.isBehind ?? false,
    upperOpen: end ? !end.isBehind : false,
  }
}

function isAfterAll(upper: Uint8Array): boolean {
  return upper.length === 1 && upper[0] === allKeys.upper?.[0]
}

/** A key, or the place right after it. */
function boundOf(bytes: Uint8Array): { key: Uint8Array; isBehind: boolean } {
  const end = keyEnd(bytes, 0)
  return { key: bytes.subarray(0, end), isBehind: end < bytes.length }
}
