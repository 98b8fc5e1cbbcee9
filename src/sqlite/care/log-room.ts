/** Room for the log of a database whose disk is full, or whose file may not become longer. */
import { StorageError } from '../../errors.ts'
import type { Connection } from '../binding/connection.ts'

/** Looks for it, and again once records have been deleted. */
export class LogRoom {
  readonly #connection: Connection
  readonly #emptyLog: () => void
  /** How many pages were free when the log could not be emptied for want of room; null: there is room. */
  #freeInVain: number | null = null

  /** `emptyLog` copies the log into the file, and cuts it. */
  constructor(connection: Connection, emptyLog: () => void) {
    this.#connection = connection
    this.#emptyLog = emptyLog
  }

  /** Whether records have been deleted since there was none. */
  get mayFitNow(): boolean {
    return this.#freeInVain !== null && this.#freePages() > this.#freeInVain
  }

  /** Empties the log, if there is room in the file for what is in it. No transaction may be open. */
  seek(): void {
    const emptyLog = this.#emptyLog
    // The file would become as long as it has pages, those that are free among them. Without these it may fit.
    const giveBackPages = (): void => this.#connection.execute('PRAGMA incremental_vacuum;')
    const isEmptied = hasRoomFor(emptyLog) || (hasRoomFor(giveBackPages) && hasRoomFor(emptyLog))
    this.#freeInVain = isEmptied ? null : this.#freePages()
  }

  #freePages(): number {
    return this.#connection.readNumberAgain('PRAGMA freelist_count')
  }
}

/** Does `work`; false when the disk has no room for it. */
function hasRoomFor(work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof StorageError && error.code === 'full') return false
    throw error
  }
}
