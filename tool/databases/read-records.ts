/** Records of a store or an index, in order, a piece at a time: however many there are, they take the memory of a piece. */
import {
  type IDBCursor,
  type IDBDatabase,
  type IDBFactory,
  type IDBIndex,
  IDBKeyRange,
  type IDBObjectStore,
  type IDBRequest,
} from 'idb-everywhere'
import { keyRangeOf, type RangeBounds } from 'idb-everywhere/snapshot'

export interface Query {
  readonly store: string
  /** null: the store itself, in the order of its keys. */
  readonly index: string | null
  readonly bounds: RangeBounds
  readonly direction: IDBCursorDirection
  /** At most as many. */
  readonly limit: number
  /** Whether values are left where they are. */
  readonly isKeysOnly: boolean
}

export interface FoundRecord {
  /** In the index; of a store, the record's own. */
  readonly key: IDBValidKey
  readonly primaryKey: IDBValidKey
  /** Undefined where only keys are wanted. */
  readonly value: unknown
}

/** As many are read in one transaction. */
const pieceSize = 1000

/**
 * All records that the query finds. Each piece is read in a transaction of its own, from where the last one ended, so that those
 * who write do not wait for the reader of the output.
 */
export async function* readRecords(
  { database, indexedDB }: { database: IDBDatabase; indexedDB: IDBFactory },
  query: Query,
): AsyncGenerator<readonly FoundRecord[], void, undefined> {
  let after: FoundRecord | null = null
  for (let left = query.limit; left > 0;) {
    const limit = Math.min(left, pieceSize)
    const found: FoundRecord[] = await readPiece(database, {
      query,
      after,
      limit,
      cmp: indexedDB.cmp.bind(indexedDB),
    })
    if (found.length > 0) yield found
    if (found.length < limit) return
    after = found.at(-1) ?? null
    left -= found.length
  }
}

interface Piece {
  readonly query: Query
  /** The record before it; null: it is the first. */
  readonly after: FoundRecord | null
  readonly limit: number
  readonly cmp: IDBFactory['cmp']
}

function readPiece(database: IDBDatabase, piece: Piece): Promise<FoundRecord[]> {
  const { query, after, limit } = piece
  const { direction, isKeysOnly } = query
  const source = sourceOf(database, query)
  const range = keyRangeOf(after ? boundsAfter(query, after) : query.bounds, IDBKeyRange)
  // What a cursor has is what is wanted of it.
  const request = (
    isKeysOnly ? source.openKeyCursor(range, direction) : source.openCursor(range, direction)
  ) as IDBRequest<IDBCursor | null>
  const found: FoundRecord[] = []
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error ?? new Error('The records could not be read'))
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve(found)
      if (after && hasDuplicates(query) && skips(cursor, after, piece)) return
      const { key, primaryKey, value } = cursor as IDBCursor & { readonly value?: unknown }
      found.push({ key, primaryKey, value })
      if (found.length === limit) return resolve(found)
      cursor.continue()
    }
  })
}

function sourceOf(database: IDBDatabase, { store, index }: Query): IDBObjectStore | IDBIndex {
  const objectStore = database.transaction(store).objectStore(store)
  return index === null ? objectStore : objectStore.index(index)
}

/** Whether a key may come several times. */
function hasDuplicates({ index, direction }: Query): boolean {
  return index !== null && !direction.endsWith('unique')
}

/** What is left of the range once a record has been read. A key that may come again is still in it. */
function boundsAfter(query: Query, { key }: FoundRecord): RangeBounds {
  const isOpen = !hasDuplicates(query)
  return query.direction.startsWith('next')
    ? { ...query.bounds, lower: key, lowerOpen: isOpen }
    : { ...query.bounds, upper: key, upperOpen: isOpen }
}

/** Moves a cursor on that has not come past the last record. Whether it was moved. */
function skips(
  cursor: IDBCursor,
  { key, primaryKey }: FoundRecord,
  { query, cmp }: Piece,
): boolean {
  const order = cmp(cursor.key, key) || cmp(cursor.primaryKey, primaryKey)
  const isPast = query.direction === 'next' ? order > 0 : order < 0
  if (isPast) return false
  if (order === 0) cursor.continue()
  else cursor.continuePrimaryKey(key, primaryKey)
  return true
}
