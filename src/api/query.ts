/** Arguments that select records: a key, a key range, or the options of the `getAll` methods. */
import { domException } from '../errors.ts'
import { type Direction, directions } from '../keys/direction.ts'
import { type KeyRange, onlyKey, unboundedRange } from '../keys/key-range.ts'
import { convertValueToKey, isOfKeyType } from '../keys/convert-value-to-key.ts'
import { keyRangeOf } from './IDBKeyRange.ts'
import { toDictionary, toEnum, toUnsignedLong } from './webidl/webidl.ts'

/** https://w3c.github.io/IndexedDB/#enumdef-idbcursordirection */
export function toDirection(value: unknown): Direction {
  return value === undefined ? 'next' : toEnum(value, directions, 'IDBCursorDirection')
}

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

/** What the `getAll` methods are asked for; a `limit` of Infinity means all. */
export interface GetAllOptions {
  readonly range: KeyRange
  readonly limit: number
  readonly direction: Direction
}

/** An IDBGetAllOptions as WebIDL converts it: nothing is known of the query yet. */
export interface GetAllDictionary {
  readonly count: number | undefined
  readonly direction: Direction
  readonly query: unknown
}

/** https://w3c.github.io/IndexedDB/#dictdef-idbgetalloptions; `name` names the value in the message. */
export function toGetAllDictionary(value: unknown, name: string): GetAllDictionary {
  const options = toDictionary(value, name)
  // Members are read in alphabetical order, as WebIDL does.
  const count = toCount(options['count'])
  const direction = toDirection(options['direction'])
  return { count, direction, query: options['query'] }
}

/** What a converted dictionary asks for. @throws DataError for a query that is no key */
export function getAllOptions({ count, direction, query }: GetAllDictionary): GetAllOptions {
  return { range: optionalRange(query), limit: limitOf(count), direction }
}

/** https://w3c.github.io/IndexedDB/#create-request-to-retrieve-multiple-items, steps 6 to 9. */
export function getAllArguments(queryOrOptions: unknown, count: number | undefined): GetAllOptions {
  if (isPotentialKeyRange(queryOrOptions)) {
    return getAllOptions({ count, direction: 'next', query: queryOrOptions })
  }
  const options = toGetAllDictionary(queryOrOptions, 'The argument')
  return getAllOptions({ ...options, count: options.count ?? count })
}

/** The optional `count` argument. */
export function toCount(count: unknown): number | undefined {
  return count === undefined ? undefined : toUnsignedLong(count, 'count')
}

/** https://w3c.github.io/IndexedDB/#is-a-potentially-valid-key-range */
function isPotentialKeyRange(value: unknown): boolean {
  return keyRangeOf(value) !== null || isOfKeyType(value)
}

function limitOf(count: number | undefined): number {
  return count === undefined || count === 0 ? Infinity : count
}
