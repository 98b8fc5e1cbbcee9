/**
 * A storage directory of an engine that keeps each database in a file of its own: who owns it, which databases are in it,
 * and how opening, deleting and salvaging one survive an interruption. Nothing is touched before the first use.
 */
import { StorageError } from '../errors.ts'
import type { CommitMark } from '../storage/commit-mark.ts'
import { Catalogue } from './catalogue.ts'
import { type DatabaseFile, DatabaseFiles, type NamedFile } from './database-files.ts'
import { Deletions } from './deletions.ts'
import type {
  DatabaseIdentity,
  DatabaseLife,
  FileCheck,
  FileEngine,
  MountedEngine,
  OpenedFile,
} from './file-engine.ts'
import { Ownership, type OwnershipOptions } from './ownership.ts'
import { Quarantine } from './quarantine.ts'

/** What a directory is opened with. */
export interface FileDirectoryOptions extends OwnershipOptions {
  /** What happens to a damaged file: opening it fails, or what can be read is saved. Default: `throw`. */
  readonly ifCorrupt?: 'throw' | 'salvage'
  /** Which files are checked for damage as they are opened. Default: `unclean`. */
  readonly integrityCheck?: FileCheck
  /** Takes trouble that no call can report. Default: `console.warn`. */
  readonly onWarning?: (warning: StorageError, place: WarningPlace) => void
}

/** What a warning is about: a database, or a file of which it is not known whose it is. */
interface WarningPlace {
  readonly database?: string
  readonly file?: string
}

/** A database that can be closed. */
interface Closable {
  close(): Promise<void>
}

/** The storage seam's `StorageDirectory`, over an engine's databases. */
export class FileDirectory<Database extends Closable> {
  readonly identity: string | null
  readonly #options: FileDirectoryOptions
  readonly #engine: FileEngine<Database>
  readonly #ownership: Ownership<Database>
  readonly #files: DatabaseFiles
  readonly #catalogue: Catalogue
  readonly #quarantine: Quarantine
  readonly #deletions: Deletions
  /** By the names of their files. */
  readonly #openDatabases = new Map<string, Database>()
  /** The last of the calls so far: each waits for those before it, as a file is open at most once at a time. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: FileDirectoryOptions, engine: FileEngine<Database>) {
    this.#options = options
    this.#engine = engine
    this.#ownership = new Ownership(options, engine)
    this.identity = this.#ownership.identity
    this.#files = new DatabaseFiles(this.#ownership.directory, (fileName) =>
      engine.companionsOf(fileName),
    )
    this.#quarantine = new Quarantine(this.#files)
    this.#deletions = new Deletions(this.#files)
    this.#catalogue = new Catalogue({
      fileNames: engine.fileNames,
      files: this.#files,
      quarantine: this.#quarantine,
      onWarning: (warning, file) => this.#warn(warning, { file }),
    })
  }

  /** Takes the ownership, unless it has it. */
  own(): Promise<void> {
    return this.#queue(async () => void (await this.#enter()))
  }

