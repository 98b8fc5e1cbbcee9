/** A storage directory: the storage seam's `StorageDirectory` over a VFS and the engine. */
import { StorageError } from '../errors.ts'
import type { SalvageReport } from '../storage/salvage-report.ts'
import type { Storage, StorageDirectory } from '../storage/storage.ts'
import { SqliteDatabase } from './database.ts'
import {
  hasLog,
  openDatabaseFile,
  type OpenedFile,
  type Place,
  removeDatabaseFile,
  removeEmptied,
} from './database-file.ts'
import type { Engine } from './engine.ts'
import { fileNameOf, isDatabaseFile } from '../files/file-name.ts'
import { MeasuredDirectory } from '../files/measured-directory.ts'
import { Quota } from '../files/quota.ts'
import { sqliteLimits } from './limits.ts'
import { fileError } from '../files/file-error.ts'
import { discardCopy, finishSalvage, salvage, salvagedFileName } from './salvage/salvage.ts'
import { Syncs } from './care/syncs.ts'
import { writeDeletedMark } from './schema/write-schema.ts'
import type { Owner, Vfs, VfsDirectory } from '../files/vfs.ts'

/** What a storage directory is opened with. */
export interface StorageDirectoryOptions {
  readonly vfs: Vfs
  readonly path: string
  /** How long to wait for another owner of the directory to go; 0 fails at once, Infinity waits for ever. */
  readonly waitMs: number
  /** Loads the engine, or gives the one this thread has; called at the first use. */
  readonly getEngine: () => Promise<Engine>
  /** Called once for each engine given, when the directory needs it no more. Default: the engine stays. */
  readonly releaseEngine?: () => void
  /** What happens to a damaged file: opening it fails, or what can be read is saved. Default: `throw`. */
  readonly onCorrupt?: 'throw' | 'salvage'
  /** How many bytes the files may take together, see `Quota`. Default: as many as there is room for. */
  readonly quota?: number | undefined
  /** When all pages are checked as a file opens. Default: `unclean`, after it was not closed properly. */
  readonly check?: 'unclean' | 'always'
  /** Hears of trouble that no call can report. Default: `console.warn`. */
  readonly onWarning?: (warning: StorageError, place: { readonly database?: string }) => void
}

/** A storage directory; nothing is touched before the first use, which takes the ownership. */
export function openStorageDirectory(options: StorageDirectoryOptions): StorageDirectory {
  return new SqliteDirectory(options)
}

/** What the catalogue knows of a file. */
interface CatalogueEntry {
  readonly name: string
  /** The last committed version; 0: no upgrade was ever committed. */
  readonly version: number
}

