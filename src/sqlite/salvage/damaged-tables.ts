/**
 * Reading a damaged file's records: each store from its start until a page cannot be read, then from its end until the
 * same, then what stands between two such pages, page after page, wherever in the file. Nothing is written.
 */
import { append } from '../../base/own-property.ts'
import { StorageError } from '../../errors.ts'
import { convertKeyToValue } from '../../keys/convert-key-to-value.ts'
import { forEachIndexKey } from '../../keys/index-keys.ts'
import { compareKeys } from '../../keys/key.ts'
import type { ObjectStoreSchema } from '../../storage/schema.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { CommitMarks } from '../records/commit-marks.ts'
import { KeyOrder, mostStrays } from './key-order.ts'
import type { RecordRow, ScatteredRows } from './scattered-rows.ts'

/** A record found whole; its bytes are the receiver's. */
export interface FoundRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** Entries of the store's indexes alone; null: none. */
  readonly indexKeys: Uint8Array | null
}

/** Takes the records of a store. */
export interface FoundReceiver {
  /** False when it cannot be used. */
  put(record: FoundRecord): boolean
  /** Whether a record with that key was put. */
  has(key: Uint8Array): boolean
}

/** A row of a store. */
interface ReadRow {
  readonly key: Uint8Array
  /** null: a part of it cannot be read. */
  readonly record: FoundRecord | null
}

const columns = 'key, value, large_id, index_keys'

/** A damaged file's tables. */
export class DamagedTables {
  readonly #connection: Connection
  readonly #scattered: ScatteredRows

  constructor(connection: Connection, scattered: ScatteredRows) {
    this.#connection = connection
    this.#scattered = scattered
  }

  /** Whether commits have left marks in it. */
  hasMarks(): boolean {
    return new CommitMarks(this.#connection).isUsed
  }

  /**
   * Reads a store. `lost`: records known to have been there of which a part cannot be read; `hasGap`: there may have been
   * others.
   */
  readStore(store: ObjectStoreSchema, receiver: FoundReceiver): { lost: number; hasGap: boolean } {
    const walk = new StoreWalk({
      connection: this.#connection,
      scattered: this.#scattered,
      store,
      receiver,
    })
    const isWhole = walk.readForward()
    if (!isWhole) walk.readBackward()
    const hasMore = walk.readScattered({ isWhole })
    walk.countNamed()
    return { lost: walk.lost, hasGap: !isWhole || hasMore || walk.lacksRows }
  }
}

interface StoreWalkOptions {
  readonly connection: Connection
  readonly scattered: ScatteredRows
  readonly store: ObjectStoreSchema
  readonly receiver: FoundReceiver
}

class StoreWalk {
  readonly #connection: Connection
  readonly #scattered: ScatteredRows
  readonly #store: ObjectStoreSchema
  readonly #receiver: FoundReceiver
  /** Everything up to it has been read from the start; null: nothing. */
  #last: Uint8Array | null = null
  /** Everything from it on has been read from the end; null: nothing. */
  #first: Uint8Array | null = null
  /** The row after `#last`, whose key nothing has confirmed. */
  #unconfirmed: ReadRow | null = null
  /** The keys of records of which a part cannot be read, or used. */
  readonly #lostKeys = new Set<string>()
  /** Keys of `#lostKeys` that only indexes have named. */
  #namedCount = 0
  /** The keys of rows whose keys are not what they were. */
  readonly #strayKeys = new Set<string>()
  /** How many rows were met. */
  #rowCount = 0
  /** Of the store's records so far. */
  #takenBytes = 0

  constructor({ connection, scattered, store, receiver }: StoreWalkOptions) {
    this.#connection = connection
    this.#scattered = scattered
    this.#store = store
    this.#receiver = receiver
  }

