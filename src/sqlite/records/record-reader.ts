/**
 * Reading records in order. Every statement has a real bound at either end of its b-tree, so that reading on from a
 * position costs the same as starting there: `>= x` begins at x, and `>= x ++ 00` right after it, as no byte string
 * lies between.
 */
import { isForward } from '../../keys/direction.ts'
import {
  emptyRecord,
  type RecordBytes,
  type RecordReceiver,
  type Scan,
  type ValuePart,
} from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import {
  bindIndexBounds,
  bindStoreBounds,
  indexBounds,
  keyBounds,
  type KeyBounds,
} from './scan-bounds.ts'

const storeRange = 'store_id = ?1 AND key >= ?2 AND key < ?3'
const indexRange = `index_id = ?1 AND (i.key, primary_key) >= (?2, ?3)
  AND (i.key, primary_key) < (?4, ?5)`

const joinRecords = `CROSS JOIN records r ON r.store_id = ?6 AND r.key = primary_key`

/** Columns: key, value, large_id. Without values: key. Values alone: the key is NULL, which saves copying it. */
const storeSql = {
  get: {
    values: `SELECT key, value, large_id FROM records WHERE store_id = ?1 AND key = ?2`,
    valuesAlone: `SELECT NULL, value, large_id FROM records WHERE store_id = ?1 AND key = ?2`,
  },
  next: {
    keys: `SELECT key FROM records WHERE ${storeRange} ORDER BY key`,
    values: `SELECT key, value, large_id FROM records WHERE ${storeRange} ORDER BY key`,
    valuesAlone: `SELECT NULL, value, large_id FROM records WHERE ${storeRange} ORDER BY key`,
  },
  prev: {
    keys: `SELECT key FROM records WHERE ${storeRange} ORDER BY key DESC`,
    values: `SELECT key, value, large_id FROM records WHERE ${storeRange} ORDER BY key DESC`,
    valuesAlone: `SELECT NULL, value, large_id FROM records WHERE ${storeRange} ORDER BY key DESC`,
  },
}

/** Columns: key, value, large_id, primary_key. Without values the second and third are NULL. */
const indexSql = {
  get: `SELECT i.key, r.value, r.large_id, primary_key FROM index_records i
    CROSS JOIN records r ON r.store_id = ?3 AND r.key = primary_key
    WHERE index_id = ?1 AND i.key = ?2 ORDER BY primary_key`,
  next: {
    keys: `SELECT i.key, NULL, NULL, primary_key FROM index_records i WHERE ${indexRange}
      ORDER BY i.key, primary_key`,
    values: `SELECT i.key, r.value, r.large_id, primary_key FROM index_records i ${joinRecords}
      WHERE ${indexRange} ORDER BY i.key, primary_key`,
  },
  prev: {
    keys: `SELECT i.key, NULL, NULL, primary_key FROM index_records i WHERE ${indexRange}
      ORDER BY i.key DESC, primary_key DESC`,
    values: `SELECT i.key, r.value, r.large_id, primary_key FROM index_records i ${joinRecords}
      WHERE ${indexRange} ORDER BY i.key DESC, primary_key DESC`,
  },
}

const largeValueSql = {
  whole: 'SELECT value FROM large_values WHERE id = ?1',
  /** What is too long is not even read. */
  unlessLong: `SELECT CASE WHEN length(value) <= ?2 THEN value END, length(value)
    FROM large_values WHERE id = ?1`,
}

/** The statements that scan, for tests that look at their query plans. */
export const scanStatements = [
  ...Object.values(storeSql.next),
  ...Object.values(storeSql.prev),
  indexSql.get,
  ...Object.values(indexSql.next),
  ...Object.values(indexSql.prev),
]

/** Of a reader that is closed. */
const noBytes = new Uint8Array(0)

/** Reads one database's records. */
export class RecordReader {
  readonly #connection: Connection
  readonly #record: RecordBytes
  /** The statement that holds the current record's value while it is passed on; null when the value is inline. */
  #largeValue: Statement | null = null

  constructor(connection: Connection) {
    this.#connection = connection
    this.#record = emptyRecord(connection.engine.module.HEAPU8)
  }

  /** Lets go of the heap, which is larger than all else: a closed database may be held for long. */
  close(): void {
    this.#record.bytes = noBytes
  }

  /** Reads what the scan asks for, record by record. */
  scan(scan: Scan, receive: RecordReceiver): void {
    if (scan.part) return this.#readPart(scan.part, receive)
    if (scan.indexId === 0) return this.#scanStore(scan, receive)
    if (scan.direction === 'nextunique') return this.#scanNextUnique(scan, receive)
    if (scan.direction === 'prevunique') return this.#scanPrevUnique(scan, receive)
    this.#scanIndex(scan, receive)
  }

