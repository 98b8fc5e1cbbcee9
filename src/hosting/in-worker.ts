/** A host in a worker, which this thread starts at the first use. */
import { isA } from '../base/thrown.ts'
import {
  exceptionOf,
  factsOfMisuse,
  type Failure,
  failure,
  failureOf,
  inPlace,
  reasonOf,
  StorageError,
} from '../errors.ts'
import { DeferredRequest } from './deferred-request.ts'
import { checkedAnswer } from './check-answer.ts'
import { connectHost, nonsense } from '../port/client.ts'
import { complaintOf, Malformed } from '../port/malformed.ts'
import type {
  ClosableHost,
  DeleteListener,
  Host,
  HostRequest,
  OpenListener,
  Receiver,
} from '../protocol/protocol.ts'
import { type Settings, hostSettingsOf } from '../options/options.ts'
import type { Platform } from './platform.ts'
import { RelayedPort } from '../port/relayed-port.ts'
import type { Sharing } from './registry.ts'
import { allowWebAssembly } from '../base/stack-room.ts'
import { warningOf } from '../options/warning.ts'
import type { StartedWorker, WorkerAnswer, WorkerListener } from './worker-messages.ts'

/** Captured at load: a test may replace it. */
const { random } = Math

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

  /** A worker that this package has started can be replaced by another; the user's own cannot. */
  #lose(reason: Failure): void {
    const { worker } = this.#settings
    if (typeof worker === 'object' && 'postMessage' in worker) this.#lostFor = reason
  }

  #forget(worker: HostingWorker): void {
    if (this.#running !== worker) return
    this.#running = null
    this.#starting = null
  }
}

/** How a worker ends. */
interface WorkerEvents {
  /** It no longer hosts. */
  gone(): void
  /** Called before `gone` if it has ended by itself. */
  lost(reason: Failure): void
}

/** A worker, from its start to its end. */
class HostingWorker {
  readonly host: Host
  /** Rejects when it cannot be started. */
  readonly ready: Promise<void>
  /** Differs from the ids of other copies of this module that use the same worker. */
  readonly #id = random()
  readonly #worker: StartedWorker
  readonly #port: RelayedPort
  readonly #settings: Settings
  readonly #events: WorkerEvents
  #isReady = false
  #isEnding = false
  #waiting: PromiseWithResolvers<void>

  constructor(settings: Settings, platform: Platform, events: WorkerEvents) {
    this.#settings = settings
    this.#events = events
    this.#waiting = withResolvers()
    this.ready = this.#waiting.promise
    // `false` has been dealt with before.
    const choice = settings.worker === false ? true : settings.worker
    const hear: WorkerListener = {
      answered: (answer) => this.#answered(answer),
      failed: (reason) => this.#ended(reason),
    }
    this.#worker = startedWorker(() => platform.startWorker(choice, hear))
    const worker = this.#worker
    this.#port = new RelayedPort({
      post: (message, transfer) =>
        worker.post({ 'idb-everywhere': 'call', id: this.#id, message }, transfer),
      ref: () => worker.ref(),
      unref: () => worker.unref(),
    })
    this.host = connectHost(this.#port, {
      presence: platform.presence,
      place: { path: settings.path },
      gone: (reason) => this.#lost(reason),
    })
    // The process stays until the host is ready.
    worker.ref()
    void this.#begin()
  }

  /** To be called when nothing is open in it. */
  async close(): Promise<void> {
    this.#waiting = withResolvers()
    this.#worker.ref()
    this.#worker.post({ 'idb-everywhere': 'stop', id: this.#id }, [])
    try {
      await this.#waiting.promise
    } finally {
      this.#end()
    }
  }

  async #begin(): Promise<void> {
    try {
      const wasm = (await (this.#settings.wasm ?? this.#worker.wasm)) ?? null
      const start = { id: this.#id, settings: hostSettingsOf(this.#settings), wasm }
      this.#worker.post({ 'idb-everywhere': 'start', ...start }, [])
    } catch (error) {
      this.#failed(startFailure(error))
    }
  }

  #answered(answer: WorkerAnswer): void {
    if (answer.id !== this.#id) return
    try {
      this.#receive(checkedAnswer(answer))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.#lost(nonsense(complaintOf(error)))
    }
  }

  #receive(answer: WorkerAnswer): void {
    switch (answer['idb-everywhere']) {
      case 'answer':
        return this.#port.received(answer.message)
      case 'ready':
        // Where the worker's policy allows it, so must this thread's: see docs/browsers.md.
        allowWebAssembly()
        this.#isReady = true
        this.#worker.unref()
        return this.#waiting.resolve()
      case 'warning':
        return this.#settings.onWarning(warningOf(answer.warning))
      case 'stopped':
        return this.#stopped(answer.failure)
      case 'failed':
        return this.#failed(answer.failure)
    }
  }

  #stopped(reason: Failure | null): void {
    if (reason) this.#waiting.reject(exceptionOf(reason))
    else this.#waiting.resolve()
  }

  /** It has ended by itself, or has sent what this package does not send. */
  #lost(reason: Failure): void {
    if (this.#isEnding) return
    this.#events.lost(reason)
    this.#failed(reason)
  }

  #failed(reason: Failure): void {
    const placed = inPlace(reason, { path: this.#settings.path })
    this.#waiting.reject(exceptionOf(placed))
    this.#events.gone()
    this.#end(placed)
  }

  /** The worker has, or could not be started. */
  #ended(reason: string): void {
    if (this.#isReady) this.#lost(failure('UnknownError', reason, { code: 'ERR_IDB_OWNER_LOST' }))
    else this.#failed(failure('UnknownError', reason, { code: 'ERR_IDB_WORKER' }))
  }

  /** On both sides. `reason`: why what is under way fails. */
  #end(reason?: Failure): void {
    this.#isEnding = true
    this.#worker.post({ 'idb-everywhere': 'leave', id: this.#id }, [])
    this.#port.closed(reason)
    this.#worker.end()
    // The user's own worker goes on, but must not keep the process alive for this host.
    this.#worker.unref()
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

/** `Promise.withResolvers`, which the oldest runtimes lack; a rejection without a reaction is not reported. */
function withResolvers(): PromiseWithResolvers<void> {
  let resolve!: () => void
  let reject!: (error: unknown) => void
  const promise = new Promise<void>((...functions) => ([resolve, reject] = functions))
  promise.catch(() => {})
  return { promise, resolve, reject }
}

/** @throws UnknownError where it can be seen at once that it cannot be started */
function startedWorker(start: () => StartedWorker): StartedWorker {
  try {
    return start()
  } catch (error) {
    throw exceptionOf(startFailure(error))
  }
}

/** Why a worker could not be started, or its engine not be loaded. */
function startFailure(error: unknown): Failure {
  if (isA(error, StorageError) || factsOfMisuse(error)) return failureOf(error)
  return failure('UnknownError', reasonOf(error) ?? 'It could not be started', {
    code: 'ERR_IDB_WORKER',
  })
}
