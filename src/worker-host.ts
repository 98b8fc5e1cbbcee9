/** A host in a worker that this thread starts for it at the first use. */
import { failure, type Failure, textOf } from './errors.ts'
import { connectHost } from './host/port-client.ts'
import type { DeleteListener, Host, OpenListener, Receiver } from './host/protocol.ts'
import { type Settings, hostSettingsOf } from './options.ts'
import type { Platform } from './platform.ts'
import { RelayedPort } from './relayed-port.ts'
import type { StartedWorker, WorkerAnswer } from './worker-messages.ts'

/** Captured at load: a test may replace it. */
const { random } = Math

/** The host of the directory in `settings`. When its worker goes, or is closed, the next use starts another. */
export function hostInWorker(settings: Settings, platform: Platform): Host {
  return new WorkerHost(settings, platform)
}

type Databases = readonly { readonly name: string; readonly version: number }[]

class WorkerHost implements Host {
  readonly #settings: Settings
  readonly #platform: Platform
  /** null: no worker is running or being started. */
  #starting: Promise<HostingWorker> | null = null
  /** Its worker, once that has answered. */
  #running: HostingWorker | null = null
  #closing: Promise<void> = Promise.resolve()

  constructor(settings: Settings, platform: Platform) {
    this.#settings = settings
    this.#platform = platform
  }

  databases(receiver: Receiver<Databases>): void {
    this.#ask(receiver, (host) => host.databases(receiver))
  }

  open(name: string, version: number | undefined, listener: OpenListener): void {
    this.#ask(listener, (host) => host.open(name, version, listener))
  }

  delete(name: string, listener: DeleteListener): void {
    this.#ask(listener, (host) => host.delete(name, listener))
  }

  async close(): Promise<void> {
    const starting = this.#starting
    this.#forget(this.#running)
    // Whoever was waiting for a worker that could not be started has been told.
    const worker = await starting?.catch(() => null)
    if (worker) this.#closing = worker.close()
    await this.#closing
  }

  #ask(listener: { failed(reason: Failure): void }, ask: (host: Host) => void): void {
    if (this.#running) return ask(this.#running.host)
    this.#starting ??= this.#startAndNote()
    this.#starting.then(
      ({ host }) => ask(host),
      (error: unknown) => listener.failed(failure('UnknownError', messageOf(error))),
    )
  }

  #startAndNote(): Promise<HostingWorker> {
    const starting = this.#start()
    // The first to hear of it, and those who asked before right after: nobody overtakes them.
    const note = (worker: HostingWorker): void => {
      if (this.#starting === starting) this.#running = worker
    }
    starting.then(note, () => {})
    return starting
  }

  async #start(): Promise<HostingWorker> {
    try {
      await Promise.allSettled([this.#closing]) // whoever closed it has been told how that went
      const worker = new HostingWorker(this.#settings, this.#platform, {
        gone: () => this.#forget(worker),
      })
      await worker.ready
      return worker
    } catch (error) {
      this.#starting = null
      throw error
    }
  }

  #forget(worker: HostingWorker | null): void {
    if (this.#running !== worker) return
    this.#running = null
    this.#starting = null
  }
}

/** A worker, from its start to its end. */
class HostingWorker {
  readonly host: Host
  /** Rejects when it cannot be started. */
  readonly ready: Promise<void>
  /** Different from those of other copies of this module that use the same worker. */
  readonly #id = random()
  readonly #worker: StartedWorker
  readonly #port: RelayedPort
  readonly #gone: () => void
  #waiting: PromiseWithResolvers<void>

  constructor(settings: Settings, platform: Platform, { gone }: { gone: () => void }) {
    this.#gone = gone
    this.#waiting = withResolvers()
    this.ready = this.#waiting.promise
    // `false` has been dealt with before.
    const choice = settings.worker === false ? true : settings.worker
    this.#worker = platform.startWorker(choice, {
      answered: (answer) => this.#answered(answer),
      failed: (reason) => this.#failed(reason),
    })
    const worker = this.#worker
    this.#port = new RelayedPort({
      post: (message, transfer) =>
        worker.post({ 'idb-everywhere': 'call', id: this.#id, message }, transfer),
      ref: () => worker.ref(),
      unref: () => worker.unref(),
    })
    this.host = connectHost(this.#port)
    // Nothing is asked of the host yet, but that it gets ready.
    worker.ref()
    void this.#begin(settings)
  }

  async close(): Promise<void> {
    await this.host.close()
    this.#waiting = withResolvers()
    this.#worker.ref()
    this.#worker.post({ 'idb-everywhere': 'stop', id: this.#id }, [])
    try {
      await this.#waiting.promise
    } finally {
      this.#end()
    }
  }

  async #begin(settings: Settings): Promise<void> {
    try {
      const wasm = (await this.#worker.wasm) ?? null
      const start = { id: this.#id, settings: hostSettingsOf(settings), wasm }
      this.#worker.post({ 'idb-everywhere': 'start', ...start }, [])
    } catch (error) {
      this.#failed(messageOf(error))
    }
  }

  #answered(answer: WorkerAnswer): void {
    if (answer.id !== this.#id) return
    if (answer['idb-everywhere'] === 'answer') return this.#port.received(answer.message)
    if (answer['idb-everywhere'] === 'ready') {
      this.#worker.unref()
      return this.#waiting.resolve()
    }
    const { failure: reason } = answer
    if (reason) this.#waiting.reject(new Error(textOf(reason)))
    else this.#waiting.resolve()
  }

  #failed(reason: string): void {
    this.#waiting.reject(new Error(reason))
    this.#gone()
    this.#end()
  }

  /** On both sides. */
  #end(): void {
    this.#worker.post({ 'idb-everywhere': 'leave', id: this.#id }, [])
    this.#port.closed()
    this.#worker.end()
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

/** `Promise.withResolvers`, which the oldest runtimes lack; a rejection nobody waits for is no news. */
function withResolvers(): PromiseWithResolvers<void> {
  let resolve!: () => void
  let reject!: (error: unknown) => void
  const promise = new Promise<void>((...functions) => ([resolve, reject] = functions))
  promise.catch(() => {})
  return { promise, resolve, reject }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
