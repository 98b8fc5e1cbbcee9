/** Arguments that select records: a key or a key range. */
import { noKey } from '../core/records/no-key.ts'
import { type KeyRange, onlyKey, unboundedRange } from '../keys/key-range.ts'
import { convertValueToKey, isOfKeyType } from '../keys/convert-value-to-key.ts'
import { keyRangeOf } from './IDBKeyRange.ts'

/** https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key-range, with the null disallowed flag. */
export function requiredRange(query: unknown): KeyRange {
  if (query === undefined || query === null) {
    throw noKey('No key or key range was given', query)
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
  if (!key) throw invalidKey(name, value)
  return key
}

/** For a value that is no key; `name` names it in the message. */
export function invalidKey(name: string, value: unknown): DOMException {
  return noKey(`${name} is not a valid key`, value)
}

/** https://w3c.github.io/IndexedDB/#is-a-potentially-valid-key-range */
export function isPotentialKeyRange(value: unknown): boolean {
  return keyRangeOf(value) !== null || isOfKeyType(value)
}
