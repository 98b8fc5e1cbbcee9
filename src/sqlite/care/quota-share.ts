/** One database's part in its directory's quota: how far it may grow, and what it can give back. */
import { StorageError } from '../../errors.ts'
import type { Connection } from '../binding/connection.ts'
import type { CheckpointMode } from './checkpoint.ts'
import type { MountedDirectory } from '../database-file.ts'
import type { Quota, QuotaMember } from '../../files/quota.ts'
import { fileError } from '../../files/file-error.ts'

/** The size of a page's header in the write-ahead log. */
const frameHeaderSize = 24

/** Pages a transaction rewrites in addition to those it adds; their frames are left room for. */
const rewrittenPages = 16

/** 2^32 - 2, the engine's own limit. */
const mostPages = 0xffff_fffe

/** The database that takes part. */
export interface QuotaShareOptions {
  readonly place: MountedDirectory
  readonly connection: Connection
  readonly fileName: string
  /** Names the database and its file at the head of messages. */
  readonly label: string
  /** Ends a transaction that reads; false while one writes, or another tool has the file open: its log must then stay. */
  readonly makeReady: () => boolean
  readonly checkpoint: (mode: CheckpointMode) => void
  /** Receives trouble in clearing up, which another database asked for. */
  readonly onWarning: (warning: StorageError) => void
}

/** A member of a quota; told of every write transaction of its database. */
export class QuotaShare implements QuotaMember {
  owedBytes = 0
  idleBytes = 0
  readonly #quota: Quota
  readonly #options: QuotaShareOptions
  readonly #pageSize: number
  /** How many pages there were when the write transaction began. */
  #pageCount = 0
  #mostPages = 0

  constructor(quota: Quota, options: QuotaShareOptions) {
    this.#quota = quota
    this.#options = options
    options.connection.quotaError = (label) => quota.refusal(label)
    this.#pageSize = options.connection.readNumber('PRAGMA page_size')
    this.measure()
    quota.join(this)
  }

  get logBytes(): number {
    const { label } = this.#options
    try {
      return this.#log()?.size() ?? 0
    } catch (error) {
      throw fileError(label, 'measuring the write-ahead log', error)
    }
  }

  /** Before a write transaction begins. */
  prepare(): void {
    this.#quota.prepare(this)
  }

  /** It has begun: sets how far it may grow. */
  begin(): void {
    this.#pageCount = this.#options.connection.readNumberAgain('PRAGMA page_count')
    const limit = Math.min(this.#pageCount + this.#roomInPages(), mostPages)
    if (limit === this.#mostPages) return
    this.#options.connection.execute(`PRAGMA max_page_count = ${limit};`)
    this.#mostPages = limit
  }

  /** Before it commits: another database may have taken the room meanwhile. @throws StorageError 'full' */
  checkRoom(): void {
    const growth = this.#options.connection.readNumberAgain('PRAGMA page_count') - this.#pageCount
    if (growth <= 0 || growth <= this.#roomInPages()) return
    throw this.#quota.refusal(this.#options.label)
  }

  /** After anything that may have moved pages between the log, the file and the free ones. */
  measure(): void {
    const fileBytes = this.#fileBytes()
    const { connection } = this.#options
    const bytes = connection.readNumberAgain('PRAGMA page_count') * this.#pageSize
    this.owedBytes = Math.max(bytes - fileBytes, 0)
    this.idleBytes = connection.readNumberAgain('PRAGMA freelist_count') * this.#pageSize
  }

  /** The same after what cannot fail any more: where it cannot be measured, what was known before has to do. */
  measureAside(): void {
    try {
      this.measure()
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
    }
  }

  giveBack(): void {
    const { connection, makeReady, checkpoint, onWarning } = this.#options
    try {
      if (!makeReady()) return
      if (this.idleBytes > 0) connection.execute('PRAGMA incremental_vacuum;')
      checkpoint('TRUNCATE')
      this.measure()
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      onWarning(error)
    }
  }

  leave(): void {
    this.#quota.leave(this)
  }

  #fileBytes(): number {
    const { place, fileName, label } = this.#options
    try {
      return place.mount.openFile(fileName)?.size() ?? 0
    } catch (error) {
      throw fileError(label, 'measuring the file', error)
    }
  }

  /** A page that is added takes a page of the file and, where there is a log, a frame of it first. */
  #roomInPages(): number {
    const { freeBytes } = this.#quota
    const pageSize = this.#pageSize
    const frameSize = pageSize + frameHeaderSize
    const pages = this.#options.place.isPersistent
      ? (freeBytes - rewrittenPages * frameSize) / (pageSize + frameSize)
      : freeBytes / pageSize
    return Math.max(Math.floor(pages), 0)
  }

  #log(): ReturnType<MountedDirectory['mount']['writeAheadLog']> {
    const { place, fileName } = this.#options
    return place.mount.writeAheadLog(fileName)
  }
}