  /** Names every database whose version is above 0; finishes interrupted deletions and salvages. */
  list(): Promise<{ name: string; version: number }[]> {
    return this.#queue(async () => {
      const engine = await this.#enter()
      if (!this.#catalogue.isComplete) {
        await this.#deletions.finish()
        await this.#catalogue.readAll(engine)
      }
      return this.#catalogue.list()
    })
  }

  /** Opens a database that is not open; a fresh one has version 0. */
  open(name: string): Promise<Database> {
    return this.#queue(async () => {
      const engine = await this.#enter()
      const file = { ...this.#fileOf(name), name }
      return this.#take(file, await this.#openLiving(engine, file))
    })
  }

  /** The same for a database whose version is above 0, or that has an incarnation; null where there is none. */
  openExisting(name: string): Promise<Database | null> {
    return this.#queue(async () => {
      const engine = await this.#enter()
      const file = { ...this.#fileOf(name), name }
      await this.#quarantine.finish(file)
      if (!(await this.#files.isFilled(file))) return null
      const opened = await this.#openOrSalvage(engine, file)
      if (opened && (opened.version > 0 || opened.isKnown)) return this.#take(file, opened)
      opened?.abandon()
      return null
    })
  }

  /** Deletes a database that is not open; resolves with its version, 0 if it was missing. `mark`: by which that is noted. */
  delete(name: string, mark?: CommitMark): Promise<number> {
    return this.#queue(async () => {
      const engine = await this.#enter()
      const file = this.#fileOf(name)
      const wasComplete = this.#catalogue.isComplete
      const known = this.#forget(file)
      await this.#quarantine.finish(file)
      await this.#quarantine.discardCopies(file)
      // Without companions there is one file, and to remove it is one step.
      const isOneStep = known && !(await this.#files.hasCompanion(file))
      const version = isOneStep ? known.version : await this.#makeReady(engine, file, mark)
      if (mark && version > 0) await this.#deletions.carryOut(file, version, mark)
      await this.#files.remove(file)
      this.#quarantine.clearSuspicion(file.fileName)
      this.#catalogue.isComplete = wasComplete
      return version
    })
  }

  /** Which version was deleted for that mark; null: none was; 'unknown': that cannot be told any more. */
  deletedFor(mark: CommitMark): Promise<number | 'unknown' | null> {
    return this.#queue(async () => {
      await this.#enter()
      return this.#deletions.versionOf(mark)
    })
  }

  /** Its client knows of that deletion. */
  forgetDeletion(mark: CommitMark): Promise<void> {
    return this.#queue(async () => {
      await this.#enter()
      await this.#deletions.forget(mark)
    })
  }

  /** Makes a file ready to be deleted. With a mark that is done in one step, before which nothing must have happened to it. */
  async #makeReady(
    engine: MountedEngine<Database>,
    file: DatabaseFile,
    mark: CommitMark | undefined,
  ): Promise<number> {
    if (!mark) return engine.markDeleted(file)
    try {
      return await engine.gather(file)
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'full') throw error
      // A deletion is what makes room: what lies beside the file says nothing once that is gone.
      return (await engine.identify(file))?.version ?? 0
    }
  }

  /**
   * Forgets what is known of a database about to be deleted, and gives it. Until the deletion has succeeded only the file
   * knows how far it got: should it fail, list() asks the file.
   */
  #forget({ fileName }: DatabaseFile): DatabaseIdentity | null | undefined {
    const known = this.#catalogue.get(fileName)
    this.#catalogue.delete(fileName)
    this.#catalogue.isComplete = false
    this.#quarantine.dropReport(fileName)
    return known
  }

  /** Databases still open are closed first: they belong to a host that can no longer be reached. */
  close(): Promise<void> {
    const closings = [...this.#openDatabases.values()].map((database) =>
      this.#closeDatabase(database),
    )
    return this.#queue(async () => {
      await Promise.all(closings)
      await this.#ownership.giveUp()
      this.#catalogue.clear()
    })
  }

  /** Where that fails, the engine keeps what it needs to go on at the next opening. */
  async #closeDatabase(database: Database): Promise<void> {
    try {
      await database.close()
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      this.#warn(error)
    }
  }

  #queue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => {}) // the caller has the error; the next in the queue has nothing to do with it
    return result
  }

  /** Takes the ownership if need be. */
  async #enter(): Promise<MountedEngine<Database>> {
    const { mounted } = this.#ownership
    if (!mounted) return this.#ownership.take()
    if (this.#openDatabases.size > 0) return mounted
    if ((await this.#ownership.renewIfLost()) === 'renewed') {
      this.#catalogue.clear()
      this.#quarantine.clearSuspicions()
    }
    return mounted
  }

  #fileOf(name: string): DatabaseFile {
    const fileName = this.#engine.fileNames.of(name)
    return { fileName, label: `Database ${JSON.stringify(name)} (file ${fileName})` }
  }

  /** Opens or creates a database's file; one whose deletion was interrupted is deleted first. */
  async #openLiving(
    engine: MountedEngine<Database>,
    file: NamedFile,
  ): Promise<OpenedFile<Database>> {
    await this.#quarantine.finish(file)
    const opened = await this.#openOrSalvage(engine, file)
    if (opened) return opened
    await this.#files.remove(file)
    return reopen(engine, file)
  }

  async #openOrSalvage(
    engine: MountedEngine<Database>,
    file: NamedFile,
  ): Promise<OpenedFile<Database> | null> {
    const { integrityCheck = 'unclean', ifCorrupt = 'throw' } = this.#options
    const isSuspect = this.#quarantine.isSuspect(file.fileName)
    try {
      return await engine.open(file, { check: isSuspect ? 'always' : integrityCheck })
    } catch (damage) {
      if (!(damage instanceof StorageError) || damage.code !== 'corrupt') throw damage
      if (ifCorrupt !== 'salvage') throw damage
      const copyReadable = (copy: DatabaseFile) => engine.copyReadable(file, copy)
      this.#warn(await this.#quarantine.salvage(file, damage, copyReadable))
      return reopen(engine, file)
    }
  }

  /** Puts a file that was opened into use, or closes it. */
  #take(file: NamedFile, opened: OpenedFile<Database>): Database {
    try {
      return this.#toDatabase(file, opened)
    } catch (error) {
      opened.abandon()
      throw error
    }
  }

  #toDatabase(file: NamedFile, opened: OpenedFile<Database>): Database {
    const { fileName, label, name } = file
    if (opened.name !== null && opened.name !== name) {
      throw new StorageError(
        'corrupt',
        `${label}: the file holds the database ${JSON.stringify(opened.name)}; move it away`,
      )
    }
    const database = opened.toDatabase(this.#lifeOf(file))
    this.#catalogue.set(fileName, { name, version: opened.version })
    this.#openDatabases.set(fileName, database)
    return database
  }

  #lifeOf({ name, fileName }: NamedFile): DatabaseLife {
    return {
      salvaged: this.#quarantine.reportOf(fileName),
      onReported: () => this.#quarantine.dropReport(fileName),
      onVersionCommitted: (version) => this.#catalogue.set(fileName, { name, version }),
      onClosed: () => {
        this.#openDatabases.delete(fileName)
        if (this.#catalogue.get(fileName)?.version === 0) this.#catalogue.delete(fileName)
      },
      onDamage: () => this.#quarantine.suspect(fileName),
      onWarning: (warning) => this.#warn(warning, { database: name }),
      queue: (task) => this.#queue(task),
    }
  }

  #warn(warning: StorageError, place: WarningPlace = {}): void {
    const { onWarning = warn } = this.#options
    onWarning(warning, place)
  }
}

/** Opens a file that cannot be marked as deleted: it is new, or was just salvaged. */
async function reopen<Database>(
  engine: MountedEngine<Database>,
  file: NamedFile,
): Promise<OpenedFile<Database>> {
  const opened = await engine.open(file, { check: 'unclean' })
  if (!opened) throw new Error('unreachable: a new file is marked as deleted')
  return opened
}

function warn(warning: StorageError): void {
  console.warn(warning.message)
}
