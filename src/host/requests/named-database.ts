/** The database of one name: its file, while that is open, and the way to and from it. */
import { failureOf, isLost } from '../../errors.ts'
import { forgetKept } from '../../kept-objects/collect.ts'
import { checkNameLength } from '../../storage/limits.ts'
import type { CommitMark, StorageDirectory } from '../../storage/storage.ts'
import { Connection } from '../connection.ts'
import { Database, type HostServices } from '../database.ts'

/** Where a database belongs. */
export interface NamedDatabaseOptions {
  readonly name: string
  readonly directory: StorageDirectory
  readonly services: HostServices
}

/** What the requests for a name work on, one at a time. */
export class NamedDatabase {
  readonly #options: NamedDatabaseOptions
  /** Called when a connection is closed: it may have been the last. */
  readonly #connectionClosed: () => void
  #opened: Database<Connection> | null = null
  /** Whether the file was opened to look into it, and nothing has been done with it since. */
  #isLookedInto = false
  /** Whether the host is closing, too. */
  isHostClosing = false

  constructor(options: NamedDatabaseOptions, connectionClosed: () => void) {
    this.#options = options
    this.#connectionClosed = connectionClosed
  }

  get name(): string {
    return this.#options.name
  }

  /** The database; null while its file is not open. */
  get opened(): Database<Connection> | null {
    return this.#opened
  }

  /** The database, its file opened or made if need be. @throws StorageError, or UnknownError for too long a name */
  async open(): Promise<Database<Connection>> {
    const known = await this.#known()
    this.#isLookedInto = false
    if (known) return known
    const { directory, name, services } = this.#options
    this.#opened = new Database(await directory.open(name), services)
    return this.#opened
  }

  /** The same for a database that there is; null: there is none, and none is made. */
  async openExisting(): Promise<Database<Connection> | null> {
    const known = await this.#known()
    if (known) return known
    const { directory, name, services } = this.#options
    const storage = await directory.openExisting(name)
    this.#opened = storage && new Database(storage, services)
    this.#isLookedInto = true
    return this.#opened
  }

  /** The database, if its file is open and can be used. @throws StorageError, or UnknownError for too long a name */
  async #known(): Promise<Database<Connection> | null> {
    if (this.#opened?.isBroken) await this.close()
    const { directory, name } = this.#options
    checkNameLength(directory.limits, "A database's name", name)
    this.#opened?.verify()
    return this.#opened
  }

  /** Makes a connection. The last one to go closes the file. */
  connect(database: Database<Connection>): Connection {
    const connection = new Connection(database)
    void connection.closed.then(this.#connectionClosed)
    return connection
  }

  /**
   * Closes the file. One that cannot be closed tidily is left as after a crash; opening it again will tell. One in which an upgrade was
   * begun, and none committed, stays for the clients that come back with that upgrade and ask what has become of it.
   */
  async close(): Promise<void> {
    const database = this.#opened
    const isAwaited = this.isHostClosing && database?.isIdentified === true
    this.#opened = null
    try {
      await database?.close({ keepsBegun: this.#isLookedInto || isAwaited })
    } catch (error) {
      const wasTold = database?.isBroken && isLost(error)
      if (!wasTold) this.#report(error)
    }
  }

  /** The version that the database had which was deleted for that mark; null: none was; 'unknown': that was forgotten. */
  deletedFor(mark: CommitMark): Promise<number | 'unknown' | null> {
    return this.#options.directory.deletedFor(mark)
  }

  /** Deletes the file, which must be closed; gives the version that the database had, 0 if there was none. */
  async delete(mark: CommitMark | undefined): Promise<number> {
    const { directory, name } = this.#options
    const version = await directory.delete(name, mark)
    await this.#forgetKept()
    return version
  }

  /** Before the next request: a new database of that name may have objects of its own. */
  async #forgetKept(): Promise<void> {
    const { name, services } = this.#options
    if (services.keptIn === null) return
    try {
      await forgetKept([services.keptIn, name])
    } catch (error) {
      this.#report(error)
    }
  }

  #report(error: unknown): void {
    const { name, services } = this.#options
    services.report(failureOf(error, { ...services.place, database: name }))
  }
}
