/** A host in a worker that this thread starts for it at the first use. */
import { failure, type Failure } from './errors.ts'
import { connectHost } from './host/port-client.ts'
import type { HostPort } from './host/port-messages.ts'
import type { DeleteListener, Host, OpenListener, Receiver } from './host/protocol.ts'
import { ref, unref } from './host/turn.ts'
import { type Settings, hostSettingsOf } from './options.ts'
import type { Platform } from './platform.ts'
import type { StartedWorker, WorkerAnswer } from './worker-messages.ts'

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
  readonly #worker: StartedWorker
  readonly #port: ClosablePort
  readonly #gone: () => void
  #waiting: PromiseWithResolvers<void>

  constructor(settings: Settings, platform: Platform, { gone }: { gone: () => void }) {
    const { port1, port2 } = new MessageChannel()
    this.#gone = gone
    this.#port = new ClosablePort(port1)
    this.host = connectHost(this.#port)
    this.#waiting = withResolvers()
    this.ready = this.#waiting.promise
    // `false` has been dealt with before.
    const choice = settings.worker === false ? true : settings.worker
    this.#worker = platform.startWorker(choice, {
      answered: (answer) => this.#answered(answer),
      failed: (reason) => this.#failed(reason),
    })
    void this.#begin(settings, port2)
  }

  async close(): Promise<void> {
    await this.host.close()
    this.#waiting = withResolvers()
    this.#worker.ref()
    this.#worker.post({ 'idb-everywhere': 'stop' }, [])
    try {
      await this.#waiting.promise
    } finally {
      this.#port.close()
      this.#worker.end()
    }
  }

  async #begin(settings: Settings, port: MessagePort): Promise<void> {
    try {
      const wasm = (await this.#worker.wasm) ?? null
      const start = { settings: hostSettingsOf(settings), port, wasm }
      this.#worker.post({ 'idb-everywhere': 'start', ...start }, [port])
    } catch (error) {
      this.#failed(messageOf(error))
    }
  }

  #answered(answer: WorkerAnswer): void {
    if (answer['idb-everywhere'] === 'ready') {
      this.#worker.unref()
      return this.#waiting.resolve()
    }
    const { failure: reason } = answer
    if (reason) this.#waiting.reject(new Error(`${reason.message}: ${reason.detail}`))
    else this.#waiting.resolve()
  }

  #failed(reason: string): void {
    this.#waiting.reject(new Error(reason))
    this.#gone()
    this.#port.close()
    this.#worker.end()
  }
}

/** A port that tells its own side, too, when it is closed: platforms tell the other side only, and not all of them do. */
class ClosablePort implements HostPort {
  readonly #port: MessagePort
  readonly #closed: (() => void)[] = []

  constructor(port: MessagePort) {
    this.#port = port
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.#port.postMessage(message, transfer)
  }

  addEventListener(
    type: 'message' | 'messageerror' | 'close',
    listener: (event: { readonly data?: unknown }) => void,
  ): void {
    if (type === 'close') this.#closed.push(() => listener({}))
    else this.#port.addEventListener(type, listener)
  }

  start(): void {
    this.#port.start()
  }

  ref(): void {
    ref(this.#port)
  }

  unref(): void {
    unref(this.#port)
  }

  close(): void {
    this.#port.close()
    for (const closed of this.#closed.splice(0)) closed()
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
