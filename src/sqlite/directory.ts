/** A storage directory of SQLite databases: what this engine does to their files, for the directory that any engine has. */
import { StorageError } from '../errors.ts'
import type { DatabaseFile, NamedFile } from '../files/database-files.ts'
import { FileDirectory, type FileDirectoryOptions } from '../files/file-directory.ts'
import type {
  DatabaseIdentity,
  FileCheck,
  FileEngine,
  MountedEngine,
  OpenedFile,
  OwnedDirectory,
  SavedStores,
} from '../files/file-engine.ts'
import type { StorageDirectory } from '../storage/storage.ts'
import type { Connection } from './binding/connection.ts'
import { usualCacheBytes } from './care/cache-budget.ts'
import { SqliteDatabase } from './database.ts'
import {
  openDatabaseFile,
  openOrCreateDatabaseFile,
  type OpenedSqliteFile,
  type MountedDirectory,
  removeEmptied,
} from './database-file.ts'
import type { Engine } from './engine.ts'
import { companionsOf, sqliteFileNames } from './file-name.ts'
import { sqliteLimits } from './limits.ts'
import { CommitMarks } from './records/commit-marks.ts'
import { copyReadable } from './salvage/salvage.ts'
import { Syncs } from './care/syncs.ts'
import { writeDeletedMark } from './schema/write-schema.ts'

/** What a storage directory is opened with. */
export interface StorageDirectoryOptions extends FileDirectoryOptions {
  /** Loads the engine, or gives the one this thread has; called at the first use. */
  readonly getEngine: () => Promise<Engine>
  /** How many bytes of pages the engine may keep on its behalf, see `CacheBudget`. Default: 64 MiB. */
  readonly cacheBytes?: number | undefined
  /** Called once for each engine given, when the directory needs it no more. Default: the engine stays. */
  readonly releaseEngine?: () => void
}

/** A storage directory; nothing is touched before the first use, which takes the ownership. */
export function openStorageDirectory(options: StorageDirectoryOptions): StorageDirectory {
  return Object.assign(new FileDirectory(options, sqliteEngine(options)), { limits: sqliteLimits })
}

function sqliteEngine(options: StorageDirectoryOptions): FileEngine<SqliteDatabase> {
  return {
    fileNames: sqliteFileNames,
    companionsOf,
    async load() {
      const engine = await options.getEngine()
      const { cacheBytes, releaseEngine: release = () => {} } = options
      return { mount: (owned) => new MountedSqlite(placeIn(engine, owned, cacheBytes)), release }
    },
  }
}

/** Where the databases of a directory lie, made reachable for the engine. */
export function placeIn(
  engine: Engine,
  { directory, isPersistent, quota }: OwnedDirectory,
  cacheBytes = usualCacheBytes,
): MountedDirectory {
  const mount = engine.bridge.mount(directory, { isPersistent })
  return { engine, directory, mount, isPersistent, quota, cacheBytes }
}

/** What a file in an owned directory says of itself, as `MountedEngine.identify()`. */
export async function identifyFile(
  engine: Engine,
  directory: OwnedDirectory,
  file: DatabaseFile,
): Promise<DatabaseIdentity | null> {
  const mounted = new MountedSqlite(placeIn(engine, directory))
  try {
    return await mounted.identify(file)
  } finally {
    mounted.unmount()
  }
}

/** SQLite in a directory that is owned. */
export class MountedSqlite implements MountedEngine<SqliteDatabase> {
  readonly #place: MountedDirectory

  constructor(place: MountedDirectory) {
    this.#place = place
  }

  async open(
    file: NamedFile,
    { check }: { check: FileCheck },
  ): Promise<OpenedFile<SqliteDatabase> | null> {
    const opened = await openOrCreateDatabaseFile(this.#place, { ...file, check })
    if (!opened.rows.isDeleted) return openedFile(this.#place, file, opened)
    opened.connection.close()
    return null
  }

  async identify(file: DatabaseFile): Promise<DatabaseIdentity | null> {
    const opened = await openDatabaseFile(this.#place, { ...file, create: false, check: 'never' })
    // A log that was left behind takes its time, and is dealt with when the database is opened.
    if (opened?.isUnclean) opened.connection.abandon()
    else opened?.connection.close()
    const name = opened?.rows.name ?? null
    if (!opened || name === null || opened.rows.isDeleted) return null
    if (!opened.isUnclean) await removeEmptied(this.#place, file)
    return { name, version: opened.rows.schema.version }
  }

  markDeleted(file: DatabaseFile): Promise<number> {
    return this.#emptyLog(file, { write: writeDeletedMark, removeIfFull: true })
  }

  gather(file: DatabaseFile): Promise<number> {
    return this.#emptyLog(file, { write: () => {}, removeIfFull: false })
  }

  /**
   * Gives the version, 0 for a database that is missing or marked as deleted. `write`: what goes into the file before. `removeIfFull`:
   * whether the file goes where there is no room for that.
   */
  async #emptyLog(
    file: DatabaseFile,
    { write, removeIfFull }: { write: (connection: Connection) => void; removeIfFull: boolean },
  ): Promise<number> {
    const place = this.#place
    const opened = await openDatabaseFile(place, { ...file, create: false })
    if (!opened) return 0
    const { connection, rows, isUnclean } = opened
    const version = rows.isDeleted ? 0 : rows.schema.version
    try {
      write(connection)
      new Syncs(place, file, { isUnsynced: isUnclean }).checkpoint(connection, 'TRUNCATE')
    } catch (error) {
      connection.abandon()
      if (!removeIfFull || !isFull(error)) throw error
      // A log without its file says nothing: the next to make the file removes it, if none does before.
      await place.directory.remove(file.fileName)
      return version
    }
    connection.close()
    return version
  }

  copyReadable(damaged: NamedFile, copy: DatabaseFile): Promise<SavedStores> {
    return copyReadable(this.#place, damaged, copy)
  }

  unmount(): void {
    this.#place.engine.bridge.unmount(this.#place.mount)
  }
}

/** Whether there was no room for something. */
function isFull(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'full'
}

function openedFile(
  place: MountedDirectory,
  file: NamedFile,
  opened: OpenedSqliteFile,
): OpenedFile<SqliteDatabase> {
  const { connection, rows } = opened
  return {
    name: rows.name,
    version: rows.schema.version,
    get isKnown() {
      return new CommitMarks(connection).incarnation !== null
    },
    toDatabase: (life) => new SqliteDatabase({ place, file, opened, life }),
    abandon: () => connection.abandon(),
  }
}
