import type { IDBFactory } from '../api/global/interfaces.ts'
import type { IDBBlocker } from '../base/error-cause.ts'
import type { Progress } from './export-database.ts'

/** How far an import is. */
export interface ImportProgress extends Progress {
  /**
   * Whether the records have been put by (`staged`, with `resume` or `replace`), tried in another database (`tried`, with `replace`), or
   * stored in the database.
   */
  readonly phase: 'staged' | 'tried' | 'stored'
}

export interface ImportOptions {
  readonly indexedDB: IDBFactory
  /** The database's name. Default: the one it was exported under. */
  readonly name?: string | undefined
  /**
   * Whether a database by that name is replaced. It stays until all records have arrived and were tried; then its connections are asked to
   * close, as by `deleteDatabase()`, and until they have, the import waits. Default: false.
   */
  readonly replace?: boolean | undefined
  /**
   * Whether what has arrived is kept when the import is interrupted, so that the same call with the same file goes on from there.
   * It is kept in a database of its own, whose name ends in ` (import)`. Default: false.
   */
  readonly resume?: boolean | undefined
  /**
   * Called when connections keep the database that is replaced from being deleted, with whose they are, and its name. The list is empty
   * where they are not known, as in a browser's own IndexedDB. The import goes on when they are closed; `signal` ends the wait.
   */
  readonly onBlocked?: ((blockers: readonly IDBBlocker[], name: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

/** What was imported. */
export interface Imported {
  readonly name: string
  readonly version: number
  readonly records: number
}
