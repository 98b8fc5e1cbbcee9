/** Storing and deleting records, with their index entries and large values. */
import type { EncodedRange } from '../../keys/key-range.ts'
import { keyText } from '../../keys/text/key-text.ts'
import { type DatabaseSchema, storeOf } from '../../storage/schema.ts'
import type { NewRecord } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { Statement } from '../binding/statement.ts'
import { keyTaken, recordExists } from './constraints.ts'
import { areSame, bindPlace, type HeapBytes, nowhere } from './heap-bytes.ts'
import { IndexEntries } from './index-entries.ts'
import type { RecordCounts } from './record-counts.ts'
import { inlineBytes } from '../schema/tables.ts'

const sql = {
  insertPlain: `INSERT INTO records (store_id, key, value) VALUES (?1, ?2, ?3)
    ON CONFLICT DO NOTHING`,
  putPlain: `INSERT INTO records (store_id, key, value) VALUES (?1, ?2, ?3)
    ON CONFLICT DO UPDATE SET value = excluded.value
    WHERE large_id IS NULL AND index_keys IS NULL`,
  insert: `INSERT INTO records (store_id, key, value, large_id, index_keys)
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING`,
  update: `UPDATE records SET value = ?3, large_id = ?4, index_keys = ?5
    WHERE store_id = ?1 AND key = ?2`,
  find: `SELECT large_id, index_keys FROM records WHERE store_id = ?1 AND key = ?2`,
  deletePlain: `DELETE FROM records
    WHERE store_id = ?1 AND key = ?2 AND large_id IS NULL AND index_keys IS NULL`,
  delete: `DELETE FROM records WHERE store_id = ?1 AND key = ?2`,
  deleteRange: `DELETE FROM records WHERE store_id = ?1 AND key >= ?2 AND key < ?3`,
  findRange: `SELECT large_id, index_keys, key FROM records
    WHERE store_id = ?1 AND key >= ?2 AND key < ?3
    AND (large_id IS NOT NULL OR index_keys IS NOT NULL)`,
  deleteStore: `DELETE FROM records WHERE store_id = ?1`,
  deleteStoreLarge: `DELETE FROM large_values WHERE id IN
    (SELECT large_id FROM records WHERE store_id = ?1 AND large_id IS NOT NULL)`,
  insertLarge: `INSERT INTO large_values (id, value) VALUES (?1, ?2)`,
  deleteLarge: `DELETE FROM large_values WHERE id = ?1`,
  lastLargeId: `SELECT coalesce(max(id), 0) FROM large_values`,
  deleteEntry: `DELETE FROM index_records
    WHERE index_id = ?1 AND key = ?2 AND primary_key = ?3`,
  deleteIndex: `DELETE FROM index_records WHERE index_id = ?1`,
  findOther: `SELECT primary_key FROM index_records
    WHERE index_id = ?1 AND key = ?2 AND primary_key <> ?3 LIMIT 1`,
}

/** How many of a record's index entries go into one statement: four in one cost a fifth less than one by one. */
const entriesPerInsert = 4

/** Inserting one entry, two, and so on, of the primary key ?1. `OR IGNORE`: what cannot fail needs no savepoint. */
const insertEntriesSql = Array.from({ length: entriesPerInsert }, (_, last) => {
  const rows = Array.from({ length: last + 1 }, (_, i) => `(?${2 * i + 2}, ?${2 * i + 3}, ?1)`)
  return `INSERT OR IGNORE INTO index_records (index_id, key, primary_key) VALUES ${rows.join()}`
})

/**
 * A put of a plain record that takes fewer steps of SQLite's machine has inserted it (22, and 2 more where the statement had to
 * be prepared again), one that takes more has replaced one (41): it says nothing else of which it was.
 */
const fewestReplacingSteps = 32

/** The place of a record's parts in the heap while it is being stored. */
interface PlacedRecord {
  readonly storeId: number
  readonly key: HeapBytes
  readonly value: HeapBytes
  readonly indexKeys: HeapBytes
  readonly isLarge: boolean
}