class SqliteDirectory implements StorageDirectory {
  readonly identity: string | null
  readonly limits = sqliteLimits
  readonly #options: StorageDirectoryOptions
  readonly #directory: VfsDirectory
  /** null where there is no quota. */
  readonly #measured: MeasuredDirectory | null
  readonly #quota: Quota | null
  /** File name → what is in it; null: not a database of ours, or not a readable one. */
  readonly #catalogue = new Map<string, CatalogueEntry | null>()
  #hasReadAll = false
  /** The files in which damage was met when they were last open. */
  readonly #suspects = new Set<string>()
  /** File name → what a salvage has saved of it, until an open request has said so. */
  readonly #unheard = new Map<string, SalvageReport>()
  /** null until the ownership is taken. */
  #place: Place | null = null
  readonly #openDatabases = new Set<SqliteDatabase>()
  /** The last of the calls so far: each waits for those before it, as a file is open at most once at a time. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: StorageDirectoryOptions) {
    this.#options = options
    const { quota } = options
    const directory = options.vfs.directory(options.path)
    this.identity = options.vfs.isPersistent ? directory.identity : null
    this.#measured = quota === undefined ? null : new MeasuredDirectory(directory)
    this.#directory = this.#measured ?? directory
    this.#quota = this.#measured && quota !== undefined ? new Quota(quota, this.#measured) : null
  }

  list(): Promise<{ name: string; version: number }[]> {
    return this.#queue(async () => {
      const place = await this.#enter()
      if (!this.#hasReadAll) await this.#readAll(place)
      return [...this.#catalogue.values()]
        .filter((entry) => entry !== null && entry.version > 0)
        .map((entry) => ({ ...(entry as CatalogueEntry) })) // the filter has left no null
    })
  }

  open(name: string): Promise<Storage> {
    return this.#queue(async () => {
      const place = await this.#enter()
      const target = targetOf(name)
      const opened = await this.#openLiving(place, { ...target, name })
      try {
        return this.#makeDatabase(place, { name, ...target, opened })
      } catch (error) {
        opened.connection.abandon()
        throw error
      }
    })
  }

  delete(name: string): Promise<number> {
    return this.#queue(async () => {
      const place = await this.#enter()
      const target = targetOf(name)
      const known = this.#catalogue.get(target.fileName)
      const isListed = this.#hasReadAll
      // Until the deletion has succeeded only the file knows how far it got: should it fail, list() asks the file.
      this.#catalogue.delete(target.fileName)
      this.#unheard.delete(target.fileName)
      this.#hasReadAll = false
      await finishSalvage(place, target)
      await discardCopy(place, target)
      // Without a log there is one file, and to remove it is one step.
      const isOneStep = known && !(await hasLog(place, target))
      const version = isOneStep ? known.version : await markDeleted(place, target)
      await removeDatabaseFile(place, target)
      this.#suspects.delete(target.fileName)
      this.#hasReadAll = isListed
      return version
    })
  }

  /** Databases still open are closed first: they belong to a host that nobody can reach any more. */
  close(): Promise<void> {
    const closings = [...this.#openDatabases].map((database) => this.#closeDatabase(database))
    return this.#queue(async () => {
      await Promise.all(closings)
      if (!this.#place && !this.#measured?.isHalfTaken) return
      // First, as it can fail: then the directory is still ours.
      await closeDirectory(this.#directory)
      if (!this.#place) return
      this.#place.engine.bridge.unmount(this.#place.mount)
      this.#place = null
      this.#hasReadAll = false
      this.#catalogue.clear()
      this.#releaseEngine()
    })
  }

  /** Its log keeps what could not be copied. */
  async #closeDatabase(database: SqliteDatabase): Promise<void> {
    try {
      await database.close()
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      this.#warn(error)
    }
  }

  #releaseEngine(): void {
    this.#options.releaseEngine?.()
  }

