/** One open database: the storage seam's `DatabaseStorage` on one SQLite connection. */
import { StorageError } from '../errors.ts'
import { type EncodedRange, hasAllKeys } from '../keys/key-range.ts'
import {
  applySchemaChange,
  type DatabaseSchema,
  type IndexSchema,
  type SchemaChange,
} from '../storage/schema.ts'
import type { SalvageReport } from '../storage/salvage-report.ts'
import type {
  DatabaseStorage,
  NewRecord,
  RecordBytes,
  RecordReceiver,
  Scan,
} from '../storage/storage.ts'
import type { Connection } from './binding/connection.ts'
import type { CheckpointMode } from './care/checkpoint.ts'
import { checkConsistency } from './care/consistency.ts'
import { type OpenedFile, type Place, removeDatabaseFile, removeEmptied } from './database-file.ts'
import { fillIndex } from './records/fill-index.ts'
import { Housekeeping } from './care/housekeeping.ts'
import { LogRoom } from './care/log-room.ts'
import { RecordCounts } from './records/record-counts.ts'
import { RecordReader } from './records/record-reader.ts'
import { RecordWriter } from './records/record-writer.ts'
import { QuotaShare } from './care/quota-share.ts'
import { Syncs } from './care/syncs.ts'
import { writeCurrentNumber, writeMeta, writeSchemaChange } from './schema/write-schema.ts'

/** What a database is opened with. */
export interface DatabaseOptions {
  readonly place: Place
  readonly name: string
  readonly fileName: string
  readonly label: string
  readonly opened: OpenedFile
  /** Called after an upgrade has committed. */
  readonly onVersionCommitted: (version: number) => void
  readonly onClosed: () => void
  readonly salvaged: SalvageReport | null
  /** Called when `salvaged` has been heard of. */
  readonly onHeard: () => void
  /** Called when the file is closed after damage was met in it. */
  readonly onDamage: () => void
  /** Runs a task when no other call of the directory is at its files. */
  readonly queue: (task: () => Promise<void>) => Promise<void>
  /** Hears of trouble that cost no data. */
  readonly onWarning: (warning: StorageError) => void
}

/** A database's file, opened. */
export class SqliteDatabase implements DatabaseStorage {
  readonly name: string
  readonly schema: DatabaseSchema
  readonly currentNumbers: ReadonlyMap<number, number>
  readonly salvaged: SalvageReport | null
  readonly syncLater?: () => Promise<void>
  readonly verify?: () => void
  readonly verifyLater?: () => Promise<void>

  readonly #options: DatabaseOptions
  readonly #connection: Connection
  readonly #reader: RecordReader
  readonly #writer: RecordWriter
  readonly #counts = new RecordCounts()
  readonly #housekeeping: Housekeeping
  readonly #syncs: Syncs
  readonly #logRoom: LogRoom
  /** null: it may grow as far as there is room. */
  readonly #quotaShare: QuotaShare | null
  #schema: DatabaseSchema
  #committedSchema: DatabaseSchema
  #isWriting = false
  /** A transaction could not be rolled back: what it left must be neither read nor committed. */
  #holdsRemains = false
  /** Key generators the open transaction has moved: written once, when it commits. */
  readonly #movedNumbers = new Map<number, number>()
  /** A sync ended while a transaction was open, in which a lost log cannot be replaced. */
  #owesLogCheck = false
  /** null until it is closed. */
  #closing: Promise<void> | null = null