  /** A stray row may be the record that an index names. */
  get lost(): number {
    const seen = this.#lostKeys.size - this.#namedCount
    return seen + Math.max(this.#strayKeys.size, this.#namedCount)
  }

  /** Whether indexes name more records than there are stray rows. */
  get lacksRows(): boolean {
    return this.#namedCount > this.#strayKeys.size
  }

  /** Whether it got to the end. */
  readForward(): boolean {
    const order = new KeyOrder<ReadRow>({
      keep: (row) => {
        this.#last = row.key
        this.#keep(row)
      },
      drop: (row) => this.#noteStray(row.key),
    })
    const sql = `SELECT ${columns} FROM records WHERE store_id = ?1 ORDER BY key`
    const isWhole = this.#readRows(sql, this.#store.id, (row) => this.#takeInOrder(order, row))
    const unconfirmed = order.end()
    if (!isWhole) this.#unconfirmed = unconfirmed
    else if (unconfirmed) this.#keep(unconfirmed)
    return isWhole
  }

  readBackward(): void {
    let beyond = 0
    const order = new KeyOrder<ReadRow>(
      {
        keep: (row) => {
          this.#first = row.key
          this.#keep(row)
        },
        drop: (row) => this.#noteStray(row.key),
      },
      -1,
    )
    const sql = `SELECT ${columns} FROM records WHERE store_id = ?1 ORDER BY key DESC`
    this.#readRows(sql, this.#store.id, (row) => {
      // One alone may be a key that is wrong.
      if (this.#last && compareKeys(row.copyBlob(0), this.#last) <= 0) return ++beyond < 2
      beyond = 0
      return this.#takeInOrder(order, row)
    })
    const end = order.end()
    if (end && !this.#receiver.has(end.key)) this.#keep(end)
    this.#confirm(this.#first)
  }

  /** The last row before the damage, if it comes before those after it. */
  #confirm(first: Uint8Array | null): void {
    const row = this.#unconfirmed
    if (!row || this.#receiver.has(row.key)) return
    if (first && compareKeys(row.key, first) >= 0) this.#noteStray(row.key)
    else this.#keep(row)
  }

  #takeInOrder(order: KeyOrder<ReadRow>, row: Statement): boolean {
    this.#rowCount++
    const key = row.copyBlob(0)
    if (!isKey(key)) {
      this.#noteStray(key)
      return true
    }
    const belongsHere = order.take({ key, record: this.#readRow(row, key) })
    if (!belongsHere) this.#forgetStrays()
    return belongsHere
  }

  /** The last ones are on a page that belongs elsewhere, and may be right there. */
  #forgetStrays(): void {
    for (const key of [...this.#strayKeys].slice(-mostStrays)) this.#strayKeys.delete(key)
  }

  #noteStray(key: Uint8Array): void {
    this.#strayKeys.add(String(key))
  }

  #keep({ key, record }: ReadRow): void {
    if (!record || !this.#receiver.put(record)) this.#lostKeys.add(String(key))
    else if (this.#lostKeys.size > 0) this.#lostKeys.delete(String(key))
  }

  /** Reads what was not met, where there is more. Gives whether a part of it is no longer led to. */
  readScattered({ isWhole }: { isWhole: boolean }): boolean {
    const hasMore = this.#scattered.countOf(this.#store.id) > this.#rowCount
    if (isWhole && !hasMore) return false
    const [after, before] = isWhole ? [null, null] : [this.#last, this.#first]
    const takes = (key: Uint8Array): boolean =>
      (after === null || compareKeys(key, after) > 0) &&
      (before === null || compareKeys(key, before) < 0) &&
      !this.#receiver.has(key)
    this.#takenBytes = 0
    for (const page of this.#scattered.pagesOf(this.#store.id)) this.#readPage(page, takes)
    return hasMore
  }

  /** Keys are in order on each page; what comes before its first and after its last is not known. */
  #readPage(page: number, takes: (key: Uint8Array) => boolean): void {
    let first: RecordRow | null = null
    const keep = (row: RecordRow, { isAtEdge }: { isAtEdge: boolean }): void => {
      // What stood around it on other pages said that it belongs elsewhere.
      if (isAtEdge && this.#strayKeys.has(String(row.key))) return
      if (!takes(row.key)) return
      this.#strayKeys.delete(String(row.key))
      this.#keep(this.#foundRow(row))
    }
    const order = new KeyOrder<RecordRow>({
      keep: (row) => keep(row, { isAtEdge: row === first }),
      drop: ({ key }) => !this.#receiver.has(key) && this.#noteStray(key),
    })
    for (const row of this.#scattered.rowsOn(page, this.#store.id)) {
      if (!row) continue
      first ??= row
      if (!isKey(row.key)) this.#noteStray(row.key)
      else if (!order.take(row)) break
    }
    const end = order.end()
    if (end) keep(end, { isAtEdge: true })
  }

  #foundRow({ key, value, largeId, indexKeys }: RecordRow): ReadRow {
    return { key, record: this.#read(key, { value, largeId, indexKeys }) }
  }

  /** Counts the records that were not met and that entries of the indexes name. */
  countNamed(): void {
    for (const key of this.#missingKeys()) {
      this.#lostKeys.add(String(key))
      this.#namedCount++
    }
  }

  /** The keys that entries of the indexes name, each index read from both ends, and that were not met. */
  #missingKeys(): readonly Uint8Array[] {
    const keys = new Map<string, Uint8Array>()
    for (const indexId of this.#store.indexes.keys()) {
      for (const order of ['ASC', 'DESC'] as const) {
        const sql = `SELECT primary_key FROM index_records WHERE index_id = ?1 ORDER BY key ${order}`
        const isWhole = this.#readRows(sql, indexId, (row) => {
          const key = row.copyBlob(0)
          if (this.#isMissing(key)) keys.set(String(key), key)
          return true
        })
        if (isWhole) break
      }
    }
    return [...keys.values()]
  }

  #isMissing(key: Uint8Array): boolean {
    return isKey(key) && !this.#receiver.has(key) && !this.#lostKeys.has(String(key))
  }

  /** null when a part of the record cannot be read. */
  #readRow(row: Statement, key: Uint8Array): FoundRecord | null {
    let record: FoundRecord | null = null
    tolerate(() => {
      record = this.#read(key, {
        value: row.isNull(2) ? row.copyBlob(1) : null,
        largeId: row.isNull(2) ? null : row.number(2),
        indexKeys: row.isNull(3) ? null : row.copyBlob(3),
      })
      return true
    })
    return record
  }