  #scanStore(scan: Scan, receive: RecordReceiver): void {
    if (isGet(scan)) return this.#get(scan, receive)
    const sql = isForward(scan.direction) ? storeSql.next : storeSql.prev
    const statement = this.#connection.prepare(scan.withValues ? valuesOf(sql, scan) : sql.keys)
    statement.bindInt(1, scan.storeId)
    bindStoreBounds(this.#connection, statement, keyBounds(scan))
    this.#receiveRows(statement, scan, receive)
  }

  #get(scan: Scan, receive: RecordReceiver): void {
    const { scratch } = this.#connection.engine
    const { lower } = scan.range
    const statement = this.#connection.prepare(valuesOf(storeSql.get, scan))
    scratch.reserve(lower.length)
    statement.bindInt(1, scan.storeId)
    statement.bindBlob(2, scratch.put(lower), lower.length)
    this.#receiveRows(statement, scan, receive)
  }

  #getByIndex(scan: Scan, receive: RecordReceiver): void {
    const { scratch } = this.#connection.engine
    const { lower } = scan.range
    const statement = this.#connection.prepare(indexSql.get)
    scratch.reserve(lower.length)
    statement.bindInt(1, scan.indexId)
    statement.bindBlob(2, scratch.put(lower), lower.length)
    statement.bindInt(3, scan.storeId)
    this.#receiveRows(statement, scan, receive)
  }

  #scanIndex(scan: Scan, receive: RecordReceiver): void {
    if (isGet(scan) && scan.direction === 'next') return this.#getByIndex(scan, receive)
    const sql = scan.direction === 'next' ? indexSql.next : indexSql.prev
    const statement = this.#connection.prepare(scan.withValues ? sql.values : sql.keys)
    this.#bindIndex(statement, scan)
    bindIndexBounds(this.#connection, statement, indexBounds(scan))
    this.#receiveRows(statement, scan, receive)
  }

  /** Seeks from one key to the next: passing over many records of one key costs as much as passing over one. */
  #scanNextUnique(scan: Scan, receive: RecordReceiver): void {
    const statement = this.#connection.prepare(indexStatement(scan))
    let bounds = keyBounds(scan)
    let passedBytes = 0
    let metBytes = 0
    for (let seen = 0; seen < scan.skip + scan.limit && passedBytes < scan.limitBytes; seen++) {
      const isSkipped = seen < scan.skip
      const key = this.#receiveFirst(statement, scan, bounds, isSkipped ? null : receive)
      if (!key) return
      this.#connection.checkWalk(seen, (metBytes += key.length))
      if (!isSkipped) passedBytes += sizeOf(this.#record)
      bounds = { ...bounds, lower: { bytes: key, isSuccessor: true } }
    }
  }

  /** Seeks to the key before, then to its first record: each key comes with its lowest primary key. */
  #scanPrevUnique(scan: Scan, receive: RecordReceiver): void {
    const previous = this.#connection.prepare(indexSql.prev.keys)
    const first = this.#connection.prepare(indexStatement(scan))
    let bounds = keyBounds(scan)
    let passedBytes = 0
    let metBytes = 0
    for (let seen = 0; seen < scan.skip + scan.limit && passedBytes < scan.limitBytes; seen++) {
      const key = this.#receiveFirst(previous, { ...scan, withValues: false }, bounds, null)
      if (!key) return
      this.#connection.checkWalk(seen, (metBytes += key.length))
      if (seen >= scan.skip) {
        this.#receiveFirst(first, scan, onlyKey(key), receive)
        passedBytes += sizeOf(this.#record)
      }
      bounds = { ...bounds, upper: { bytes: key, isSuccessor: false } }
    }
  }

  /** Receives the first record within bounds, if `receive` is not null; returns a copy of its key, null without one. */
  #receiveFirst(
    statement: Statement,
    scan: Scan,
    bounds: KeyBounds,
    receive: RecordReceiver | null,
  ): Uint8Array | null {
    this.#bindIndex(statement, scan)
    bindIndexBounds(this.#connection, statement, {
      lower: { key: bounds.lower, primaryKey: null },
      upper: { key: bounds.upper, primaryKey: null },
    })
    try {
      if (!statement.step()) return null
      const key = statement.copyBlob(0)
      if (receive) this.#pass(statement, scan, receive)
      return key
    } finally {
      statement.reset()
    }
  }

  #bindIndex(statement: Statement, { indexId, storeId, withValues }: Scan): void {
    statement.bindInt(1, indexId)
    if (withValues) statement.bindInt(6, storeId)
  }

  #receiveRows(statement: Statement, scan: Scan, receive: RecordReceiver): void {
    const { skip } = scan
    const last = skip + scan.limit
    try {
      let passedBytes = 0
      let metBytes = 0
      for (let seen = 0; seen < last && statement.step(); seen++) {
        this.#connection.checkWalk(seen, metBytes)
        if (seen < skip) continue
        passedBytes += this.#pass(statement, scan, receive)
        metBytes += metBytesOf(this.#record, scan)
        if (passedBytes >= scan.limitBytes) return
      }
    } finally {
      statement.reset()
    }
  }

  /** Passes on the row the statement is at; returns how many bytes that were. */
  #pass(statement: Statement, scan: Scan, receive: RecordReceiver): number {
    const record = this.#read(statement, scan)
    const byteCount = sizeOf(record)
    try {
      receive(record)
    } finally {
      this.#largeValue?.reset()
      this.#largeValue = null
    }
    return byteCount
  }

  /** The row the statement is at, as places in the heap. */
  #read(statement: Statement, scan: Scan): RecordBytes {
    const { withValues, longestValue } = scan
    const record = this.#record
    record.long = null
    this.#readKeys(statement, scan)
    if (withValues) this.#readValue(statement, longestValue)
    else record.valueStart = record.valueEnd = 0
    // Each call of the engine above may have grown the heap, which replaces the view.
    record.bytes = this.#connection.engine.module.HEAPU8
    return record
  }

  #readKeys(statement: Statement, { indexId, withKeys }: Scan): void {
    const record = this.#record
    if (indexId !== 0) {
      record.keyStart = statement.blob(0)
      record.keyEnd = record.keyStart + statement.byteCount(0)
      record.primaryKeyStart = statement.blob(3)
      record.primaryKeyEnd = record.primaryKeyStart + statement.byteCount(3)
      return
    }
    const start = withKeys === false ? 0 : statement.blob(0)
    record.keyStart = record.primaryKeyStart = start
    record.keyEnd = record.primaryKeyEnd = start === 0 ? 0 : start + statement.byteCount(0)
  }

  #readValue(statement: Statement, longestValue: number | undefined): void {
    const record = this.#record
    const start = statement.blob(1)
    if (start === 0) return this.#readLargeValue(statement.number(2), longestValue)
    record.valueStart = start
    record.valueEnd = start + statement.byteCount(1)
  }

  #readLargeValue(id: number, longest: number | undefined): void {
    const record = this.#record
    const { whole, unlessLong } = largeValueSql
    const statement = this.#connection.prepare(longest === undefined ? whole : unlessLong)
    statement.bindInteger(1, id)
    if (longest !== undefined) statement.bindInteger(2, longest)
    this.#largeValue = statement
    if (!statement.step()) throw this.#connection.damage('a large value is missing')
    record.valueStart = statement.blob(0)
    record.valueEnd = record.valueStart + statement.byteCount(0)
    if (longest !== undefined && record.valueStart === 0) {
      record.long = { id, sizeBytes: statement.number(1) }
    }
  }

  #readPart({ id, start, end }: ValuePart, receive: RecordReceiver): void {
    const record = this.#record
    record.keyStart = record.keyEnd = record.primaryKeyStart = record.primaryKeyEnd = 0
    record.long = null
    record.valueStart = this.#connection.readPart({ rowId: id, start, end })
    record.valueEnd = record.valueStart + end - start
    record.bytes = this.#connection.engine.module.HEAPU8
    receive(record)
  }
}