  /** When it throws, the connection is still the caller's, and nothing else knows of the database. */
  constructor(options: DatabaseOptions) {
    const { connection, rows, isNew, isUnclean } = options.opened
    this.name = options.name
    this.schema = this.#schema = this.#committedSchema = rows.schema
    this.currentNumbers = rows.currentNumbers
    this.salvaged = options.salvaged
    this.#options = options
    this.#connection = connection
    // Ahead of time, as ending a transaction must need no memory.
    for (const sql of ['BEGIN', 'COMMIT', 'ROLLBACK']) connection.prepare(sql)
    this.#reader = new RecordReader(connection)
    this.#writer = new RecordWriter(connection, () => this.#schema)
    this.#syncs = new Syncs({ ...options, isUnsynced: isNew || isUnclean })
    const { presence } = this.#syncs
    const checkpoint = this.#checkpoint
    this.#logRoom = new LogRoom(connection, () => checkpoint('TRUNCATE'))
    this.#housekeeping = new Housekeeping({ ...options, connection, presence, checkpoint })
    this.#quotaShare = this.#joinQuota()
    if (this.#syncs.isLaterPossible) this.syncLater = () => this.#syncLater()
    const { directory, mount } = options.place
    if (directory.verify || mount.isReachable(options.fileName))
      this.verify = () => presence.verify()
    if (directory.verifyLater) this.verifyLater = () => presence.verifyLater()
    this.#joinBudget()
  }

  noteHeard(): void {
    this.#options.onHeard()
  }

  logBytes(): number {
    return this.#log()?.pendingBytes() ?? 0
  }

  begin(): void {
    if (this.#isWriting) throw new Error('unreachable: a read-write transaction is open')
    if (this.#owesLogCheck) this.#checkLog()
    if (this.#log()?.wantsCheckpoint || this.#logRoom.mayFitNow) this.#makeRoom()
    this.#quotaShare?.prepare()
    // A transaction that reads becomes the one that writes: there is no other connection to stand between.
    this.#enterTransaction()
    this.#quotaShare?.begin()
    this.#isWriting = true
  }

  commit(): void {
    this.#checkWriting()
    this.#syncs.presence.verifyOwed()
    if (this.#schema !== this.#committedSchema) writeMeta(this.#connection, this.name, this.#schema)
    for (const [storeId, currentNumber] of this.#movedNumbers) {
      writeCurrentNumber(this.#connection, storeId, currentNumber)
    }
    this.#quotaShare?.checkRoom()
    this.#connection.prepare('COMMIT').run()
    // Clearing an empty map makes a new table for it.
    if (this.#movedNumbers.size > 0) this.#movedNumbers.clear()
    this.#isWriting = false
    const hasNewVersion = this.#schema.version !== this.#committedSchema.version
    this.#committedSchema = this.#schema
    this.#quotaShare?.measureAside()
    if (hasNewVersion) this.#options.onVersionCommitted(this.#schema.version)
  }

  rollback(): void {
    this.#isWriting = false
    this.#movedNumbers.clear()
    this.#schema = this.#committedSchema
    this.#counts.forgetAll()
    this.#writer.rolledBack()
    this.#holdsRemains = this.#connection.isInTransaction()
    if (this.#holdsRemains) this.#connection.prepare('ROLLBACK').run()
    this.#holdsRemains = false
    this.#log()?.rewind()
  }

  sync(): void {
    this.#syncs.now()
    this.#checkLog()
  }

  changeSchema(change: SchemaChange): void {
    this.#checkWriting()
    this.#counts.forgetAll()
    if (change.type === 'deleteObjectStore') this.#writer.clear(change.storeId)
    if (change.type === 'deleteIndex') this.#writer.clearIndex(change.indexId)
    writeSchemaChange(this.#connection, change)
    this.#schema = applySchemaChange(this.#schema, change)
    if (change.type === 'deleteObjectStore') this.#movedNumbers.delete(change.storeId)
  }

  setCurrentNumber(storeId: number, currentNumber: number): void {
    this.#checkWriting()
    this.#movedNumbers.set(storeId, currentNumber)
  }

  put(record: NewRecord): void {
    this.#checkWriting()
    this.#counts.forgetStore(record.storeId)
    this.#writer.put(record)
  }

  deleteRange(storeId: number, range: EncodedRange): void {
    this.#checkWriting()
    this.#counts.forgetStore(storeId)
    this.#writer.deleteRange(storeId, range)
  }

  clear(storeId: number): void {
    this.#checkWriting()
    this.#counts.forgetStore(storeId)
    this.#writer.clear(storeId)
  }

  scan(scan: Scan, receive: RecordReceiver): void {
    this.#enterTransaction()
    this.#reader.scan(scan, receive)
  }

  count(storeId: number, indexId: number, range: EncodedRange): number {
    const count = (): number => {
      this.#enterTransaction()
      return this.#reader.count(storeId, indexId, range)
    }
    return hasAllKeys(range) ? this.#counts.get(storeId, indexId, count) : count()
  }

  fillIndex(
    storeId: number,
    index: IndexSchema,
    indexKeysOf: (record: RecordBytes) => Uint8Array | null,
  ): void {
    this.#checkWriting()
    this.#counts.forgetStore(storeId)
    fillIndex({ reader: this.#reader, writer: this.#writer, storeId, index, indexKeysOf })
  }

  get hasLostSync(): boolean {
    return this.#syncs.hasLost
  }

  housekeep(): boolean {
    if (this.#isWriting) return false
    this.#leaveTransaction()
    try {
      return this.#housekeeping.step()
    } finally {
      this.#quotaShare?.measureAside()
    }
  }

  check(): string[] {
    const problems = checkConsistency(this.#connection)
    if (problems.length > 0) this.#connection.hasMetDamage = true
    return problems
  }

  /** Once, however often it is called. */
  close(): Promise<void> {
    this.#closing ??= this.#options.queue(() => this.#close())
    return this.#closing
  }

  async #close(): Promise<void> {
    const { place, onClosed } = this.#options
    this.#options.place.engine.cacheBudget.leave(this.#setCacheSize)
    this.#quotaShare?.leave()
    try {
      await this.#closeConnection()
    } finally {
      this.#reader.close()
      onClosed()
    }
    // Nothing is tidied then: it stays as it was found.
    if (this.#connection.hasMetDamage || this.#syncs.presence.isLost) return
    if (this.#committedSchema.version === 0) await removeDatabaseFile(place, this.#options)
    else await removeEmptied(place, this.#options)
  }

  /** What cannot be rolled back now goes with the connection. */
  #rollbackOrAbandon(): void {
    try {
      this.rollback()
    } catch (error) {
      if (!this.#holdsRemains) throw error
    }
  }

  /** Whatever becomes of its log, the connection is closed. */
  async #closeConnection(): Promise<void> {
    let isCopied = false
    try {
      isCopied = await this.#copyLog()
    } finally {
      if (!isCopied) this.#connection.abandon()
    }
    if (!isCopied) return
    if (this.#options.place.isPersistent) this.#connection.close()
    else this.#options.place.engine.spareConnections.giveBack(this.#connection)
  }

  /** Leaves nothing in the log; false where it has to stay for the next opening to find. */
  async #copyLog(): Promise<boolean> {
    if (this.#isWriting) this.#rollbackOrAbandon()
    const { place, onDamage } = this.#options
    if (this.#connection.hasMetDamage) onDamage()
    const { hasMetDamage } = this.#connection
    if (hasMetDamage || this.#holdsRemains || this.#syncs.presence.isLost) return false
    this.#leaveTransaction()
    if (!place.isPersistent) return true
    if (this.#committedSchema.version === 0) return false
    if (this.hasLostSync) {
      this.#syncs.makeGood()
      return false
    }
    try {
      // As long as log and file have it both, others that share a quota lack the room.
      if (!this.#quotaShare) await this.#syncs.copyLogLater(this.#connection)
      // Explicitly, as closing would keep an error of its checkpoint to itself.
      this.#checkpoint('TRUNCATE')
    } catch (error) {
      this.#syncs.makeGood()
      throw error
    }
    return true
  }

  #joinQuota(): QuotaShare | null {
    const { place } = this.#options
    if (!place.quota) return null
    const makeReady = (): boolean => {
      if (this.#isWriting || this.#housekeeping.isVisited()) return false
      this.#leaveTransaction()
      return true
    }
    const connection = this.#connection
    return new QuotaShare(place.quota, {
      ...this.#options,
      connection,
      makeReady,
      checkpoint: this.#checkpoint,
    })
  }

  #joinBudget(): void {
    try {
      this.#options.place.engine.cacheBudget.join(this.#setCacheSize)
    } catch (error) {
      this.#options.place.engine.cacheBudget.leave(this.#setCacheSize)
      this.#quotaShare?.leave()
      throw error
    }
  }

  /**
   * Empties a log that cannot become longer. Where that finds no room either, or another tool of SQLite's has the file open, it
   * stays, and the transaction meets it.
   */
  #makeRoom(): void {
    this.#log()?.noteRoomSought()
    if (this.#housekeeping.isVisited()) return
    this.#leaveTransaction()
    this.#logRoom.seek()
  }

  /** Reads share one SQL transaction that stays open until somebody needs it ended: each costs half as much in it. */
  #enterTransaction(): void {
    this.#refuseRemains()
    if (!this.#connection.isInTransaction()) this.#connection.prepare('BEGIN').run()
  }

  readonly #leaveTransaction = (): void => {
    this.#refuseRemains()
    if (this.#connection.isInTransaction()) this.#connection.prepare('COMMIT').run()
  }

  #refuseRemains(): void {
    if (!this.#holdsRemains) return
    throw new StorageError(
      'io',
      `${this.#options.label}: a transaction could not be rolled back; close all connections and open anew`,
    )
  }

  #checkWriting(): void {
    if (!this.#isWriting) throw new Error('unreachable: no read-write transaction is open')
    if (this.#connection.isInTransaction()) return
    throw new StorageError(
      'io',
      `${this.#options.label}: the transaction was rolled back after an earlier error`,
    )
  }

  /** Now, or before the next transaction begins. */
  #checkLog(): void {
    this.#owesLogCheck = this.#isWriting
    if (!this.#isWriting) this.#housekeeping.checkLog(this.#leaveTransaction)
  }

  async #syncLater(): Promise<void> {
    await this.#syncs.later()
    this.#checkLog()
  }

  #log(): ReturnType<Place['mount']['writeAheadLog']> {
    const { place, fileName } = this.#options
    return place.mount.writeAheadLog(fileName)
  }

  readonly #checkpoint = (mode: CheckpointMode): void => {
    this.#syncs.checkpoint(this.#connection, mode)
  }

  readonly #setCacheSize = (shareKiB: number): void => {
    this.#connection.setCacheSize(shareKiB)
  }
}
