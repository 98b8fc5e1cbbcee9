/**
 * What an engine offers that keeps each database in a file of its own: only what it alone can do. Who owns the directory,
 * which databases are in it, how a deletion or a salvage survives an interruption is the same for all of them, see
 * `file-directory.ts`.
 *
 * The interfaces are nested by lifetime: an engine, once it is loaded, in a directory that is owned, with a database open.
 */
import type { StorageError } from '../errors.ts'
import type { SalvagedStore, SalvageReport } from '../storage/salvage-report.ts'
import type { DatabaseFile, NamedFile } from './database-files.ts'
import type { FileNames } from './file-name.ts'
import type { Quota } from './quota.ts'
import type { VfsDirectory } from './vfs.ts'

/** An engine. */
export interface FileEngine<Database> {
  readonly fileNames: FileNames
  /** The files that may lie beside a database's and belong to it, such as its log; none by a name of `fileNames`. */
  companionsOf(fileName: string): readonly string[]
  /** Called at the first use of a directory, and at the first after it was closed, while the directory is being locked. */
  load(): Promise<LoadedEngine<Database>>
}

/** An engine that is loaded. */
export interface LoadedEngine<Database> {
  /** The directory is owned, until `unmount()`. */
  mount(directory: OwnedDirectory): MountedEngine<Database>
  /** Called once, when the directory does not need it any more. */
  release(): void
}

/** Where the databases of an engine lie. */
export interface OwnedDirectory {
  readonly directory: VfsDirectory
  readonly isPersistent: boolean
  /** null: they may take as much room as there is. */
  readonly quota: Quota | null
}

/** An engine in a directory that is owned. Every database it is called for is closed. */
export interface MountedEngine<Database> {
  /**
   * Opens a database's file, made if it is missing; null when it is marked as deleted, and closed again.
   * @throws StorageError 'corrupt' when the file is damaged
   */
  open(file: NamedFile, options: { check: FileCheck }): Promise<OpenedFile<Database> | null>
  /** What a file says of itself; null when no database is in it: an interrupted creation or deletion has left it. */
  identify(file: DatabaseFile): Promise<DatabaseIdentity | null>
  /**
   * Marks a file as deleted, durably and so that nothing beside it undoes that; removes it where there is no room for a mark. Gives
   * the version of the database, 0 where there is none. Called where removing its files takes several steps.
   */
  markDeleted(file: DatabaseFile): Promise<number>
  /**
   * Brings into a file all that lies beside it, so that it alone is the database, durably where it must be. Gives the version of the
   * database, 0 where there is none or its deletion was interrupted.
   */
  gather(file: DatabaseFile): Promise<number>
  /**
   * Writes what can be read of a damaged file into a new one, whole and durably. Gives what was saved of each object store;
   * null: not even which there are could be read, and the new database is empty.
   */
  copyReadable(damaged: NamedFile, copy: DatabaseFile): Promise<SavedStores>
  /** All databases are closed. */
  unmount(): void
}

/** Which files are checked for damage as they are opened: those not closed properly, or all. */
export type FileCheck = 'unclean' | 'always'

/** A database, as its file names it. */
export interface DatabaseIdentity {
  readonly name: string
  /** The last committed version; 0: no upgrade was ever committed. */
  readonly version: number
}

/** What a salvage has saved; null: not even the schema could be read. */
export type SavedStores = readonly SalvagedStore[] | null

/** A file that was opened, and whose database is not in use yet. */
export interface OpenedFile<Database> {
  /** null in one that was just made. */
  readonly name: string | null
  readonly version: number
  /** Whether a database of version 0 is known to clients that come back to it: an upgrade was begun, and not committed. */
  readonly isKnown: boolean
  /** The database; when it throws, the file is still open. */
  toDatabase(life: DatabaseLife): Database
  /** Closes the file and leaves it as it is. Never throws. */
  abandon(): void
}

/** What an open database tells the directory it lies in, and learns from it. */
export interface DatabaseLife {
  /** What was saved when the file was salvaged, at this opening or at one that reported nothing; null: it was not. */
  readonly salvaged: SalvageReport | null
  /** `salvaged` was reported. */
  readonly onReported: () => void
  readonly onVersionCommitted: (version: number) => void
  /** The file is closed. */
  readonly onClosed: () => void
  /** Damage was met in the file. */
  readonly onDamage: () => void
  /** Takes trouble that cost no data. */
  readonly onWarning: (warning: StorageError) => void
  /** Runs a task when no other call of the directory is at its files. */
  readonly queue: (task: () => Promise<void>) => Promise<void>
}