  #queue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => {}) // the caller has the error; the next in the queue has nothing to do with it
    return result
  }

  /** Takes the ownership if need be. A failure is not remembered: the next call tries again. */
  async #enter(): Promise<Place> {
    if (this.#place) {
      if (this.#openDatabases.size === 0) await this.#renewIfLost()
      return this.#place
    }
    const engine = await this.#takeOwnership()
    const { isPersistent } = this.#options.vfs
    const mount = engine.bridge.mount(this.#directory, { isPersistent })
    this.#place = { engine, directory: this.#directory, mount, isPersistent, quota: this.#quota }
    return this.#place
  }

  /** Loads the engine and locks the directory, at the same time: in a browser each takes a while. */
  async #takeOwnership(): Promise<Engine> {
    const { waitMs, getEngine } = this.#options
    const loading = getEngine()
    // Who waits for another owner hears at once that there is no engine.
    if (waitMs > 0) await loading
    const [loaded, locked] = await Promise.allSettled([loading, this.#lock(waitMs)])
    if (loaded.status === 'rejected') {
      // That it cannot be given back is no news beside this; the next call tries to lock it again.
      if (locked.status === 'fulfilled') await this.#directory.close().catch(() => {})
      throw loaded.reason
    }
    if (locked.status === 'fulfilled') return loaded.value
    this.#releaseEngine()
    throw lockError(locked.reason)
  }

  async #lock(waitMs: number): Promise<void> {
    await this.#directory.lock(waitMs)
  }

  /** Begins anew where the files were cleared away and the directory is still owned. */
  async #renewIfLost(): Promise<void> {
    if (!this.#directory.renew || !(await isLost(this.#directory))) return
    try {
      await this.#directory.renew()
    } catch (error) {
      throw fileError('Storage directory', 'making it anew', error)
    }
    this.#hasReadAll = false
    this.#catalogue.clear()
    this.#suspects.clear()
  }

  /** Opens or creates a database's file; one whose deletion was interrupted is deleted first. */
  async #openLiving(place: Place, target: Target & { name: string }): Promise<OpenedFile> {
    await finishSalvage(place, target)
    const opened = await this.#openOrSalvage(place, target)
    if (!opened.rows.isDeleted) return opened
    opened.connection.close()
    await removeDatabaseFile(place, target)
    return openOrCreate(place, target)
  }

  async #openOrSalvage(place: Place, target: Target & { name: string }): Promise<OpenedFile> {
    const isSuspect = this.#options.check === 'always' || this.#suspects.has(target.fileName)
    const check = isSuspect ? 'always' : 'unclean'
    try {
      return await openOrCreate(place, { ...target, check })
    } catch (damage) {
      if (!(damage instanceof StorageError) || damage.code !== 'corrupt') throw damage
      if (this.#options.onCorrupt !== 'salvage') throw damage
      const warning = await salvage(place, { ...target, damage })
      this.#suspects.delete(target.fileName)
      this.#unheard.set(target.fileName, warning.report)
      this.#warn(warning)
      return openOrCreate(place, target)
    }
  }

  #warn(warning: StorageError, place: { readonly database?: string } = {}): void {
    const { onWarning = warn } = this.#options
    onWarning(warning, place)
  }

  #makeDatabase(
    place: Place,
    { name, fileName, label, opened }: Target & { name: string; opened: OpenedFile },
  ): SqliteDatabase {
    if (opened.rows.name !== null && opened.rows.name !== name) {
      throw new StorageError(
        'corrupt',
        `${label}: the file holds the database ${JSON.stringify(opened.rows.name)}; move it away`,
      )
    }
    const enter = (version: number): void => {
      this.#catalogue.set(fileName, { name, version })
    }
    const database = new SqliteDatabase({
      place,
      name,
      fileName,
      label,
      opened,
      salvaged: this.#unheard.get(fileName) ?? null,
      onReported: () => this.#unheard.delete(fileName),
      onVersionCommitted: enter,
      onClosed: () => {
        this.#openDatabases.delete(database)
        if (this.#catalogue.get(fileName)?.version === 0) this.#catalogue.delete(fileName)
      },
      queue: (task) => this.#queue(task),
      onWarning: (warning) => this.#warn(warning, { database: name }),
      onDamage: () => this.#suspects.add(fileName),
    })
    enter(opened.rows.schema.version)
    this.#openDatabases.add(database)
    return database
  }

  /** Opens each file that is not known yet, once. */
  async #readAll(place: Place): Promise<void> {
    for (const fileName of await this.#listFiles(place)) {
      if (!isDatabaseFile(fileName) || this.#catalogue.has(fileName)) continue
      const entry = await this.#readEntry(place, { fileName, label: `File ${fileName}` })
      if (entry === 'gone') continue
      this.#catalogue.set(fileName, entry)
    }
    this.#hasReadAll = true
  }

  /** The names of all files; those that an interrupted salvage has left have come into their places first. */
  async #listFiles(place: Place): Promise<string[]> {
    const names = await listFiles(place)
    const salvaged = names.map(salvagedFileName).filter((name) => name !== null)
    const unfinished = salvaged.filter((name) => isDatabaseFile(name) && !names.includes(name))
    if (unfinished.length === 0) return names
    for (const fileName of unfinished) {
      await finishSalvage(place, { fileName, label: `File ${fileName}` })
    }
    return listFiles(place)
  }

  /** One unreadable file must not hide all others; opening that database tells what is wrong with it. */
  async #readEntry(place: Place, target: Target): Promise<CatalogueEntry | 'gone' | null> {
    try {
      return await readEntry(place, target)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      this.#warn(error)
      return null
    }
  }
}

