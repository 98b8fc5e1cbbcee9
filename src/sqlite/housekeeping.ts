/**
 * What a database needs now and then, outside any transaction: its write-ahead log copied into the file (checkpoint),
 * free pages given back, and a look whether somebody has deleted the log under us.
 */
import { StorageError } from '../errors.ts'
import type { DatabaseOptions } from './database.ts'
import type { WriteAheadLogFile } from './write-ahead-log-file.ts'

/** A checkpoint is worth its syncs from here on: SQLite's own 1,000 pages. */
const checkpointBytes = 4 * 1024 * 1024

/** A log file longer than this is cut back; a shorter one is overwritten, which is faster than extending it. */
const longestLogBytes = 16 * 1024 * 1024

/** So many pages are given back in a step: about a millisecond. */
const vacuumPages = 64

/** Fewer free pages than this are kept for records to come; so is any share below a quarter. */
const fewestFreePages = 256

/** The housekeeping of one database. */
export class Housekeeping {
  readonly #options: DatabaseOptions

  constructor(options: DatabaseOptions) {
    this.#options = options
  }

  /** Does one small piece; true while more is left. No transaction may be open. */
  step(): boolean {
    this.checkLinks(() => {})
    const log = this.#log()
    if (log && log.pendingBytes() >= checkpointBytes) {
      this.checkpoint(log.size() > longestLogBytes ? 'TRUNCATE' : 'PASSIVE')
      return this.#hasMuchFree()
    }
    if (!this.#hasMuchFree()) return false
    this.#connection.execute(`PRAGMA incremental_vacuum(${vacuumPages});`)
    return this.#hasMuchFree()
  }

  /** Copies the log into the file; `TRUNCATE` empties it too. Does nothing where there is no log. */
  checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    const log = this.#log()
    if (!log) return
    const isBlocked = this.#connection.readNumber(`PRAGMA wal_checkpoint(${mode})`) !== 0
    if (isBlocked) throw new Error('unreachable: another connection holds the log')
    log.noteCheckpoint()
  }

  /**
   * Finds out whether somebody has deleted the log's file under us; then what is in it goes into the database file at
   * once and a new log begins. No read-write transaction may be open; `leaveTransaction` ends one that reads.
   * @throws StorageError 'io' when the database's own file is gone.
   */
  checkLinks(leaveTransaction: () => void): void {
    const { place, fileName, label, onWarning } = this.#options
    if (!place.mount.isLinked(fileName)) {
      throw new StorageError(
        'io',
        `${label}: the file was deleted or replaced while it was in use; what is written now is lost`,
      )
    }
    const logName = `${fileName}-wal`
    if (place.mount.isLinked(logName)) return
    leaveTransaction()
    this.checkpoint('TRUNCATE')
    place.mount.recreateWriteAheadLog(fileName)
    onWarning(
      new StorageError(
        'io',
        `${label}: another program deleted ${logName} while it was in use; nothing was lost, but keep other programs away from open databases`,
      ),
    )
  }

  #hasMuchFree(): boolean {
    const free = this.#connection.prepare('PRAGMA freelist_count')
    free.step()
    const freePages = free.number(0)
    free.reset()
    if (freePages < fewestFreePages) return false
    return freePages * 4 > this.#connection.readNumber('PRAGMA page_count')
  }

  get #connection(): DatabaseOptions['opened']['connection'] {
    return this.#options.opened.connection
  }

  #log(): WriteAheadLogFile | undefined {
    return this.#options.place.mount.writeAheadLog(this.#options.fileName)
  }
}
