/**
 * Reading a damaged file's records: each store from its start until a page cannot be read, then from its end until the
 * same, then what stands between two such pages, by seeking keys there, and last those that were not met and of which the indexes still
 * know the keys, each with what follows it. Nothing is written.
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
import { type Gap, probesIn } from './gap-probes.ts'
import { KeyOrder } from './key-order.ts'

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

/** Rows that were read from a place on. */
interface Run {
  /** The keys of the first and the last; null: there were none. */
  readonly near: Uint8Array | null
  readonly far: Uint8Array | null
  /** Whether nothing stopped it before the end. */
  readonly isWhole: boolean
}

const columns = 'key, value, large_id, index_keys'

/** A damaged file's tables. */
export class DamagedTables {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
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
    const walk = new StoreWalk(this.#connection, store, receiver)
    const isWhole = walk.readForward()
    if (!isWhole) {
      walk.readBackward()
      walk.readBetween()
    }
    walk.readNamed()
    return { lost: walk.lost, hasGap: !isWhole || walk.lacksRows }
  }
}

class StoreWalk {
  readonly #connection: Connection
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
  /** Rows whose keys are not what they were. */
  #strayCount = 0
  /** Of the store's records so far. */
  #takenBytes = 0

  constructor(connection: Connection, store: ObjectStoreSchema, receiver: FoundReceiver) {
    this.#connection = connection
    this.#store = store
    this.#receiver = receiver
  }

  /** A stray row may be the record that an index names. */
  get lost(): number {
    const seen = this.#lostKeys.size - this.#namedCount
    return seen + Math.max(this.#strayCount, this.#namedCount)
  }

  /** Whether indexes name more records than there are stray rows. */
  get lacksRows(): boolean {
    return this.#namedCount > this.#strayCount
  }

  /** Whether it got to the end. */
  readForward(): boolean {
    const order = new KeyOrder<ReadRow>({
      keep: (row) => {
        this.#last = row.key
        this.#keep(row)
      },
      drop: () => void this.#strayCount++,
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
        drop: () => void this.#strayCount++,
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
    if (first && compareKeys(row.key, first) >= 0) this.#strayCount++
    else this.#keep(row)
  }

  #takeInOrder(order: KeyOrder<ReadRow>, row: Statement): boolean {
    const key = row.copyBlob(0)
    if (isKey(key)) return order.take({ key, record: this.#read(row, key) })
    this.#strayCount++
    return true
  }

  #keep({ key, record }: ReadRow): void {
    if (!record || !this.#receiver.put(record)) this.#lostKeys.add(String(key))
  }

  /** Reads what stands between pages that cannot be read. */
  readBetween(): void {
    const gaps: Gap[] = [{ lower: this.#last, upper: this.#first }]
    for (let gap = gaps.pop(); gap; gap = gaps.pop()) {
      for (const probe of probesIn(gap)) {
        const left = this.#readAround(probe, gap)
        if (!left) continue
        for (const it of left) append(gaps, it)
        break
      }
    }
  }

  /** Reads the rows after and before a place in a gap. Gives what is left of that; null: there was no row. */
  #readAround(probe: Uint8Array, gap: Gap): Gap[] | null {
    const after = this.#readRun('key >= ?2 ORDER BY key', { probe, gap, sign: 1 })
    const before = this.#readRun('key < ?2 ORDER BY key DESC', { probe, gap, sign: -1 })
    const [lowest, highest] = [before.far ?? after.near, after.far ?? before.near]
    if (!lowest || !highest) return null
    const left: Gap[] = []
    if (!before.isWhole) append(left, { lower: gap.lower, upper: lowest })
    if (!after.isWhole) append(left, { lower: highest, upper: gap.upper })
    return left
  }

  /** Reads the rows from a place in a gap to its end, or to damage. */
  #readRun(rows: string, { probe, gap, sign }: { probe: Uint8Array; gap: Gap; sign: 1 | -1 }): Run {
    let near: Uint8Array | null = null
    let far: Uint8Array | null = null
    let isAtEnd = false
    const keep = (row: ReadRow): void => {
      near ??= row.key
      far = row.key
      // The rows at the ends of what was read before were not all taken for its ends.
      if (!this.#receiver.has(row.key)) this.#keep(row)
    }
    const order = new KeyOrder<ReadRow>({ keep, drop: () => undefined }, sign)
    const sql = `SELECT ${columns} FROM records WHERE store_id = ?1 AND ${rows}`
    const isWhole = this.#readRows(
      sql,
      this.#store.id,
      (row) => {
        const key = row.copyBlob(0)
        isAtEnd = !isWithin(key, gap)
        if (isAtEnd) return false
        return !isKey(key) || order.take({ key, record: this.#read(row, key) })
      },
      probe,
    )
    const end = order.end()
    if (end) keep(end)
    return { near, far, isWhole: isWhole || isAtEnd }
  }

  /** Reads the records that were not met and that entries of the indexes name, if they are there, with what follows them. */
  readNamed(): void {
    const missing = this.#missingKeys()
    for (const key of missing) if (!this.#receiver.has(key)) this.#readFrom(key)
    for (const key of missing) {
      if (this.#receiver.has(key) || this.#lostKeys.has(String(key))) continue
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

  /** Reads the record with that key, and those after it until one that was met. */
  #readFrom(key: Uint8Array): void {
    const sql = `SELECT ${columns} FROM records WHERE store_id = ?1 AND key >= ?2 ORDER BY key`
    const order = new KeyOrder<ReadRow>({
      keep: (row) => this.#keep(row),
      drop: () => undefined,
    })
    let isFirst = true
    this.#readRows(
      sql,
      this.#store.id,
      (row) => {
        const found = row.copyBlob(0)
        if (isFirst && compareKeys(found, key) !== 0) return false
        isFirst = false
        return this.#isMissing(found) && order.take({ key: found, record: this.#read(row, found) })
      },
      key,
    )
    const end = order.end()
    if (end) this.#keep(end)
  }

  /** null when a part of the record cannot be read. */
  #read(row: Statement, key: Uint8Array): FoundRecord | null {
    let record: FoundRecord | null = null
    tolerate(() => {
      const indexKeys = row.isNull(3) ? null : this.#liveEntries(row.copyBlob(3))
      const value = row.isNull(2) ? row.copyBlob(1) : this.#largeValue(row.number(2))
      this.#takenBytes += key.length + (value?.length ?? 0)
      if (value !== null && value.length > 0) record = { key, value, indexKeys }
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
    return value
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

  /** Visits rows until `visit` says false; false when a row cannot be read, or it did. `key`: what is bound after the id. */
  #readRows(
    sql: string,
    id: number,
    visit: (row: Statement) => boolean,
    key: Uint8Array | null = null,
  ): boolean {
    const { scratch } = this.#connection.engine
    return tolerate(() => {
      const statement = this.#connection.prepare(sql)
      try {
        statement.bindInteger(1, id)
        if (key) {
          scratch.reserve(key.length)
          statement.bindBlob(2, scratch.put(key), key.length)
        }
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

function isWithin(key: Uint8Array, { lower, upper }: Gap): boolean {
  return (
    (lower === null || compareKeys(key, lower) > 0) &&
    (upper === null || compareKeys(key, upper) < 0)
  )
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
