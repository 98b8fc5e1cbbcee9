/**
 * The open and delete requests of one database name in this process: processed in order, each to completion before the next. Those of
 * other processes wait for each other by the lock of the database's row.
 * https://w3c.github.io/IndexedDB/#connection-queues
 */
import { append } from '../../base/own-property.ts'
import type { HostRequest } from '../../protocol/protocol.ts'
import { closedBefore, QueuedRequest } from '../../host/requests/queued-request.ts'

/** A request's listener. */
type Listener = ConstructorParameters<typeof QueuedRequest>[0]['listener']

export class RequestQueue {
  readonly #name: string
  #requests: QueuedRequest[] = []
  /** null: none is being processed. */
  #current: QueuedRequest | null = null
  #processed: Promise<void> = Promise.resolve()

  constructor(name: string) {
    this.#name = name
  }

  add(listener: Listener, process: (request: QueuedRequest) => Promise<void>): HostRequest {
    const place = { database: this.#name }
    const blocked = (): void => this.#failCancelled()
    const request = new QueuedRequest({ origin: undefined, place, listener, process, blocked })
    append(this.#requests, request)
    if (!this.#current) this.#processed = this.#process()
    return {
      cancel: () => {
        request.cancel()
        this.#failCancelled()
      },
    }
  }

  /** How many there are. */
  get length(): number {
    return this.#requests.length + (this.#current ? 1 : 0)
  }

  /** Fails those that wait, cancels the one that is processed, and resolves when it is over. */
  async close(): Promise<void> {
    for (const request of this.#requests.splice(0)) request.failed(closedBefore(this.#name))
    this.#current?.cancel()
    await this.#processed
  }

  /** Those that are cancelled do not wait for a request that is blocked. */
  #failCancelled(): void {
    if (!this.#current?.isBlocked) return
    const cancelled = this.#requests.filter(({ isCancelled }) => isCancelled)
    this.#requests = this.#requests.filter(({ isCancelled }) => !isCancelled)
    for (const request of cancelled) request.failed(closedBefore(this.#name))
  }

  async #process(): Promise<void> {
    for (;;) {
      const request = this.#requests.shift()
      if (!request) break
      this.#current = request
      await request.process()
    }
    // Synchronously with the look at the queue: a request that comes now starts it again.
    this.#current = null
  }
}
