/** A host in a worker, which this thread starts at the first use. */
import { exceptionOf, type Failure, failureOf } from '../errors.ts'
import { DeferredRequest } from './deferred-request.ts'
import { HostingWorker, isReplaceable } from './hosting-worker.ts'
import type {
  AttachListener,
  ClosableHost,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  Host,
  HostRequest,
  OpenListener,
  Receiver,
} from '../protocol/protocol.ts'
import type { Settings } from '../options/options.ts'
import type { Platform } from './platform.ts'
import type { Sharing } from './registry.ts'

/** How hosts in workers are made. */
export function workerHosts(platform: Platform): Sharing {
  return {
    make: (settings) => ({ host: new WorkerHost(settings, platform), giveBack: () => {} }),
  }
}

type Databases = readonly { readonly name: string; readonly version: number }[]

/** When its worker ends or is closed, the next use starts another. It must not be used while it closes. */
class WorkerHost implements ClosableHost {
  readonly #settings: Settings
  readonly #platform: Platform
  /** null: no worker is running or being started. */
  #starting: Promise<HostingWorker> | null = null
  /** Its worker, once that has answered. */
  #running: HostingWorker | null = null
  /** Why the user's own worker no longer answers; null while it may. */
  #lostFor: Failure | null = null

  constructor(settings: Settings, platform: Platform) {
    this.#settings = settings
    this.#platform = platform
  }

  databases(receiver: Receiver<Databases>): void {
    this.#ask(receiver, (host) => host.databases(receiver))
  }

  open(name: string, version: number | undefined, listener: OpenListener): HostRequest {
    return this.#request(listener, (host) => host.open(name, version, listener))
  }

  delete(name: string, listener: DeleteListener): HostRequest {
    return this.#request(listener, (host) => host.delete(name, listener))
  }

  attach(
    name: string,
    version: number,
    listener: AttachListener,
    incarnation?: number | null,
  ): void {
    this.#ask(listener, (host) => host.attach(name, version, listener, incarnation))
  }

  outcomeOf(name: string, mark: CommitMark, receiver: Receiver<CommitOutcome>): void {
    this.#ask(receiver, (host) => host.outcomeOf(name, mark, receiver))
  }

  forgetMarks(client: string): void {
    this.#running?.host.forgetMarks(client)
  }

  forgetDeletion(mark: CommitMark): void {
    this.#running?.host.forgetDeletion(mark)
  }

  async close(): Promise<void> {
    const starting = this.#starting
    // If it could not be started, the requests that waited for it have failed.
    const worker = await starting?.catch(() => null)
    if (!worker || this.#starting !== starting) return
    this.#forget(worker)
    await worker.close()
  }

  #request(
    listener: { failed(reason: Failure): void },
    ask: (host: Host) => HostRequest,
  ): HostRequest {
    const request = new DeferredRequest()
    this.#ask(listener, (host) => request.passOn(() => ask(host)))
    return request
  }

  #ask(listener: { failed(reason: Failure): void }, ask: (host: Host) => void): void {
    if (this.#running) return ask(this.#running.host)
    this.#starting ??= this.#startAndNote()
    this.#starting.then(
      ({ host }) => ask(host),
      (error: unknown) => listener.failed(failureOf(error, { path: this.#settings.path })),
    )
  }

  #startAndNote(): Promise<HostingWorker> {
    const starting = this.#start()
    // This reaction comes first, and those of earlier requests right after it: no later request overtakes them.
    const note = (worker: HostingWorker): void => {
      if (this.#starting === starting) this.#running = worker
    }
    const forget = (): void => {
      if (this.#starting === starting) this.#starting = null
    }
    starting.then(note, forget)
    return starting
  }

  async #start(): Promise<HostingWorker> {
    if (this.#lostFor) throw exceptionOf(this.#lostFor)
    const worker = new HostingWorker(this.#settings, this.#platform, {
      gone: () => this.#forget(worker),
      lost: (reason) => this.#lose(reason),
    })
    await worker.ready
    return worker
  }

  #lose(reason: Failure): void {
    if (!isReplaceable(this.#settings)) this.#lostFor = reason
  }

  #forget(worker: HostingWorker): void {
    if (this.#running !== worker) return
    this.#running = null
    this.#starting = null
  }
}
