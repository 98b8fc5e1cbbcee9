/** The options and arguments of the `getAll` methods, and the direction of a cursor. */
import { type Direction, directions } from '../keys/direction.ts'
import type { KeyRange } from '../keys/key-range.ts'
import { isPotentialKeyRange, optionalRange } from './convert-value-to-key-range.ts'
import { toDictionary, toEnum, toUnsignedLong } from './webidl/webidl.ts'

/** https://w3c.github.io/IndexedDB/#enumdef-idbcursordirection */
export function toDirection(value: unknown): Direction {
  return value === undefined ? 'next' : toEnum(value, directions, 'IDBCursorDirection')
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

function limitOf(count: number | undefined): number {
  return count === undefined || count === 0 ? Infinity : count
}