function isUnreadable(error: unknown): error is StorageError {
  return error instanceof StorageError && (error.code === 'corrupt' || error.code === 'foreign')
}

/** A database's file, and how messages name it. */
interface Target {
  readonly fileName: string
  readonly label: string
}

function targetOf(name: string): Target {
  const fileName = fileNameOf(name)
  return { fileName, label: `Database ${JSON.stringify(name)} (file ${fileName})` }
}

async function openOrCreate(
  place: Place,
  target: Target & { check?: 'unclean' | 'always' },
): Promise<OpenedFile> {
  const opened = await openDatabaseFile(place, { ...target, create: true })
  if (!opened) throw new Error('unreachable: a created file is missing')
  return opened
}

async function isLost(directory: VfsDirectory): Promise<boolean> {
  try {
    directory.verify?.()
    await directory.verifyLater?.()
    return false
  } catch (error) {
    const failure = fileError('Storage directory', 'looking for the files', error)
    if (failure.code === 'lost') return true
    throw failure
  }
}

async function closeDirectory(directory: VfsDirectory): Promise<void> {
  try {
    await directory.close()
  } catch (error) {
    throw fileError('Storage directory', 'giving up the ownership', error)
  }
}

async function listFiles({ directory }: Place): Promise<string[]> {
  try {
    return await directory.list()
  } catch (error) {
    throw fileError('Storage directory', 'listing the files', error)
  }
}

/** Reads what a file says of itself. `gone`: it was a leftover and is removed. null: not ours to read. */
async function readEntry(place: Place, target: Target): Promise<CatalogueEntry | 'gone' | null> {
  const opened = await openDatabaseFile(place, { ...target, create: false, check: 'never' })
  // A log that was left behind takes its time, and is dealt with when the database is opened.
  if (opened?.isUnclean) opened.connection.abandon()
  else opened?.connection.close()
  const name = opened?.rows.name ?? null
  if (!opened || name === null || opened.rows.isDeleted) {
    await removeDatabaseFile(place, target)
    return 'gone'
  }
  if (!opened.isUnclean) await removeEmptied(place, target)
  const { version } = opened.rows.schema
  return fileNameOf(name) === target.fileName ? { name, version } : null
}

/**
 * Commits the mark that lets an interrupted deletion be finished, and leaves nothing in the log that could undo it. Gives
 * the version of the database, 0 if there is none.
 */
async function markDeleted(place: Place, target: Target): Promise<number> {
  const opened = await openDatabaseFile(place, { ...target, create: false })
  if (!opened) return 0
  const { connection, rows, isUnclean } = opened
  try {
    writeDeletedMark(connection)
    new Syncs({ ...target, place, isUnsynced: isUnclean }).checkpoint(connection, 'TRUNCATE')
  } catch (error) {
    connection.abandon()
    throw error
  }
  connection.close()
  return rows.isDeleted ? 0 : rows.schema.version
}

function lockError(error: unknown): StorageError {
  const known = fileError('Storage directory', 'taking ownership', error)
  if (!(error instanceof Error)) return known
  const { name, message } = error
  if (isLocked(error)) {
    const owner = error.owner && ownerIn(error.owner)
    return new StorageError('busy', message, { cause: error, owner })
  }
  // It names the directory, and says what to do.
  if (name === 'VfsError') {
    return new StorageError(known.code, message, { ...known.facts, cause: error })
  }
  return known
}

/** By its code: a VFS may have been bundled with another copy of the class. */
function isLocked(error: Error): error is Error & { readonly owner: Owner | null } {
  return 'code' in error && error.code === 'ELOCKED' && 'owner' in error
}

/** What others are told of an owner, without what else a VFS knows. */
function ownerIn({ pid, thread, host, since }: Owner): Owner {
  return { pid, thread, host, since }
}

function warn(warning: StorageError): void {
  console.warn(warning.message)
}
