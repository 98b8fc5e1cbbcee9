/**
 * The open and delete requests of one database name: processed in order, each to completion before the next.
 * Visits come out of turn. While the host recovers there are only these.
 * https://w3c.github.io/IndexedDB/#connection-queues
 */
import { append } from '../../base/own-property.ts'
import { failureOf } from '../../errors.ts'
import type {
  AttachListener,
  CommitOutcome,
  DeleteListener,
  HostRequest,
  OpenListener,
  Receiver,
  RequestOrigin,
} from '../../protocol/protocol.ts'
import type { DatabaseLoad } from '../../protocol/load.ts'
import type { Connection } from '../connection.ts'
import type { Database } from '../database.ts'
import { deleteDatabase } from './delete-database.ts'
import { NamedDatabase, type NamedDatabaseOptions } from './named-database.ts'
import { openDatabaseConnection } from './open-database.ts'
import { closedBefore, QueuedRequest, type QueuedRequestOptions } from './queued-request.ts'
import { attachment, inquiry, type LostCommit, type Sought, type Visit } from './visit.ts'

/** What a queue works with. */
export interface ConnectionQueueOptions extends NamedDatabaseOptions {
  /** Called when it holds nothing any more: no request, no connection, no open file. */
  readonly emptied: () => void
}

/** One database name's queue, and its database while that is open. */
export class ConnectionQueue {
  readonly #options: ConnectionQueueOptions
  readonly #named: NamedDatabase
  #requests: QueuedRequest[] = []
  readonly #visits: Visit[] = []
  /** null: none is being processed. */
  #current: QueuedRequest | null = null
  #isProcessing = false
  /** Resolves when there is nothing left to process. */
  #processed: Promise<void> = Promise.resolve()

  constructor(options: ConnectionQueueOptions) {
    this.#options = options
    // The last connection to go closes the file, which waits its turn like a request.
    this.#named = new NamedDatabase(options, () => this.#process())
  }

  open(
    requested: number | undefined,
    listener: OpenListener,
    origin: RequestOrigin | undefined,
  ): HostRequest {
    return this.#add({ listener, origin }, (request) =>
      openDatabaseConnection(this.#named, { requested, listener, request }),
    )
  }

  delete(listener: DeleteListener, origin: RequestOrigin | undefined): HostRequest {
    return this.#add({ listener, origin }, (request) =>
      deleteDatabase(this.#named, listener, request),
    )
  }

  attach(sought: Sought, listener: AttachListener): void {
    this.#visit(attachment(this.#named, sought, listener))
    if (this.#current?.isAsking) this.#current.joined()
  }

  outcomeOf(commit: LostCommit, receiver: Receiver<CommitOutcome>): void {
    this.#visit(inquiry(this.#named, commit, receiver))
  }

  /** Forgets a client's marks with the next commit. */
  forgetMarks(client: string): void {
    this.#named.opened?.forgetMarks(client)
  }

  /** Fails the requests not yet started, cancels the one that is, shuts down all connections, and resolves when the file is closed. */
  async close(): Promise<void> {
    this.#named.isHostClosing = true
    for (const request of this.#requests.splice(0)) {
      request.failed(closedBefore(this.#options.name))
    }
    this.#current?.cancel()
    while (this.#isProcessing || this.#named.opened) {
      const connections = [...(this.#named.opened?.connections ?? [])]
      for (const connection of connections) connection.shutDown()
      const closed = connections.map((connection) => connection.closed)
      await (this.#isProcessing ? this.#processed : Promise.all(closed))
    }
    this.#named.isHostClosing = false
    // Nothing was processed where all requests were held back.
    this.#process()
  }

  load(): DatabaseLoad {
    const { opened } = this.#named
    const requests = this.#requests.length + (this.#current ? 1 : 0)
    const none = { name: this.#options.name, version: 0, connections: 0, running: 0, waiting: 0 }
    const { engine: _, ...load } = opened?.counters() ?? { ...none, engine: null }
    return { ...load, requests }
  }

  /** Finds out at once whether the database has lost its files. */
  lookForFiles(): void {
    this.#named.opened?.lookForFiles()
  }

  #add(
    asked: Pick<QueuedRequestOptions, 'listener' | 'origin'>,
    process: (request: QueuedRequest) => Promise<void>,
  ): HostRequest {
    const { name, services } = this.#options
    const place = { ...services.place, database: name }
    const blocked = (): void => this.#failCancelled()
    const request = new QueuedRequest({ place, ...asked, process, blocked })
    if (request.resumes) this.#putAhead(request)
    else append(this.#requests, request)
    services.recovery.whenOver(() => this.#process())
    return {
      cancel: () => {
        request.cancel()
        this.#failCancelled()
      },
    }
  }

  /**
   * Before those that do not resume. Those had waited at the former owner, if they came there: each client asks its own again in their
   * order, and those of several clients come in the order of arrival, as nothing has shown another one to any of them.
   */
  #putAhead(request: QueuedRequest): void {
    const later = this.#requests.findIndex(({ resumes }) => !resumes)
    const at = later === -1 ? this.#requests.length : later
    this.#requests = [...this.#requests.slice(0, at), request, ...this.#requests.slice(at)]
  }

  /** Those that are cancelled do not wait for a request that is blocked, nor for the end of a recovery. */
  #failCancelled(): void {
    if (!this.#current?.isBlocked && this.#options.services.recovery.isOver) return
    const cancelled = this.#requests.filter(({ isCancelled }) => isCancelled)
    this.#requests = this.#requests.filter(({ isCancelled }) => !isCancelled)
    for (const request of cancelled) request.failed(closedBefore(this.#options.name))
  }

  /** Receives it at once where nothing is under way at the file, else between two requests. */
  #visit(visit: Visit): void {
    const database = this.#named.opened
    const isFree = !this.#current || this.#current.isAsking || !visit.waitsForUpgrade
    if (database && !database.isBroken && isFree) return this.#receive(visit, database)
    append(this.#visits, visit)
    this.#process()
  }

  #receive(visit: Visit, database: Database<Connection> | null): void {
    try {
      database?.verify()
      visit.receive(database)
    } catch (error) {
      this.#fail(visit, error)
    }
  }

  #fail(visit: Visit, error: unknown): void {
    const { name, services } = this.#options
    visit.failed(failureOf(error, { ...services.place, database: name }))
  }

  #process(): void {
    if (this.#isProcessing) return
    this.#isProcessing = true
    this.#processed = this.#processRequests()
  }

  /** Never rejects. A file without connections and requests is closed. */
  async #processRequests(): Promise<void> {
    const { recovery } = this.#options.services
    for (;;) {
      const visit = this.#visits.shift()
      const request = visit || !recovery.isOver ? undefined : this.#requests.shift()
      if (visit) await this.#openFor(visit)
      else if (request) await this.#processRequest(request)
      else if (this.#named.opened?.connections.size === 0) await this.#named.close()
      else break
    }
    // Synchronously with the look at the queue: a request that comes now starts it again.
    this.#isProcessing = false
    if (!this.#named.opened && this.#requests.length === 0) this.#options.emptied()
  }

  async #openFor(visit: Visit): Promise<void> {
    let database: Database<Connection> | null
    try {
      database = await this.#named.openExisting()
    } catch (error) {
      return this.#fail(visit, error)
    }
    this.#receive(visit, database)
  }

  async #processRequest(request: QueuedRequest): Promise<void> {
    this.#current = request
    await request.process()
    this.#current = null
  }
}
