/** One open database: the storage seam's `Storage` on one SQLite connection. */
import { StorageError } from '../errors.ts'
import type { NamedFile } from '../files/database-files.ts'
import type { DatabaseLife } from '../files/file-engine.ts'
import { type EncodedRange, hasAllKeys } from '../keys/key-range.ts'
import type { DatabaseSchema } from '../storage/schema.ts'
import type { Counting, RecordReceiver, Scan, Storage } from '../storage/storage.ts'
import type { Connection } from './binding/connection.ts'
import type { CacheBudget, CacheUser } from './care/cache-budget.ts'
import { Care } from './care/care.ts'
import type { CheckpointMode } from './care/checkpoint.ts'
import { Copies } from './care/copies.ts'
import { Durability } from './care/durability.ts'
import { Housekeeping } from './care/housekeeping.ts'
import { LogRoom } from './care/log-room.ts'
import { QuotaShare } from './care/quota-share.ts'
import { Syncs } from './care/syncs.ts'
import { type ClosingDatabase, closeConnection, removeLeftovers } from './closing.ts'
import type { OpenedSqliteFile, MountedDirectory } from './database-file.ts'
import { CommitMarks } from './records/commit-marks.ts'
import { RecordCounts } from './records/record-counts.ts'
import { countInPieces, countRange } from './records/range-count.ts'
import { RecordReader } from './records/record-reader.ts'
import { RecordWriter } from './records/record-writer.ts'
import { StoredCounts } from './records/stored-counts.ts'
import { SqlTransaction } from './sql-transaction.ts'
import { SqliteTransaction, type TransactionDatabase } from './transaction.ts'

/** What a database is opened with. */
export interface DatabaseOptions {
  readonly place: MountedDirectory
  readonly file: NamedFile
  readonly opened: OpenedSqliteFile
  readonly life: DatabaseLife
}

/** A database's file, opened. */
export class SqliteDatabase implements Storage, TransactionDatabase {
  readonly name: string
  readonly connection: Connection
  readonly sql: SqlTransaction
  readonly reader: RecordReader
  readonly writer: RecordWriter
  readonly counts = new RecordCounts()
  readonly storedCounts: StoredCounts
  readonly marks: CommitMarks
  /** null: it may grow as far as there is room. */
  readonly quotaShare: QuotaShare | null
  readonly durability: Durability
  readonly care: Care

  readonly #options: DatabaseOptions
  readonly #cacheBudget: CacheBudget
  readonly #housekeeping: Housekeeping
  readonly #copies: Copies
  readonly #syncs: Syncs
  readonly #logRoom: LogRoom
  /** Store id → the committed current number of its key generator. */
  readonly #currentNumbers: Map<number, number>
  #schema: DatabaseSchema
  #transaction: SqliteTransaction | null = null
  /** null until it is closed. */
  #closing: Promise<void> | null = null

