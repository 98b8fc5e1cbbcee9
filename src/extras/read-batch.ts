/** Some records after a position. */
import type { IDBCursorWithValue, IDBRequest } from '../api/global/interfaces.ts'
import { type KeyRangeClass, keyRangeClassOf, ownKeyRange } from '../requests/key-range-class.ts'
import { resultOf } from '../requests/result-of.ts'
import type { Direction, Key, Query, Source } from '../requests/vocabulary.ts'

/** A record that was read. */
export interface FoundRecord<Value = unknown> {
  /** Of the index, where an index is read. */
  readonly key: Key
  /** Of the store. */
  readonly primaryKey: Key
  readonly value: Value
}

/** Which records are read. */
export interface Batch {
  readonly range: Query | null
  readonly direction: Direction
  readonly limit: number
  /** The last one that was read; null: none was. */
  readonly after: FoundRecord | null
}

/** Reads a batch; fewer records than its limit are the last. The transaction is active. */
export async function readBatch(source: Source, batch: Batch): Promise<readonly FoundRecord[]> {
  const ranges = keyRangeClassOf(source)
  const isAtOnce = ranges && canReadAtOnce(source, batch)
  return isAtOnce ? readAtOnce(source, batch, ranges) : walk(source, batch)
}

/** One that holds several records of a key goes on within these, which a key range cannot say. */
function canReadAtOnce(source: Source, { direction }: Batch): boolean {
  return 'getAllRecords' in source && (isStore(source) || direction.endsWith('unique'))
}

interface ReadsAtOnce {
  getAllRecords(options: {
    query: Query | null
    count: number
    direction: Direction
  }): IDBRequest<FoundRecord[]>
}

function isStore(source: Source): boolean {
  return !('objectStore' in source)
}

async function readAtOnce(
  source: Source,
  batch: Batch,
  ranges: KeyRangeClass,
): Promise<readonly FoundRecord[]> {
  const { range, direction, limit: count } = batch
  const query = batch.after ? restOf(batch, batch.after.key, ranges) : range
  if (query === undefined) return []
  // `as`: the declarations of the platform may be older.
  const { getAllRecords } = source as unknown as ReadsAtOnce
  return resultOf(getAllRecords.call(source, { query, count, direction }))
}

/** What of the range comes after the key; undefined: nothing. */
function restOf({ range, direction }: Batch, key: Key, ranges: KeyRangeClass): Query | undefined {
  if (range !== null && !isRange(range)) return undefined
  const isForward = direction.startsWith('next')
  const end = isForward ? range?.upper : range?.lower
  if (end === undefined) {
    return isForward ? ranges.lowerBound(key, true) : ranges.upperBound(key, true)
  }
  // A range that has nothing between its bounds is refused.
  if (ranges.only(key).includes(end)) return undefined
  return isForward
    ? ranges.bound(key, end, true, range?.upperOpen)
    : ranges.bound(end, key, range?.lowerOpen, true)
}

function isRange(query: Query): query is IDBKeyRange {
  return typeof query === 'object' && 'lowerOpen' in query
}

/** The same by a cursor, which any IndexedDB has. */
function walk(source: Source, batch: Batch): Promise<readonly FoundRecord[]> {
  const { range, direction, limit, after } = batch
  return new Promise((resolve, reject) => {
    const found: FoundRecord[] = []
    const request = source.openCursor(range, direction)
    let isPlaced = after === null
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve(found)
      if (after && !isPlaced) {
        isPlaced = true
        if (moveTo(cursor, after)) return
      }
      if (!after || !isAt(cursor, after)) found.push(recordAt(cursor))
      if (found.length === limit) resolve(found)
      else cursor.continue()
    }
  })
}

/** Whether it moves: it may be there already, or beyond. */
function moveTo(cursor: IDBCursorWithValue, { key, primaryKey }: FoundRecord): boolean {
  const { source, direction } = cursor
  try {
    if (isStore(source) || direction.endsWith('unique')) cursor.continue(key)
    else cursor.continuePrimaryKey(key, primaryKey)
    return true
  } catch {
    return false
  }
}

function isAt(cursor: IDBCursorWithValue, { key, primaryKey }: FoundRecord): boolean {
  if (!ownKeyRange.only(key).includes(cursor.key)) return false
  return (
    cursor.direction.endsWith('unique') || ownKeyRange.only(primaryKey).includes(cursor.primaryKey)
  )
}

function recordAt({ key, primaryKey, value }: IDBCursorWithValue): FoundRecord {
  return { key, primaryKey, value }
}
