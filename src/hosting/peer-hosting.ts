/** How a thread that takes part in a directory has it hosted: here, or in a worker. */
import { exceptionOf, type Failure } from '../errors.ts'
import type { Ownable } from '../membership/browser/ownable.ts'
import type { KeptNote } from '../membership/browser/parting/note-box.ts'
import { WorkerWatch } from '../membership/browser/worker-watch.ts'
import type { FoundOwn, Owning } from '../membership/peer.ts'
import type { Settings } from '../options/options.ts'
import { HostingWorker, isReplaceable } from './hosting-worker.ts'
import type { PeerHosting, Platform, Threads } from './platform.ts'

/** For the directory of the settings. */
export function peerHosting(settings: Settings, platform: Platform, threads: Threads): PeerHosting {
  const workers = new Workers(settings, platform)
  return {
    ...threads.hosting(settings),
    inWorker: (reachBroker) => workers.stand(reachBroker),
  }
}

/** The workers that host for this thread, one after another. */
class Workers {
  readonly #settings: Settings
  readonly #platform: Platform
  /** Why there can be no other; null: there can. */
  #lostFor: Failure | null = null

  constructor(settings: Settings, platform: Platform) {
    this.#settings = settings
    this.#platform = platform
  }

  /** @throws UnknownError when the user's own worker has ended */
  stand(reachBroker: () => MessagePort | null): WorkerOwner {
    if (this.#lostFor) throw exceptionOf(this.#lostFor)
    const lost = (reason: Failure): void => {
      if (!isReplaceable(this.#settings)) this.#lostFor = reason
    }
    const [settings, platform] = [this.#settings, this.#platform]
    return new WorkerOwner({ settings, platform, reachBroker, lost })
  }
}

/** What an owner in a worker is made of. */
interface WorkerOwnerParts {
  readonly settings: Settings
  readonly platform: Platform
  readonly reachBroker: () => MessagePort | null
  /** Called when it has ended by itself. */
  readonly lost: (reason: Failure) => void
}

/** A worker that waits for the directory from its making on, and serves all once it has it. */
class WorkerOwner implements Ownable {
  readonly owned: Promise<void>
  readonly #worker: HostingWorker
  readonly #gone: Promise<void>
  readonly #watch: WorkerWatch
  /** null: not yet of interest to anyone. */
  #tell: ((clients: readonly string[]) => void) | null = null
  /** null: nothing was said of them. */
  #clients: readonly string[] | null = null

  constructor({ settings, platform, reachBroker, lost }: WorkerOwnerParts) {
    let owned = (): void => {}
    let resolveGone = (): void => {}
    const isOwned = new Promise<void>((resolve) => (owned = resolve))
    this.#gone = new Promise((resolve) => (resolveGone = resolve))
    const clients = (ids: readonly string[]): void => this.#changed(ids)
    this.#worker = new HostingWorker(settings, platform, {
      gone: () => {
        this.#stopWatching()
        resolveGone()
      },
      lost,
      sharing: {
        standing: (life) => this.#watch.lives(life),
        owned,
        clients,
        reachBroker,
      },
    })
    this.#watch = new WorkerWatch(() => this.#worker.died())
    // It is ready after that, or has failed before.
    this.owned = Promise.race([isOwned, this.#worker.ready])
    this.owned.catch(() => {})
  }

  async own({ client, returning }: Owning, notes: readonly KeptNote[]): Promise<FoundOwn> {
    const worker = this.#worker
    worker.own({ client, returning }, notes)
    await worker.ready
    return {
      type: 'own',
      host: worker.host,
      recovered: () => worker.recovered(),
      tally: (counts) => worker.tally(counts),
      onClients: (changed) => this.#listen(changed),
      leave: () => worker.close(),
      cutOff: () => this.end(),
      gone: this.#gone,
    }
  }

  end(): void {
    this.#stopWatching()
    this.#worker.cutOff()
  }

  #stopWatching(): void {
    this.#watch.stop()
  }

  #listen(changed: (clients: readonly string[]) => void): void {
    this.#tell = changed
    if (this.#clients) changed(this.#clients)
  }

  #changed(clients: readonly string[]): void {
    this.#clients = clients
    this.#tell?.(clients)
  }
}
