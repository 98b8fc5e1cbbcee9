/**
 * The open and delete requests of one database name: processed in order, each to completion before the next.
 * https://w3c.github.io/IndexedDB/#connection-queues
 */
import { append } from '../base/own-property.ts'
import { type Failure, failure, failureOf, isLost } from '../errors.ts'
import { checkNameLength } from '../storage/limits.ts'
import { forgetKept } from '../kept-objects/collect.ts'
import type { StorageDirectory } from '../storage/storage.ts'
import { Connection } from './connection.ts'
import { Database, type HostServices } from './database.ts'
import type { DeleteListener, HostRequest, OpenListener } from '../protocol/protocol.ts'
import { closedBefore, QueuedRequest } from './queued-request.ts'
import type { Outcome, Transaction } from './transaction.ts'

/** What a queue works with. */
export interface ConnectionQueueOptions {
  readonly name: string
  readonly directory: StorageDirectory
  readonly services: HostServices
  /** Called when it holds nothing any more: no request, no connection, no open file. */
  readonly emptied: () => void
}

/** One database name's queue, and its database while that is open. */
export class ConnectionQueue {
  readonly #options: ConnectionQueueOptions
  #requests: QueuedRequest[] = []
  /** null: none is being processed. */
  #current: QueuedRequest | null = null
  #isProcessing = false
  /** Resolves when there is nothing left to process. */
  #processed: Promise<void> = Promise.resolve()
  /** null: its file is not open. */
  #database: Database<Connection> | null = null

  constructor(options: ConnectionQueueOptions) {
    this.#options = options
  }