  /** null when a part of the record cannot be read. */
  #read(
    key: Uint8Array,
    { value, largeId, indexKeys }: Omit<RecordRow, 'key'>,
  ): FoundRecord | null {
    let record: FoundRecord | null = null
    tolerate(() => {
      const live = indexKeys && this.#liveEntries(indexKeys)
      const whole = largeId === null ? value : this.#largeValue(largeId)
      this.#takenBytes += key.length + (whole?.length ?? 0)
      if (whole && whole.length > 0) record = { key, value: whole, indexKeys: live }
      return true
    })
    return record
  }

  /** null: missing. */
  #largeValue(id: number): Uint8Array | null {
    let value: Uint8Array | null = null
    const sql = 'SELECT value FROM large_values WHERE id = ?1'
    this.#readRows(sql, id, (row) => {
      value = row.copyBlob(0)
      return false
    })
    return value ?? this.#scattered.largeValue(id)
  }

  /** Without the entries of indexes deleted since, whose ids may be given out again. */
  #liveEntries(block: Uint8Array): Uint8Array | null {
    const kept: number[] = []
    let start = 0
    forEachIndexKey(block, (indexId, _keyStart, keyEnd) => {
      if (this.#store.indexes.has(indexId))
        for (const byte of block.subarray(start, keyEnd)) append(kept, byte)
      start = keyEnd
    })
    return kept.length === 0 ? null : Uint8Array.from(kept)
  }

  /** Visits rows until `visit` says false; false when a row cannot be read, or it did. */
  #readRows(sql: string, id: number, visit: (row: Statement) => boolean): boolean {
    return tolerate(() => {
      const statement = this.#connection.prepare(sql)
      try {
        statement.bindInteger(1, id)
        for (let seen = 0; statement.step(); seen++) {
          this.#connection.checkWalk(seen, this.#takenBytes)
          if (!visit(statement)) return false
        }
        return true
      } finally {
        statement.reset()
      }
    })
  }
}

/** Runs `read`; false when it meets damage. */
function tolerate(read: () => boolean): boolean {
  try {
    return read()
  } catch (error) {
    if (error instanceof StorageError && error.code === 'corrupt') return false
    throw error
  }
}

function isKey(key: Uint8Array): boolean {
  return tolerate(() => {
    convertKeyToValue(key)
    return true
  })
}