/** Whether it asks for what one key has, from the first record on. */
function isGet({ range, after, withValues }: Scan): boolean {
  return range.upper === null && after === null && withValues
}

function valuesOf(
  { values, valuesAlone }: { readonly values: string; readonly valuesAlone: string },
  { withKeys }: Scan,
): string {
  return withKeys === false ? valuesAlone : values
}

function indexStatement({ withValues }: Scan): string {
  return withValues ? indexSql.next.values : indexSql.next.keys
}

/** How many bytes a record passes on. */
function sizeOf(record: RecordBytes): number {
  return sizeOfKeys(record) + record.valueEnd - record.valueStart + (record.long?.sizeBytes ?? 0)
}

function sizeOfKeys(record: RecordBytes): number {
  const primaryKeyBytes =
    record.primaryKeyStart === record.keyStart ? 0 : record.primaryKeyEnd - record.primaryKeyStart
  return record.keyEnd - record.keyStart + primaryKeyBytes
}

/** How many bytes that no other row of the walk shares. Several entries of an index may name the same record. */
function metBytesOf(record: RecordBytes, { indexId }: Scan): number {
  return indexId === 0 ? sizeOf(record) : sizeOfKeys(record)
}

function onlyKey(key: Uint8Array): KeyBounds {
  return {
    lower: { bytes: key, isSuccessor: false },
    upper: { bytes: key, isSuccessor: true },
  }
}
