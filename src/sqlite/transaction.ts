/** A read-write transaction: the storage seam's `StorageTransaction`. */
import { append } from '../base/own-property.ts'
import type { EncodedRange } from '../keys/key-range.ts'
import {
  applySchemaChange,
  type DatabaseSchema,
  type IndexSchema,
  type SchemaChange,
} from '../storage/schema.ts'
import type { CommitMark, NewRecord, RecordBytes, StorageTransaction } from '../storage/storage.ts'
import type { Connection } from './binding/connection.ts'
import type { FilePresence } from './care/file-presence.ts'
import type { QuotaShare } from './care/quota-share.ts'
import type { CommitMarks } from './records/commit-marks.ts'
import { fillIndex } from './records/fill-index.ts'
import type { RecordCounts } from './records/record-counts.ts'
import type { RecordReader } from './records/record-reader.ts'
import type { RecordWriter } from './records/record-writer.ts'
import type { StoredCounts } from './records/stored-counts.ts'
import { writeCurrentNumber, writeMeta, writeSchemaChange } from './schema/write-schema.ts'
import type { SqlTransaction } from './sql-transaction.ts'

/** What a transaction works with: its database, once for all of its transactions. */
export interface TransactionDatabase {
  readonly name: string
  readonly connection: Connection
  readonly sql: SqlTransaction
  readonly reader: RecordReader
  readonly writer: RecordWriter
  readonly counts: RecordCounts
  readonly storedCounts: StoredCounts
  readonly marks: CommitMarks
  readonly presence: FilePresence
  readonly quotaShare: QuotaShare | null
  /** The committed schema. */
  readonly schema: DatabaseSchema
  /** The committed current number of a key generator. */
  currentNumber(storeId: number): number
  /** Takes over what the transaction has made of schema and key generators (null: moved none). */
  committed(schema: DatabaseSchema, movedNumbers: ReadonlyMap<number, number> | null): void
  /** It is over, and SQL's is about to be rolled back. */
  rollingBack(): void
  /** SQL's transaction was rolled back. */
  rolledBack(): void
}

/** Made by `begin()`, of no use after `commit()` or `rollback()`. */
export class SqliteTransaction implements StorageTransaction {
  readonly #database: TransactionDatabase
  #schema: DatabaseSchema
  /** Key generators it has moved, written once, when it commits; null: none. */
  #movedNumbers: Map<number, number> | null = null
  /** The clients whose marks are to be forgotten; null: none. */
  #forgotten: string[] | null = null
  /** To be noted; null: nothing is. */
  #incarnation: number | null = null
  #hasWrittenMarks = false
  #isOver = false

  constructor(database: TransactionDatabase) {
    this.#database = database
    this.#schema = database.schema
  }

  get schema(): DatabaseSchema {
    return this.#schema
  }

  /** Whether what the marks' table says has yet to be committed: a commit has failed. */
  get hasWrittenMarks(): boolean {
    return this.#hasWrittenMarks
  }

  changeSchema(change: SchemaChange): void {
    this.#checkOpen()
    const { connection, counts, writer } = this.#database
    if (change.type === 'createObjectStore') counts.clearStore(change.store.id)
    if (change.type === 'createIndex') counts.clearIndex(change.index.id)
    if (change.type === 'deleteObjectStore') writer.clear(change.storeId)
    if (change.type === 'deleteIndex') writer.clearIndex(change.indexId)
    writeSchemaChange(connection, change)
    this.#schema = applySchemaChange(this.#schema, change)
    if (change.type === 'deleteObjectStore') this.#movedNumbers?.delete(change.storeId)
  }

  currentNumber(storeId: number): number {
    this.#refuseOver()
    return this.#movedNumbers?.get(storeId) ?? this.#database.currentNumber(storeId)
  }

  setCurrentNumber(storeId: number, currentNumber: number): void {
    this.#refuseOver()
    this.#movedNumbers ??= new Map()
    this.#movedNumbers.set(storeId, currentNumber)
  }

  put(record: NewRecord): void {
    this.#checkOpen()
    this.#database.writer.put(record)
  }

  deleteRange(storeId: number, range: EncodedRange): void {
    this.#checkOpen()
    this.#database.writer.deleteRange(storeId, range)
  }

  clear(storeId: number): void {
    this.#checkOpen()
    this.#database.writer.clear(storeId)
  }

  fillIndex(
    storeId: number,
    index: IndexSchema,
    indexKeysOf: (record: RecordBytes) => Uint8Array | null,
  ): void {
    this.#checkOpen()
    const { reader, writer } = this.#database
    fillIndex({ reader, writer, storeId, index, indexKeysOf })
  }

  noteIncarnation(incarnation: number): void {
    this.#checkOpen()
    this.#incarnation = incarnation
  }

  forgetMarks(client: string): void {
    this.#checkOpen()
    append((this.#forgotten ??= []), client)
  }

  commit(mark?: CommitMark): void {
    this.#checkOpen()
    const { presence, quotaShare, sql } = this.#database
    presence.verifyOwed()
    this.#writeMoved()
    if (mark || this.#forgotten || this.#incarnation !== null) this.#writeMarks(mark)
    quotaShare?.checkRoom()
    sql.commit()
    this.#isOver = true
    this.#database.committed(this.#schema, this.#movedNumbers)
  }

  rollback(): void {
    this.#refuseOver()
    this.#isOver = true
    this.#database.rollingBack()
    this.#database.sql.rollBack()
    this.#database.rolledBack()
  }

  /** Writes what changes once per transaction. */
  #writeMoved(): void {
    const { connection, name, schema, storedCounts } = this.#database
    const isUpgrade = this.#schema !== schema
    if (isUpgrade) writeMeta(connection, name, this.#schema)
    storedCounts.beforeCommit(isUpgrade)
    if (!this.#movedNumbers) return
    for (const [storeId, currentNumber] of this.#movedNumbers) {
      writeCurrentNumber(connection, storeId, currentNumber)
    }
  }

  #writeMarks(mark: CommitMark | undefined): void {
    const { marks } = this.#database
    this.#hasWrittenMarks = true
    if (this.#incarnation !== null) marks.noteIncarnation(this.#incarnation)
    for (const client of this.#forgotten ?? []) marks.forget(client)
    if (mark) marks.write(mark)
  }

  #checkOpen(): void {
    this.#refuseOver()
    this.#database.sql.checkOpen()
  }

  #refuseOver(): void {
    if (this.#isOver) throw new Error('unreachable: the read-write transaction is over')
  }
}
