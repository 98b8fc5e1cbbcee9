/** A worker that hosts for this thread, from its start to its end. */
import { isA } from '../base/thrown.ts'
import type { SurvivalCounts } from '../protocol/load.ts'
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
import { checkedAnswer } from './check-answer.ts'
import { nonsense } from '../port/asking/reasons.ts'
import { connectHost } from '../port/client.ts'
import { afterLastWork } from '../membership/browser/worker-watch.ts'
import type { KeptNote } from '../membership/browser/parting/note-box.ts'
import { complaintOf, Malformed } from '../port/malformed.ts'
import type { Host } from '../protocol/protocol.ts'
import type { Owning } from '../membership/peer.ts'
import { type Settings, hostSettingsOf } from '../options/options.ts'
import type { Platform } from './platform.ts'
import { RelayedPort } from '../port/relayed-port.ts'
import { allowWebAssembly } from '../base/stack-room.ts'
import { warningOf } from '../options/warning.ts'
import type { StartedWorker, WorkerAnswer, WorkerListener } from './worker-messages.ts'

/** Captured at load: a test may replace it. */
const { random } = Math

/** How a worker ends. */
export interface WorkerEvents {
  /** It no longer hosts. */
  gone(): void
  /** Called before `gone` if it has ended by itself. */
  lost(reason: Failure): void
}

/** Whether a worker of these settings can be replaced by another once it has ended: the user's own cannot. */
export function isReplaceable({ worker }: Settings): boolean {
  return typeof worker !== 'object' || !('postMessage' in worker)
}

/** What is heard of a worker that shares its directory with other threads. */
export interface SharingEvents {
  /** It waits for the directory. `life`: the id of the lock that it has until it ends. */
  standing(life: string): void
  /** It has got the directory. */
  owned(): void
  /** Who is served there. */
  clients(ids: readonly string[]): void
  /** A line to the broker is wanted: see `membership/browser/`. */
  reachBroker(): MessagePort | null
}

/** What there is of a worker that shares its directory. */
interface SharingParts {
  readonly sharing?: SharingEvents | null
}

/** A worker, from its start to its end. */
export class HostingWorker {
  readonly host: Host
  /** Rejects when it cannot be started. */
  readonly ready: Promise<void>
  /** Differs from the ids of other copies of this module that use the same worker. */
  readonly #id = random()
  readonly #worker: StartedWorker
  readonly #port: RelayedPort
  readonly #settings: Settings
  readonly #events: WorkerEvents
  /** null: it serves this thread alone. */
  readonly #sharing: SharingEvents | null
  #isReady = false
  #isEnding = false
  #waiting: PromiseWithResolvers<void>

  constructor(
    settings: Settings,
    platform: Platform,
    { sharing = null, ...events }: WorkerEvents & SharingParts,
  ) {
    this.#settings = settings
    this.#events = events
    this.#sharing = sharing
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
      // One that shares has a lock of its own to be watched by.
      presence: sharing ? null : platform.presence,
      place: { path: settings.path },
      gone: (reason) => this.#lost(reason),
    })
    // The process stays until the host is ready.
    worker.ref()
    void this.#begin()
  }

  /** Has it serve; it is ready then. To be called once it owns the directory. */
  own({ client, returning }: Owning, notes: readonly KeptNote[]): void {
    const call = { 'idb-everywhere': 'own', id: this.#id, client, returning, notes } as const
    this.#worker.post(call, [])
  }

  tally(counts: Readonly<SurvivalCounts>): void {
    this.#worker.post({ 'idb-everywhere': 'tally', id: this.#id, counts }, [])
  }

  recovered(): void {
    this.#worker.post({ 'idb-everywhere': 'recovered', id: this.#id }, [])
  }

  /**
   * Has it free its locks, and ends it: what it does is cut off. A worker that is ended before it has freed its locks costs a page of
   * Firefox its place in the back/forward cache.
   */
  cutOff(): void {
    this.#isEnding = true
    this.#port.closed()
    this.#worker.post({ 'idb-everywhere': 'stop', id: this.#id, isCutOff: true }, [])
    afterLastWork(() => this.#end())
  }

  /** It has turned out to be gone: not every browser tells of that. */
  died(): void {
    const reason = 'The worker that owns the storage has ended'
    this.#lost(failure('UnknownError', reason, { code: 'ERR_IDB_OWNER_LOST' }))
  }

  /** To be called when nothing is open in it. */
  async close(): Promise<void> {
    this.#waiting = withResolvers()
    this.#worker.ref()
    this.#worker.post({ 'idb-everywhere': 'stop', id: this.#id, isCutOff: false }, [])
    try {
      await this.#waiting.promise
    } finally {
      this.#end()
    }
  }

  async #begin(): Promise<void> {
    try {
      const given = this.#settings.wasm ?? this.#worker.wasm
      const coming = given ? null : this.#worker.engineAhead?.()
      const wasm = (await given) ?? (coming ? 'coming' : null)
      const start = { id: this.#id, settings: hostSettingsOf(this.#settings), wasm }
      const type = this.#sharing ? 'stand' : 'start'
      this.#worker.post({ 'idb-everywhere': type, ...start }, [])
      if (!coming) return
      const engine = await coming
      if (!this.#isEnding)
        this.#worker.post({ 'idb-everywhere': 'engine', id: this.#id, wasm: engine }, [])
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
      case 'standing':
        return this.#sharing?.standing(answer.life)
      case 'owned':
        return this.#sharing?.owned()
      case 'clients':
        return this.#sharing?.clients(answer.clients)
      case 'brokerWanted':
        return this.#giveLine(this.#sharing?.reachBroker() ?? null)
      case 'stopped':
        return this.#stopped(answer.failure)
      case 'failed':
        return this.#failed(answer.failure)
    }
  }

  #giveLine(line: MessagePort | null): void {
    const call = { 'idb-everywhere': 'broker', id: this.#id, line } as const
    this.#worker.post(call, line ? [line] : [])
  }

  #stopped(reason: Failure | null): void {
    if (this.#isEnding) return this.#end()
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
