/**
 * What a database needs now and then, outside any transaction: counts kept, its write-ahead log copied into the file
 * (checkpoint), free pages given back, and a check that no other program has deleted the log.
 */
import { StorageError } from '../../errors.ts'
import type { Connection } from '../binding/connection.ts'
import type { CheckpointMode } from './checkpoint.ts'
import type { Copies } from './copies.ts'
import type { MountedDirectory } from '../database-file.ts'
import type { FilePresence } from './file-presence.ts'
import { fileError } from '../../files/file-error.ts'
import type { WriteAheadLogFile } from '../mount/write-ahead-log-file.ts'

/** A checkpoint is worth its syncs from here on: SQLite's own 1,000 pages. */
const checkpointBytes = 4 * 1024 * 1024

/**
 * A log file longer than this is cut back; a shorter one is overwritten, which is faster than extending it. More than the
 * host lets be pending under constant writing (`longestPendingBytes`, 40 MiB): then each round overwrites the one before, and
 * only a transaction of more than the difference makes a log that is cut.
 */
const longestLogFileBytes = 48 * 1024 * 1024

/** How many pages are given back in a step: about a millisecond. */
const vacuumPages = 64

/** Fewer free pages than this are kept for records to come; so is any share below a quarter. */
const fewestFreePages = 256

/** The database to keep. */
export interface HousekeepingOptions {
  readonly place: MountedDirectory
  readonly connection: Connection
  readonly fileName: string
  /** Names the database and its file at the head of messages. */
  readonly label: string
  readonly presence: FilePresence
  readonly checkpoint: (mode: CheckpointMode) => void
  readonly copies: Copies
  /** Writes what is known of the file into it, where that is worth it. */
  readonly keepCounts: () => void
  /** Receives trouble that cost no data. */
  readonly onWarning: (warning: StorageError) => void
}

/** The housekeeping of one database. */
export class Housekeeping {
  readonly #options: HousekeepingOptions

  constructor(options: HousekeepingOptions) {
    this.#options = options
  }

  /** Does one small piece; true while more is left. No transaction may be open. */
  step(): boolean {
    this.#options.presence.verify()
    this.checkLog(() => {})
    this.#options.keepCounts()
    const log = this.#log()
    if (log && this.#options.copies.hold(log.pendingBytes())) return false
    if (log && log.pendingBytes() >= checkpointBytes) {
      if (log.pendingBytes() < longestLogFileBytes && this.isVisited()) return false
      this.#options.checkpoint(log.size() > longestLogFileBytes ? 'TRUNCATE' : 'PASSIVE')
      return this.#isMuch(this.#freePages())
    }
    const freePages = this.#freePages()
    if (!this.#isMuch(freePages)) return false
    this.#options.connection.execute(`PRAGMA incremental_vacuum(${vacuumPages});`)
    const freePagesLeft = this.#freePages()
    // A file whose `auto_vacuum` another tool has changed gives nothing back.
    return freePagesLeft < freePages && this.#isMuch(freePagesLeft)
  }

  /**
   * Finds out whether another program has deleted the log's file; then what is in it goes into the database file at
   * once and a new log begins. No read-write transaction may be open; `leaveTransaction` ends one that reads.
   */
  checkLog(leaveTransaction: () => void): void {
    const { place, fileName, label, onWarning } = this.#options
    const logName = `${fileName}-wal`
    if (this.#isLinked(logName)) return
    leaveTransaction()
    this.#options.checkpoint('TRUNCATE')
    place.mount.recreateWriteAheadLog(fileName)
    onWarning(
      new StorageError(
        'io',
        `${label}: another program deleted ${logName} while it was in use; nothing was lost, but keep other programs away from open databases`,
      ),
    )
  }

  /**
   * Whether another tool of SQLite's has the file open: then there is its index of the log. When it goes it copies the log
   * as it was when it came into the file: over newer pages, had they been copied meanwhile, and from frames that may be
   * others by then. (One that was killed leaves its index behind, and the log grows longer before it is copied.)
   */
  isVisited(): boolean {
    const { place, fileName, label } = this.#options
    try {
      return place.mount.isReachable(fileName) && place.mount.exists(`${fileName}-shm`)
    } catch (error) {
      throw fileError(label, 'looking for other users of the file', error)
    }
  }

  #isLinked(name: string): boolean {
    const { place, label } = this.#options
    try {
      return place.mount.isLinked(name)
    } catch (error) {
      throw fileError(label, 'looking for the write-ahead log', error)
    }
  }

  #freePages(): number {
    return this.#options.connection.readNumberAgain('PRAGMA freelist_count')
  }

  #isMuch(freePages: number): boolean {
    if (freePages < fewestFreePages) return false
    return freePages * 4 > this.#options.connection.readNumber('PRAGMA page_count')
  }

  #log(): WriteAheadLogFile | undefined {
    return this.#options.place.mount.writeAheadLog(this.#options.fileName)
  }
}