/** What a writer works with. */
export interface WriterParts {
  readonly connection: Connection
  /** Told of every record and entry that comes or goes. */
  readonly counts: RecordCounts
  /** The database's schema as it is now. */
  readonly schema: () => DatabaseSchema
}

/** Writes one database's records. */
export class RecordWriter {
  readonly #connection: Connection
  readonly #counts: RecordCounts
  readonly #entries: IndexEntries
  readonly #schema: () => DatabaseSchema
  /** The id the next large value gets; 0: to be looked up. */
  #nextLargeId = 0

  constructor({ connection, counts, schema }: WriterParts) {
    this.#connection = connection
    this.#counts = counts
    this.#entries = new IndexEntries(connection.engine.module)
    this.#schema = schema
  }

  /** The transaction was rolled back: large values it had deleted are there again, and may have the highest ids. */
  rolledBack(): void {
    this.#nextLargeId = 0
  }

  /** Stores a record. @throws StorageError 'constraint'; then nothing has changed. */
  put(record: NewRecord): void {
    if (isPlain(record)) {
      if (this.#storePlain(record)) return
      if (!record.overwrite) this.#refuseDuplicate(record)
      return this.#replace(this.#place(record))
    }
    const placed = this.#place(record)
    // Everything that can be refused is checked before the first change: no savepoint is needed.
    this.#checkUnique(placed)
    if (this.#insert(placed)) return
    if (!record.overwrite) this.#refuseDuplicate(record)
    this.#replace(placed)
  }

  /** Deletes the records in the range. */
  deleteRange(storeId: number, { lower, upper }: EncodedRange): void {
    const { scratch } = this.#connection.engine
    scratch.reserve(lower.length + (upper?.length ?? 0))
    const lowerPlace = { pointer: scratch.put(lower), byteCount: lower.length }
    if (upper === null) return this.#deleteOne(storeId, lowerPlace)

    const upperPlace = { pointer: scratch.put(upper), byteCount: upper.length }
    const bind = (statement: Statement): Statement => {
      statement.bindInt(1, storeId)
      bindPlace(statement, 2, lowerPlace)
      bindPlace(statement, 3, upperPlace)
      return statement
    }
    const found = bind(this.#connection.prepare(sql.findRange))
    this.#eachRow(found, () => {
      this.#deleteBelongings(found, { pointer: found.blob(2), byteCount: found.byteCount(2) })
    })
    bind(this.#connection.prepare(sql.deleteRange)).run()
    this.#counts.addRecords(storeId, -this.#connection.changes())
  }

  /** Deletes all records of a store. */
  clear(storeId: number): void {
    for (const indexId of storeOf(this.#schema(), storeId).indexes.keys()) this.clearIndex(indexId)
    this.#runFor(sql.deleteStoreLarge, storeId)
    this.#runFor(sql.deleteStore, storeId)
    this.#counts.clearStore(storeId)
  }

  /** Deletes all entries of an index. */
  clearIndex(indexId: number): void {
    this.#runFor(sql.deleteIndex, indexId)
    this.#counts.clearIndex(indexId)
  }

  /**
   * Adds entries to a record that is there already.
   * @throws StorageError 'constraint' when a unique index has one of the keys.
   */
  addEntries(storeId: number, key: Uint8Array, indexKeys: Uint8Array): void {
    const placed = this.#place({ storeId, key, indexKeys, value: noBytes, overwrite: true })
    this.#checkUnique(placed)
    const append = this.#connection.prepare(
      `UPDATE records SET index_keys = CAST(coalesce(index_keys, x'') || ?3 AS BLOB)
       WHERE store_id = ?1 AND key = ?2`,
    )
    append.bindInt(1, storeId)
    bindPlace(append, 2, placed.key)
    bindPlace(append, 3, placed.indexKeys)
    append.run()
    this.#insertEntries(placed)
  }

  #place({ storeId, key, value, indexKeys }: NewRecord): PlacedRecord {
    const { scratch } = this.#connection.engine
    const indexBytes = indexKeys?.length ?? 0
    const byteCount = key.length + value.length + indexBytes
    scratch.reserve(byteCount)
    return {
      storeId,
      key: { pointer: scratch.put(key), byteCount: key.length },
      value: { pointer: scratch.put(value), byteCount: value.length },
      indexKeys: { pointer: indexKeys ? scratch.put(indexKeys) : 0, byteCount: indexBytes },
      isLarge: byteCount > inlineBytes,
    }
  }

  /** Stores a plain record, without making an object: the busiest path. False: there is one it cannot simply replace. */
  #storePlain({ storeId, key, value, overwrite }: NewRecord): boolean {
    const { scratch } = this.#connection.engine
    const statement = this.#connection.prepare(overwrite ? sql.putPlain : sql.insertPlain)
    scratch.reserve(key.length + value.length)
    statement.bindInt(1, storeId)
    statement.bindBlob(2, scratch.put(key), key.length)
    statement.bindBlob(3, scratch.put(value), value.length)
    statement.run()
    const steps = statement.takeSteps()
    if (this.#connection.changes() === 0) return false
    if (!overwrite || steps < fewestReplacingSteps) this.#counts.addRecords(storeId, 1)
    return true
  }

  /** Inserts a new record with all that belongs to it; false when there is one of that key. */
  #insert(placed: PlacedRecord): boolean {
    const largeId = placed.isLarge ? this.#takeLargeId() : 0
    this.#write(sql.insert, placed, largeId)
    if (this.#connection.changes() === 0) return false
    this.#counts.addRecords(placed.storeId, 1)
    this.#addBelongings(placed, largeId)
    return true
  }

  #replace(placed: PlacedRecord): void {
    const keepsEntries = this.#deleteOldBelongings(placed)
    const largeId = placed.isLarge ? this.#takeLargeId() : 0
    this.#write(sql.update, placed, largeId)
    this.#addBelongings(keepsEntries ? { ...placed, indexKeys: nowhere } : placed, largeId)
  }

  /** Deletes what belongs to the record about to be replaced; true: its index entries stay, as the new ones are the same. */
  #deleteOldBelongings({ storeId, key, indexKeys }: PlacedRecord): boolean {
    const found = this.#connection.prepare(sql.find)
    found.bindInt(1, storeId)
    bindPlace(found, 2, key)
    let keepsEntries = false
    this.#eachRow(found, () => {
      const foundKeys = { pointer: found.blob(1), byteCount: found.byteCount(1) }
      keepsEntries = areSame(this.#connection.engine.module.HEAPU8, indexKeys, foundKeys)
      if (keepsEntries) this.#deleteLarge(found)
      else this.#deleteBelongings(found, key)
    })
    return keepsEntries
  }

  #write(text: string, { storeId, key, value, indexKeys }: PlacedRecord, largeId: number): void {
    const statement = this.#connection.prepare(text)
    statement.bindInt(1, storeId)
    bindPlace(statement, 2, key)
    if (largeId === 0) {
      bindPlace(statement, 3, value)
      statement.bindNull(4)
    } else {
      statement.bindNull(3)
      statement.bindInteger(4, largeId)
    }
    if (indexKeys.byteCount === 0) statement.bindNull(5)
    else bindPlace(statement, 5, indexKeys)
    statement.run()
  }

  #addBelongings(placed: PlacedRecord, largeId: number): void {
    if (largeId !== 0) {
      const statement = this.#connection.prepare(sql.insertLarge)
      statement.bindInteger(1, largeId)
      bindPlace(statement, 2, placed.value)
      statement.run()
    }
    this.#insertEntries(placed)
  }

  #insertEntries({ key, indexKeys }: PlacedRecord): void {
    if (indexKeys.byteCount === 0) return
    const entries = this.#entries
    const total = entries.count(indexKeys.pointer, indexKeys.byteCount)
    entries.start(indexKeys.pointer, indexKeys.byteCount)
    for (let left = total; left > 0; left -= entriesPerInsert) {
      this.#insertNextEntries(Math.min(left, entriesPerInsert), key)
    }
  }

  #insertNextEntries(count: number, key: HeapBytes): void {
    const entries = this.#entries
    const statement = this.#connection.prepare(insertEntriesSql[count - 1]!) // one for every count
    bindPlace(statement, 1, key)
    for (let i = 0; i < count; i++) {
      entries.next()
      statement.bindInt(2 * i + 2, entries.indexId)
      statement.bindBlob(2 * i + 3, entries.keyPointer, entries.keyBytes)
      this.#counts.addEntries(entries.indexId, 1)
    }
    statement.run()
    if (this.#connection.changes() < count) this.#counts.forgetIndexes()
  }

  #checkUnique({ storeId, key, indexKeys }: PlacedRecord): void {
    if (indexKeys.byteCount === 0) return
    const store = storeOf(this.#schema(), storeId)
    const statement = this.#connection.prepare(sql.findOther)
    const entries = this.#entries
    entries.start(indexKeys.pointer, indexKeys.byteCount)
    while (entries.next()) {
      const index = store.indexes.get(entries.indexId)
      if (!index?.unique) continue
      bindEntry(statement, entries, key)
      if (!statement.step()) continue
      const taken = this.#copy(entries.keyPointer, entries.keyBytes)
      const other = this.#copy(statement.blob(0), statement.byteCount(0))
      statement.reset()
      throw keyTaken({ store, index, key: keyText(taken), primaryKey: keyText(other) })
    }
  }

  #copy(pointer: number, byteCount: number): Uint8Array {
    return this.#connection.engine.module.HEAPU8.slice(pointer, pointer + byteCount)
  }

  #deleteOne(storeId: number, key: HeapBytes): void {
    const plain = this.#connection.prepare(sql.deletePlain)
    plain.bindInt(1, storeId)
    bindPlace(plain, 2, key)
    plain.run()
    if (this.#connection.changes() > 0) return this.#counts.addRecords(storeId, -1)

    const found = this.#connection.prepare(sql.find)
    found.bindInt(1, storeId)
    bindPlace(found, 2, key)
    this.#eachRow(found, () => this.#deleteBelongings(found, key))
    const statement = this.#connection.prepare(sql.delete)
    statement.bindInt(1, storeId)
    bindPlace(statement, 2, key)
    statement.run()
    this.#counts.addRecords(storeId, -this.#connection.changes())
  }

  /** Deletes the large value and the index entries of the row that `found` is at: `large_id`, `index_keys`. */
  #deleteBelongings(found: Statement, key: HeapBytes): void {
    this.#deleteLarge(found)
    if (found.isNull(1)) return
    const statement = this.#connection.prepare(sql.deleteEntry)
    const entries = this.#entries
    entries.start(found.blob(1), found.byteCount(1))
    while (entries.next()) {
      bindEntry(statement, entries, key)
      statement.run()
      this.#counts.addEntries(entries.indexId, -this.#connection.changes())
    }
  }

  #deleteLarge(found: Statement): void {
    if (found.isNull(0)) return
    const statement = this.#connection.prepare(sql.deleteLarge)
    statement.bindInteger(1, found.number(0))
    statement.run()
  }

  #takeLargeId(): number {
    if (this.#nextLargeId === 0) {
      this.#nextLargeId = this.#connection.readNumber(sql.lastLargeId) + 1
    }
    return this.#nextLargeId++
  }

  #eachRow(statement: Statement, visit: () => void): void {
    try {
      for (let seen = 0; statement.step(); seen++) {
        this.#connection.checkWalk(seen, 0)
        visit()
      }
    } finally {
      statement.reset()
    }
  }

  #runFor(text: string, id: number): void {
    const statement = this.#connection.prepare(text)
    statement.bindInt(1, id)
    statement.run()
  }

  #refuseDuplicate({ storeId, key }: NewRecord): never {
    const { name } = storeOf(this.#schema(), storeId)
    throw recordExists(name, keyText(key))
  }
}

const noBytes = new Uint8Array(0)

/** Whether a record has neither index entries nor a large value. */
function isPlain({ key, value, indexKeys }: NewRecord): boolean {
  return indexKeys === null && key.length + value.length <= inlineBytes
}

function bindEntry(statement: Statement, entry: IndexEntries, primaryKey: HeapBytes): void {
  statement.bindInt(1, entry.indexId)
  statement.bindBlob(2, entry.keyPointer, entry.keyBytes)
  bindPlace(statement, 3, primaryKey)
}
