/** A host in a worker, which this thread starts at the first use. */
import { exceptionOf, type Failure } from '../errors.ts'
import { HostingWorker, isReplaceable } from './hosting-worker.ts'
import { AwaitedHost } from './late/awaited-host.ts'
import type { Settings } from '../options/options.ts'
import type { Platform } from './platform.ts'
import type { Sharing } from './sharing.ts'

/** How hosts in workers are made. When its worker ends or is closed, the next use of a host starts another. */
export function workerHosts(platform: Platform): Sharing {
  return {
    make: (settings) => ({
      host: new AwaitedHost(new WorkerStart(settings, platform)),
      giveBack: () => {},
    }),
  }
}

/** Starts workers, one after another. */
class WorkerStart {
  readonly path: string
  readonly #settings: Settings
  readonly #platform: Platform
  /** Why the user's own worker no longer answers; null while it may. */
  #lostFor: Failure | null = null

  constructor(settings: Settings, platform: Platform) {
    this.path = settings.path
    this.#settings = settings
    this.#platform = platform
  }

  async start(gone: () => void): Promise<HostingWorker> {
    if (this.#lostFor) throw exceptionOf(this.#lostFor)
    const worker = new HostingWorker(this.#settings, this.#platform, {
      gone,
      lost: (reason) => this.#lose(reason),
    })
    await worker.ready
    return worker
  }

  close(worker: HostingWorker): Promise<void> {
    return worker.close()
  }

  #lose(reason: Failure): void {
    if (!isReplaceable(this.#settings)) this.#lostFor = reason
  }
}