  open(version: number | undefined, listener: OpenListener): HostRequest {
    return this.#add(listener, (request) =>
      this.#openDatabaseConnection(version, listener, request),
    )
  }

  delete(listener: DeleteListener): HostRequest {
    return this.#add(listener, (request) => this.#deleteDatabase(listener, request))
  }

  /** Fails the requests not yet started, cancels the one that is, shuts down all connections, and resolves when the file is closed. */
  async close(): Promise<void> {
    for (const request of this.#requests.splice(0)) {
      request.failed(closedBefore(this.#options.name))
    }
    this.#current?.cancel()
    while (this.#isProcessing || this.#database) {
      const connections = [...(this.#database?.connections ?? [])]
      for (const connection of connections) connection.shutDown()
      const closed = connections.map((connection) => connection.closed)
      await (this.#isProcessing ? this.#processed : Promise.all(closed))
    }
  }

  /** Finds out at once whether the database has lost its files. */
  lookForFiles(): void {
    this.#database?.lookForFiles()
  }

  #add(
    listener: { failed(reason: Failure): void },
    process: (request: QueuedRequest) => Promise<void>,
  ): HostRequest {
    const { name, services } = this.#options
    const place = { ...services.place, database: name }
    const request = new QueuedRequest(place, listener, process)
    append(this.#requests, request)
    this.#process()
    return {
      cancel: () => {
        request.cancel()
        this.#failCancelled()
      },
    }
  }

  #blocked(request: QueuedRequest): void {
    request.isBlocked = true
    this.#failCancelled()
  }

  /** Those that are cancelled do not wait for a request that is blocked. */
  #failCancelled(): void {
    if (!this.#current?.isBlocked) return
    const cancelled = this.#requests.filter(({ isCancelled }) => isCancelled)
    this.#requests = this.#requests.filter(({ isCancelled }) => !isCancelled)
    for (const request of cancelled) request.failed(closedBefore(this.#options.name))
  }

  #process(): void {
    if (this.#isProcessing) return
    this.#isProcessing = true
    this.#processed = this.#processRequests()
  }

  /** Never rejects. A file nobody is connected to, and nobody asks for, is closed. */
  async #processRequests(): Promise<void> {
    for (;;) {
      const request = this.#requests.shift()
      if (request) await this.#processRequest(request)
      else if (this.#database?.connections.size === 0) await this.#closeDatabase(this.#database)
      else break
    }
    // In the same breath as the look at the queue: a request that comes now starts it again.
    this.#isProcessing = false
    if (!this.#database) this.#options.emptied()
  }

  async #processRequest(request: QueuedRequest): Promise<void> {
    this.#current = request
    await request.process()
    this.#current = null
  }

  /** https://w3c.github.io/IndexedDB/#open-a-database-connection */
  async #openDatabaseConnection(
    requested: number | undefined,
    listener: OpenListener,
    request: QueuedRequest,
  ): Promise<void> {
    const database = await this.#openDatabase()
    const oldVersion = database.storage.schema.version
    const version = requested ?? (oldVersion || 1)
    if (oldVersion > version) return listener.failed(versionFailure(database, version))
    if (oldVersion < version) {
      const blocked = (): void => {
        listener.blocked(oldVersion, version)
        this.#blocked(request)
      }
      await closeConnections(database, version, { request, blocked })
      return this.#upgradeDatabase(database, version, listener)
    }
    answerOpened(this.#connect(database), listener)
  }

  /** https://w3c.github.io/IndexedDB/#upgrade-a-database */
  async #upgradeDatabase(
    database: Database<Connection>,
    version: number,
    listener: OpenListener,
  ): Promise<void> {
    const oldVersion = database.storage.schema.version
    const connection = this.#connect(database)
    await new Promise<void>((resolve) => {
      const transaction = startUpgrade(connection, version, (outcome) => {
        // At once, or the answers to what a `complete` listener asks for would come first.
        answerUpgrade(connection, outcome, listener)
        resolve()
      })
      listener.upgradeNeeded(connection, transaction, oldVersion)
    })
  }

  /** https://w3c.github.io/IndexedDB/#delete-a-database */
  async #deleteDatabase(listener: DeleteListener, request: QueuedRequest): Promise<void> {
    const { directory, name } = this.#options
    const database = this.#database
    if (database) {
      const blocked = (): void => {
        listener.blocked(database.storage.schema.version)
        this.#blocked(request)
      }
      await closeConnections(database, null, { request, blocked })
      await this.#closeDatabase(database)
    }
    const oldVersion = await directory.delete(name)
    await this.#forgetKept()
    listener.deleted(oldVersion)
  }

  /** Before the next request: a new database of that name may have objects of its own. */
  async #forgetKept(): Promise<void> {
    const { name, services } = this.#options
    if (services.keptIn === null) return
    try {
      await forgetKept([services.keptIn, name])
    } catch (error) {
      services.report(failureOf(error, { ...services.place, database: name }))
    }
  }

  #connect(database: Database<Connection>): Connection {
    const connection = new Connection(database)
    // The last one to go closes the file, which waits its turn like a request.
    void connection.closed.then(() => this.#process())
    return connection
  }

  async #openDatabase(): Promise<Database<Connection>> {
    if (this.#database?.isBroken) await this.#closeDatabase(this.#database)
    const { directory, name, services } = this.#options
    checkNameLength(directory.limits, "A database's name", name)
    if (this.#database) this.#database.verify()
    else this.#database = new Database(await directory.open(name), services)
    return this.#database
  }

  /** A file that cannot be closed tidily is left as after a crash; opening it again will tell. */
  async #closeDatabase(database: Database<Connection>): Promise<void> {
    this.#database = null
    try {
      await database.close()
    } catch (error) {
      const wasTold = database.isBroken && isLost(error)
      if (!wasTold) this.#options.services.report(database.failureOf(error))
    }
  }
}

/** The request's answer once its upgrade transaction has ended. */
function answerUpgrade(connection: Connection, outcome: Outcome, listener: OpenListener): void {
  const { name, schema } = connection
  if (outcome === 'aborted') {
    connection.close()
    const title = `The upgrade of database "${name}" to version ${schema.version} was aborted`
    return listener.failed(failure('AbortError', title))
  }
  // Both sides know: core has closed it, or somebody has by force. The request is answered here.
  if (connection.closePending) return listener.failed(closedFailure(name))
  answerOpened(connection, listener)
}

function answerOpened(connection: Connection, listener: OpenListener): void {
  listener.opened(connection)
  connection.noteOpened()
}

/** @throws StorageError when it cannot start; then the connection is closed again. */
function startUpgrade(
  connection: Connection,
  version: number,
  finished: (outcome: Outcome) => void,
): Transaction {
  try {
    return connection.startUpgrade(version, finished)
  } catch (error) {
    connection.close()
    throw error
  }
}

/**
 * Asks all connections to go (`newVersion` null: for a deletion), and waits until they have.
 *
 * @throws AbortError when the request is cancelled meanwhile
 */
async function closeConnections(
  database: Database<Connection>,
  newVersion: number | null,
  { request, blocked }: { request: QueuedRequest; blocked: () => void },
): Promise<void> {
  const connections = [...database.connections]
  const asked = connections.filter((connection) => !connection.closePending)
  const oldVersion = database.storage.schema.version
  await request.orCancelled(
    asked.map((connection) => connection.deliverVersionChange(oldVersion, newVersion)),
  )
  // Deviates from browsers: Firefox does not fire it when the last of several connections has closed itself.
  if (connections.some((connection) => database.connections.has(connection))) blocked()
  await request.orCancelled(connections.map((connection) => connection.closed))
}

function versionFailure(database: Database<Connection>, version: number): Failure {
  const { name } = database.storage
  const existing = database.storage.schema.version
  return failure(
    'VersionError',
    `Database "${name}" has version ${existing}, which is higher than the requested ${version}`,
  )
}

function closedFailure(name: string): Failure {
  return failure('AbortError', `The connection to database "${name}" was closed`)
}
