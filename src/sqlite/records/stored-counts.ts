/**
 * The counts that a file keeps: those that would take long to count again, from when the database is idle, or closes, to
 * the next commit that changes one of them. So a row is right at every moment that can be read, and a commit that follows
 * another has nothing to write for it.
 */
import { append } from '../../base/own-property.ts'
import type { DatabaseSchema } from '../../storage/schema.ts'
import type { Connection } from '../binding/connection.ts'
import { createCountsTable, raiseFormat } from '../schema/tables.ts'
import type { OwnedCount, RecordCount, RecordCounts } from './record-counts.ts'

const sql = {
  /** Anybody may have written them: what is no count is -1. */
  list: `SELECT store_id, index_id, CASE typeof(count) WHEN 'integer' THEN count ELSE -1 END
    FROM record_counts`,
  write: 'INSERT INTO record_counts (store_id, index_id, count) VALUES (?1, ?2, ?3)',
  deleteAll: 'DELETE FROM record_counts',
}

/** Fewer are counted in less than ten milliseconds; most databases have fewer, and need no table that they would have to make. */
export const fewestStored = 32_768

/** The rows of one database's file. */
export class StoredCounts {
  readonly #connection: Connection
  readonly #counts: RecordCounts
  #hasTable: boolean
  /** What the transaction has written in the place of all rows; null: they are as they were. */
  #written: readonly OwnedCount[] | null = null
  /** Those that have a row; committed. */
  #stored: RecordCount[] = []

  /** `hasTable`: whether the file has one for them. @throws StorageError */
  constructor(connection: Connection, counts: RecordCounts, hasTable: boolean) {
    this.#connection = connection
    this.#counts = counts
    this.#hasTable = hasTable
    if (hasTable) this.#read()
  }

  /** Deletes the rows in a transaction that changes one of the counts, or (`isUpgrade`) the schema. @throws StorageError */
  beforeCommit(isUpgrade: boolean): void {
    if (this.#stored.length === 0) return
    if (isUpgrade || this.#counts.hasChangedStored) this.#replaceRows([])
  }

  /** Those that belong into the file, when one of them is not there; null: nothing is to be done. */
  due(schema: DatabaseSchema): readonly OwnedCount[] | null {
    const worthy = this.#counts.known(schema).filter(({ count }) => count.value >= fewestStored)
    return worthy.some(({ count }) => !count.isStored) ? worthy : null
  }

  /** Writes them, in a transaction of its own. @throws StorageError */
  write(due: readonly OwnedCount[]): void {
    if (!this.#hasTable) this.#connection.execute(`${createCountsTable}; ${raiseFormat}`)
    this.#replaceRows(due)
  }

  /** The transaction was committed. */
  committed(): void {
    const written = this.#written
    if (!written) return
    for (const count of this.#stored) count.isStored = false
    this.#stored = written.map(({ count }) => count)
    for (const count of this.#stored) count.isStored = true
    this.#hasTable = true
    this.#written = null
  }

  /** It was rolled back. */
  rolledBack(): void {
    this.#written = null
  }

  #read(): void {
    const statement = this.#connection.prepare(sql.list)
    try {
      while (statement.step()) {
        const count = this.#counts.of(statement.number(0), statement.number(1))
        const value = statement.number(2)
        if (Number.isSafeInteger(value) && value >= 0) count.value = value
        count.isStored = true
        append(this.#stored, count)
      }
    } finally {
      statement.reset()
    }
  }

  #replaceRows(rows: readonly OwnedCount[]): void {
    this.#written = rows
    this.#connection.prepare(sql.deleteAll).run()
    for (const { storeId, indexId, count } of rows) {
      const statement = this.#connection.prepare(sql.write)
      statement.bindInt(1, storeId)
      statement.bindInt(2, indexId)
      statement.bindInteger(3, count.value)
      statement.run()
    }
  }
}
