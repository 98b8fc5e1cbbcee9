/**
 * The open and delete requests of one database name: processed in order, each to completion before the next.
 * https://w3c.github.io/IndexedDB/#connection-queues
 */
import { append } from '../../base/own-property.ts'
import type { Failure } from '../../errors.ts'
import type { DeleteListener, HostRequest, OpenListener } from '../../protocol/protocol.ts'
import { deleteDatabase } from './delete-database.ts'
import { NamedDatabase, type NamedDatabaseOptions } from './named-database.ts'
import { openDatabaseConnection } from './open-database.ts'
import { closedBefore, QueuedRequest } from './queued-request.ts'

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

  open(requested: number | undefined, listener: OpenListener): HostRequest {
    return this.#add(listener, (request) =>
      openDatabaseConnection(this.#named, { requested, listener, request }),
    )
  }

  delete(listener: DeleteListener): HostRequest {
    return this.#add(listener, (request) => deleteDatabase(this.#named, listener, request))
  }

  /** Fails the requests not yet started, cancels the one that is, shuts down all connections, and resolves when the file is closed. */
  async close(): Promise<void> {
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
  }

  /** Finds out at once whether the database has lost its files. */
  lookForFiles(): void {
    this.#named.opened?.lookForFiles()
  }

  #add(
    listener: { failed(reason: Failure): void },
    process: (request: QueuedRequest) => Promise<void>,
  ): HostRequest {
    const { name, services } = this.#options
    const place = { ...services.place, database: name }
    const blocked = (): void => this.#failCancelled()
    const request = new QueuedRequest({ place, listener, process, blocked })
    append(this.#requests, request)
    this.#process()
    return {
      cancel: () => {
        request.cancel()
        this.#failCancelled()
      },
    }
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

  /** Never rejects. A file without connections and requests is closed. */
  async #processRequests(): Promise<void> {
    for (;;) {
      const request = this.#requests.shift()
      if (request) await this.#processRequest(request)
      else if (this.#named.opened?.connections.size === 0) await this.#named.close()
      else break
    }
    // Synchronously with the look at the queue: a request that comes now starts it again.
    this.#isProcessing = false
    if (!this.#named.opened) this.#options.emptied()
  }

  async #processRequest(request: QueuedRequest): Promise<void> {
    this.#current = request
    await request.process()
    this.#current = null
  }
}