  /** When it throws, the connection is still the caller's, and nothing else knows of the database. */
  constructor(options: DatabaseOptions) {
    const { place, file, opened, life } = options
    const { connection, rows, hasCounts } = opened
    this.name = file.name
    this.#schema = rows.schema
    this.#currentNumbers = new Map(rows.currentNumbers)
    this.#options = options
    this.#cacheBudget = place.engine.cacheBudget
    this.connection = connection
    this.sql = new SqlTransaction(connection, file.label)
    this.reader = new RecordReader(connection)
    this.writer = new RecordWriter({
      connection,
      counts: this.counts,
      schema: () => (this.#transaction ?? this).schema,
    })
    this.storedCounts = new StoredCounts(connection, this.counts, hasCounts)
    this.marks = new CommitMarks(connection)
    this.#syncs = new Syncs(place, file, { isUnsynced: opened.isNew || opened.isUnclean })
    this.#logRoom = new LogRoom(connection, () => this.#checkpoint('TRUNCATE'))
    const caredFor = this.#caredFor(this.#syncs)
    const copies = new Copies(caredFor)
    this.#copies = copies
    const housekeeping = new Housekeeping({ ...caredFor, copies })
    this.#housekeeping = housekeeping
    this.quotaShare = this.#joinQuota()
    this.durability = new Durability(caredFor, housekeeping)
    this.care = new Care(caredFor, { housekeeping, copies, quotaShare: this.quotaShare, life })
    this.#joinBudget()
  }

  get schema(): DatabaseSchema {
    return this.#schema
  }

  get transaction(): SqliteTransaction | null {
    return this.#transaction
  }

  get presence(): TransactionDatabase['presence'] {
    return this.#syncs.presence
  }

  scan(scan: Scan, receive: RecordReceiver): void {
    this.#cacheBudget.noteRead()
    this.sql.enter()
    this.reader.scan(scan, receive)
  }

  count(storeId: number, indexId: number, range: EncodedRange): number {
    const count = (): number => {
      this.sql.enter()
      return countRange(this.connection, { storeId, indexId, range })
    }
    return hasAllKeys(range) ? this.counts.get(storeId, indexId, count) : count()
  }

  countInPieces(storeId: number, indexId: number, range: EncodedRange): number | Counting {
    const kept = hasAllKeys(range) ? this.counts.of(storeId, indexId) : null
    if (kept && !Number.isNaN(kept.value)) return kept.value
    const note = (count: number | null): void => {
      if (kept && count !== null) kept.value = count
    }
    this.sql.enter()
    const counted = countInPieces(this.connection, { storeId, indexId, range })
    if (typeof counted === 'number') note(counted)
    if (typeof counted === 'number') return counted
    return {
      next: () => {
        this.sql.enter()
        const count = counted.next()
        note(count)
        return count
      },
    }
  }

  markOf(client: string, slot: number): number | null {
    if (this.#transaction?.hasWrittenMarks) {
      throw new Error('unreachable: a failed commit was not rolled back')
    }
    this.sql.enter()
    return this.marks.numberOf(client, slot)
  }

  get hasLostMarks(): boolean {
    this.sql.enter()
    return this.marks.hasLostSome
  }

  get incarnation(): number | null {
    if (this.#transaction?.hasWrittenMarks) {
      throw new Error('unreachable: a failed commit was not rolled back')
    }
    this.sql.enter()
    return this.marks.incarnation
  }

  begin(): SqliteTransaction {
    if (this.#transaction) throw new Error('unreachable: a read-write transaction is open')
    this.#cacheBudget.noteTransaction()
    this.durability.checkOwedLog()
    if (this.#log()?.wantsCheckpoint || this.#logRoom.mayFitNow) this.#makeRoom()
    this.quotaShare?.prepare()
    this.sql.enter()
    this.quotaShare?.begin()
    this.#transaction = new SqliteTransaction(this)
    return this.#transaction
  }

  /** The same promise, however often it is called. */
  close({ keepsBegun } = { keepsBegun: false }): Promise<void> {
    this.#closing ??= this.#options.life.queue(() => this.#close(keepsBegun))
    return this.#closing
  }

  currentNumber(storeId: number): number {
    return this.#currentNumbers.get(storeId) ?? 1
  }

  committed(schema: DatabaseSchema, movedNumbers: ReadonlyMap<number, number> | null): void {
    this.#transaction = null
    this.storedCounts.committed()
    this.counts.committed()
    const hasNewVersion = schema.version !== this.#schema.version
    this.#schema = schema
    if (movedNumbers) {
      for (const [storeId, number] of movedNumbers) this.#currentNumbers.set(storeId, number)
    }
    this.quotaShare?.measureAside()
    if (hasNewVersion) this.#options.life.onVersionCommitted(schema.version)
  }

  rollingBack(): void {
    this.#transaction = null
    this.counts.rolledBack()
    this.storedCounts.rolledBack()
    this.writer.rolledBack()
    this.marks.rolledBack()
  }

  rolledBack(): void {
    this.#log()?.rewind()
  }

  async #close(keepsBegun: boolean): Promise<void> {
    const { life } = this.#options
    this.#keepCounts()
    this.#cacheBudget.leave(this.#cacheUser)
    this.quotaShare?.leave()
    this.#copies.giveWay()
    const closing = this.#asClosing()
    try {
      await closeConnection(closing)
    } finally {
      this.reader.close()
      life.onClosed()
    }
    const isKept = keepsBegun && closing.version === 0
    if (!isKept) await removeLeftovers(closing)
  }

  #asClosing(): ClosingDatabase {
    const { place, file, life } = this.#options
    return {
      place,
      file,
      connection: this.connection,
      sql: this.sql,
      transaction: this.#transaction,
      syncs: this.#syncs,
      hasQuota: this.quotaShare !== null,
      checkpoint: this.#checkpoint,
      version: this.#schema.version,
      onDamage: life.onDamage,
    }
  }

  /** What the parts that care for the file, and for what was committed to it, need of the database. */
  #caredFor(syncs: Syncs) {
    const { place, file, life } = this.#options
    return {
      place,
      fileName: file.fileName,
      label: file.label,
      connection: this.connection,
      syncs,
      presence: syncs.presence,
      checkpoint: this.#checkpoint,
      onWarning: life.onWarning,
      isWriting: () => this.#transaction !== null,
      knownCounts: () => this.counts.known((this.#transaction ?? this).schema),
      keepCounts: this.#keepCounts,
      leaveTransaction: () => this.sql.leave(),
    }
  }

  #joinQuota(): QuotaShare | null {
    const { place, file, life } = this.#options
    if (!place.quota) return null
    const makeReady = (): boolean => {
      if (this.#transaction || this.#housekeeping.isVisited()) return false
      this.sql.leave()
      return true
    }
    return new QuotaShare(place.quota, {
      place,
      fileName: file.fileName,
      label: file.label,
      connection: this.connection,
      makeReady,
      checkpoint: this.#checkpoint,
      onWarning: life.onWarning,
    })
  }

  #joinBudget(): void {
    try {
      this.#cacheBudget.join(this.#cacheUser, this.#options.place.cacheBytes)
    } catch (error) {
      this.#cacheBudget.leave(this.#cacheUser)
      this.quotaShare?.leave()
      throw error
    }
  }

  /**
   * Empties a log that cannot become longer. Where that finds no room either, or another SQLite tool has the file open, it
   * stays, and the transaction meets it.
   */
  #makeRoom(): void {
    this.#log()?.noteRoomSought()
    if (this.#housekeeping.isVisited()) return
    this.sql.leave()
    this.#logRoom.seek()
  }

  #log(): ReturnType<MountedDirectory['mount']['writeAheadLog']> {
    const { place, file } = this.#options
    return place.mount.writeAheadLog(file.fileName)
  }

  readonly #checkpoint = (mode: CheckpointMode): void => {
    this.#copies.giveWay()
    this.#syncs.checkpoint(this.connection, mode)
  }

  /** Writes the counts into the file that it is to keep. Where that fails they will be counted again. */
  readonly #keepCounts = (): void => {
    const { hasLost, presence } = this.#syncs
    if (this.#transaction || this.connection.hasMetDamage || hasLost || presence.isLost) return
    const due = this.storedCounts.due(this.#schema)
    if (!due) return
    try {
      const transaction = this.begin()
      try {
        this.storedCounts.write(due)
        transaction.commit()
      } catch (error) {
        transaction.rollback()
        throw error
      }
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
    }
  }

  readonly #cacheUser: CacheUser = {
    usedKiB: () => this.connection.cacheUsedBytes / 1024,
    take: (shareKiB) => this.connection.setCacheSize(shareKiB),
  }
}
