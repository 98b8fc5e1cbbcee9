/** The host of one storage directory, in the thread that owns it. */
import { exceptionOf, type Failure, failureOf, textOf } from '../errors.ts'
import type { StorageDirectory } from '../storage/storage.ts'
import { ConnectionQueue } from './connection-queue.ts'
import type { HostServices } from './database.ts'
import type { DeleteListener, Host, OpenListener, Receiver } from './protocol.ts'
import { Pump } from './pump.ts'

/** What a host needs. */
export interface HostOptions {
  readonly storage: StorageDirectory
  /** What `default` means; the other two hints speak for themselves. */
  readonly durability: 'relaxed' | 'strict'
  /**
   * Takes failures nobody waits for: housekeeping, closing a file. Nothing is lost by them. Default: a warning on
   * the console.
   */
  readonly report?: (failure: Failure) => void
}

/** Makes a host. It touches the directory when first asked for something. */
export function createHost(options: HostOptions): Host {
  return new DirectoryHost(options)
}

class DirectoryHost implements Host {
  readonly #directory: StorageDirectory
  readonly #services: HostServices
  readonly #queues = new Map<string, ConnectionQueue>()
  /** null: not being closed. */
  #closing: Promise<void> | null = null

  constructor({ storage, durability, report = warn }: HostOptions) {
    this.#directory = storage
    const lost = (): void => {
      for (const queue of this.#queues.values()) queue.lookForFiles()
    }
    this.#services = { pump: new Pump(), durability, report, lost }
  }

  databases(receiver: Receiver<readonly { readonly name: string; readonly version: number }[]>) {
    this.#onceOpen(() => {
      this.#directory.list().then(
        (databases) => receiver.done(databases),
        (error: unknown) => receiver.failed(failureOf(error)),
      )
    })
  }

  open(name: string, version: number | undefined, listener: OpenListener): void {
    this.#onceOpen(() => this.#queueOf(name).open(version, listener))
  }

  delete(name: string, listener: DeleteListener): void {
    this.#onceOpen(() => this.#queueOf(name).delete(listener))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => (this.#closing = null))
    return this.#closing.catch((error: unknown) => {
      throw exceptionOf(failureOf(error))
    })
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()))
    await this.#directory.close()
  }

  /** What is asked while the host closes waits, and starts anew. */
  #onceOpen(ask: () => void): void {
    if (!this.#closing) return ask()
    // A close that failed has told whoever asked for it; the next owner finds out for itself.
    void Promise.allSettled([this.#closing]).then(ask)
  }

  #queueOf(name: string): ConnectionQueue {
    const known = this.#queues.get(name)
    if (known) return known
    const queue = new ConnectionQueue({
      name,
      directory: this.#directory,
      services: this.#services,
      emptied: () => {
        // Perhaps it was emptied before, and another has taken its place.
        if (this.#queues.get(name) === queue) this.#queues.delete(name)
      },
    })
    this.#queues.set(name, queue)
    return queue
  }
}

function warn(failure: Failure): void {
  console.warn(textOf(failure))
}
