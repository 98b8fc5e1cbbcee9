/** How a thread that takes part in a directory has it hosted: here, or in a worker. */
import { exceptionOf, type Failure } from '../errors.ts'
import { lockError } from '../files/ownership.ts'
import type { Survivors, VfsDirectory } from '../files/vfs.ts'
import type { Ownable } from '../membership/browser/ownable.ts'
import type { KeptNote } from '../membership/browser/parting/note-box.ts'
import { WorkerWatch } from '../membership/browser/worker-watch.ts'
import type { FoundOwn, Owning } from '../membership/peer.ts'
import type { Settings } from '../options/options.ts'
import { serve } from '../port/server.ts'
import { HostingWorker, isReplaceable } from './hosting-worker.ts'
import { hostInThread } from './in-thread.ts'
import type { PeerHosting, Platform } from './platform.ts'
import { ThreadEngine } from './thread-engine.ts'

/** For the directory of the settings, on an engine of its own or that one. */
export function peerHosting(
  settings: Settings,
  platform: Platform,
  engine = new ThreadEngine(() => platform.loadWasm()),
): PeerHosting {
  engine.offer(settings.wasm)
  const taken = { ...settings, directory: alreadyLocked(settings.directory) }
  const report = (failure: Failure): void => settings.onWarning(exceptionOf(failure))
  const workers = new Workers(settings, platform)
  return {
    prepare: () => engine.prepare().catch(() => {}), // It is met again when it is needed.
    take: () => takeDirectory(settings.directory, engine),
    inThread: (recovery) => hostInThread(taken, engine, recovery).host,
    inWorker: (reachBroker) => workers.stand(reachBroker),
    serve: (host, port, told) => serve(host, port, { report, presence: null, ...told }),
    report,
  }
}

/** Locks the directory and loads the engine at the same time: each takes a while. */
async function takeDirectory(
  directory: VfsDirectory,
  engine: ThreadEngine,
): Promise<{ readonly survivors: Survivors }> {
  const [loaded, locked] = await Promise.allSettled([engine.prepare(), lockAtOnce(directory)])
  if (locked.status === 'rejected') throw lockError(locked.reason)
  if (loaded.status === 'fulfilled') return { survivors: directory.survivors ?? null }
  // That it cannot be given back is a lesser trouble.
  await directory.close().catch(() => {})
  throw loaded.reason
}

/** Rejects also where the VFS throws. */
async function lockAtOnce(directory: VfsDirectory): Promise<void> {
  await directory.lock(0)
}

/** The directory, for an engine that would lock it. */
function alreadyLocked(directory: VfsDirectory): VfsDirectory {
  return {
    identity: directory.identity,
    lock: async () => {},
    list: () => directory.list(),
    prepare: (names) => directory.prepare(names),
    open: (name, options) => directory.open(name, options),
    rename: (from, to) => directory.rename(from, to),
    remove: (name) => directory.remove(name),
    close: () => directory.close(),
    ...(directory.verify && { verify: () => directory.verify?.() }),
    ...(directory.verifyLater && { verifyLater: async () => directory.verifyLater?.() }),
    ...(directory.renew && { renew: async () => directory.renew?.() }),
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
