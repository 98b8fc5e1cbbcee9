/** Arguments that select records: a key or a key range. */
import { domException } from '../errors.ts'
import { type KeyRange, onlyKey, unboundedRange } from '../keys/key-range.ts'
import { convertValueToKey, isOfKeyType } from '../keys/convert-value-to-key.ts'
import { keyRangeOf } from './IDBKeyRange.ts'

/** https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key-range, with the null disallowed flag. */
export function requiredRange(query: unknown): KeyRange {
  if (query === undefined || query === null) {
    throw domException('DataError', 'No key or key range was given')
  }
  return optionalRange(query)
}

/** https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key-range; null and undefined mean all keys. */
export function optionalRange(query: unknown): KeyRange {
  if (query === undefined || query === null) return unboundedRange
  return keyRangeOf(query) ?? onlyKey(requiredKey(query, 'The query'))
}

/** https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key; `name` names the value in the message. */
export function requiredKey(value: unknown, name: string): Uint8Array {
  const key = convertValueToKey(value)
  if (!key) throw domException('DataError', `${name} is not a valid key`)
  return key
}

/** https://w3c.github.io/IndexedDB/#is-a-potentially-valid-key-range */
export function isPotentialKeyRange(value: unknown): boolean {
  return keyRangeOf(value) !== null || isOfKeyType(value)
}
