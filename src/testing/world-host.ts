/** The host of a test world: passes everything on to the current host, and knows the connections that it has made. */
import type {
  AttachListener,
  ClosableHost,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  HostConnection,
  HostRequest,
  OpenListener,
  Receiver,
} from '../protocol/protocol.ts'

/** A host that can be exchanged under a factory. */
export class WorldHost implements ClosableHost {
  #current: ClosableHost
  readonly #connections = new Set<HostConnection>()

  constructor(first: ClosableHost) {
    this.#current = first
  }

  /** Open connections stay with the former host. */
  exchange(next: ClosableHost): void {
    this.#current = next
    this.#connections.clear()
  }

  /** Closes every connection to the current host by force. */
  forceClose(): void {
    for (const connection of this.#connections) connection.forceClose()
    this.#connections.clear()
  }

  databases(receiver: Receiver<readonly { readonly name: string; readonly version: number }[]>) {
    this.#current.databases(receiver)
  }

  open(name: string, version: number | undefined, listener: OpenListener): HostRequest {
    const host = this.#current
    const note = this.#noter()
    return host.open(name, version, {
      blocked: (...told) => listener.blocked(...told),
      upgradeNeeded(connection, transaction, oldVersion) {
        note(connection)
        listener.upgradeNeeded(connection, transaction, oldVersion)
      },
      opened(connection) {
        note(connection)
        listener.opened(connection)
      },
      failed: (failure) => listener.failed(failure),
    })
  }

  delete(name: string, listener: DeleteListener): HostRequest {
    return this.#current.delete(name, listener)
  }

  attach(
    name: string,
    version: number,
    listener: AttachListener,
    incarnation?: number | null,
  ): void {
    const note = this.#noter()
    const noting: AttachListener = {
      attached(connection) {
        note(connection)
        listener.attached(connection)
      },
      failed: (failure) => listener.failed(failure),
    }
    this.#current.attach(name, version, noting, incarnation)
  }

  outcomeOf(name: string, mark: CommitMark, receiver: Receiver<CommitOutcome>): void {
    this.#current.outcomeOf(name, mark, receiver)
  }

  forgetMarks(client: string): void {
    this.#current.forgetMarks(client)
  }

  forgetDeletion(mark: CommitMark): void {
    this.#current.forgetDeletion(mark)
  }

  /** Notes connections of the host that is current now, while it is. */
  #noter(): (connection: HostConnection) => void {
    const host = this.#current
    return (connection) => {
      if (host === this.#current) this.#connections.add(connection)
    }
  }

  close(): Promise<void> {
    return this.#current.close()
  }
}
