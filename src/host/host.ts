/** The host of one storage directory, in the thread that owns it. */
import { exceptionOf, type Failure, failureOf, textOf } from '../errors.ts'
import { canKeep } from '../kept-objects/kept-store.ts'
import type { StorageDirectory } from '../storage/storage.ts'
import { ConnectionQueue } from './requests/connection-queue.ts'
import type { HostServices } from './database.ts'
import type { DatabaseLoad } from '../protocol/load.ts'
import type {
  AttachListener,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  HostRequest,
  ObservableHost,
  OpenListener,
  Receiver,
  RequestOrigin,
} from '../protocol/protocol.ts'
import { Pump } from '../event-loop/pump.ts'
import { Recovery } from './recovery.ts'

/** What a host needs. */
export interface HostOptions {
  readonly storage: StorageDirectory
  /** The directory as its owner names it, for failures. */
  readonly path?: string
  /** What `default` means; the other two hints speak for themselves. */
  readonly durability: 'relaxed' | 'strict'
  /**
   * Takes failures that answer no call: housekeeping, closing a file. They lose no data. Default: a warning on
   * the console.
   */
  readonly report?: (failure: Failure) => void
  /**
   * Until it settles only what had begun at a former owner goes on: `attach`, `outcomeOf` and transactions that resume. Opens,
   * deletions, `databases()` and other transactions wait, in order. Default: null, there is nothing to be recovered.
   */
  readonly recovery?: Promise<void> | null
}

/**
 * Makes a host. It touches the directory when first asked for something, and again when asked after `close()`; while it
 * closes it must not be asked.
 */
export function createHost(options: HostOptions): ObservableHost {
  return new DirectoryHost(options)
}

class DirectoryHost implements ObservableHost {
  readonly #directory: StorageDirectory
  readonly #services: HostServices
  readonly #queues = new Map<string, ConnectionQueue>()

  constructor({ storage, path, durability, report = warn, recovery = null }: HostOptions) {
    this.#directory = storage
    const lost = (): void => {
      for (const queue of this.#queues.values()) queue.lookForFiles()
    }
    const keptIn = canKeep ? storage.identity : null
    const place = path === undefined ? {} : { path }
    const { limits } = storage
    this.#services = {
      pump: new Pump(),
      durability,
      place,
      report,
      lost,
      keptIn,
      limits,
      recovery: new Recovery(recovery),
    }
  }

  databases(receiver: Receiver<readonly { readonly name: string; readonly version: number }[]>) {
    this.#services.recovery.whenOver(() => this.#list(receiver))
  }

  #list(receiver: Receiver<readonly { readonly name: string; readonly version: number }[]>): void {
    this.#directory.list().then(
      (databases) => receiver.done(databases),
      (error: unknown) => receiver.failed(failureOf(error, this.#services.place)),
    )
  }

  open(
    name: string,
    version: number | undefined,
    listener: OpenListener,
    origin?: RequestOrigin,
  ): HostRequest {
    return this.#queueOf(name).open(version, listener, origin)
  }

  delete(name: string, listener: DeleteListener, origin?: RequestOrigin): HostRequest {
    return this.#queueOf(name).delete(listener, origin)
  }

  attach(
    name: string,
    version: number,
    listener: AttachListener,
    incarnation: number | null = null,
  ): void {
    this.#queueOf(name).attach({ version, incarnation }, listener)
  }

  outcomeOf(
    name: string,
    mark: CommitMark,
    receiver: Receiver<CommitOutcome>,
    incarnation: number | null = null,
  ): void {
    this.#queueOf(name).outcomeOf({ mark, incarnation }, receiver)
  }

  forgetMarks(client: string): void {
    for (const queue of this.#queues.values()) queue.forgetMarks(client)
  }

  load(): readonly DatabaseLoad[] {
    return Array.from(this.#queues.values(), (queue) => queue.load())
  }

  forgetDeletion(mark: CommitMark): void {
    const { report, place } = this.#services
    this.#directory.forgetDeletion(mark).catch((error: unknown) => report(failureOf(error, place)))
  }

  async close(): Promise<void> {
    const closed = [...this.#queues.values()].map((queue) => queue.close())
    // For the transactions that it holds back.
    this.#services.recovery.end()
    await Promise.all(closed)
    try {
      await this.#directory.close()
    } catch (error) {
      throw exceptionOf(failureOf(error, this.#services.place))
    }
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
