/**
 * The messages between a thread and the worker that hosts for it. They use the worker's own channel: a port sent to a worker is
 * slower, ten times in Firefox, because its messages pass through another process.
 */
import type { Failure } from '../errors.ts'
import type { KeptNote } from '../membership/browser/parting/note-box.ts'
import type { SurvivalCounts } from '../protocol/load.ts'
import type { Owning } from '../membership/peer.ts'
import type { HostSettings } from '../options/options.ts'
import type { WarningData } from '../options/warning.ts'

/**
 * To the worker. The key distinguishes these messages from others that a user's own worker may get; `id` distinguishes the hosts
 * in such a worker.
 */
export type WorkerCall =
  /** It opens the directory at its first use. */
  | ({ readonly 'idb-everywhere': 'start'; readonly id: number } & ToStart)
  /** It waits in line for the directory, shares it, and hosts once it is told to by `own`. */
  | ({ readonly 'idb-everywhere': 'stand'; readonly id: number } & ToStart)
  /** A message of the host protocol, from `connectHost` to `serve`. */
  | { readonly 'idb-everywhere': 'call'; readonly id: number; readonly message: unknown }
  /** The engine that was to come; null: the worker loads it itself after all. */
  | {
      readonly 'idb-everywhere': 'engine'
      readonly id: number
      readonly wasm: WebAssembly.Module | null
    }
  /** It owns the directory, and is to serve. */
  | {
      readonly 'idb-everywhere': 'own'
      readonly id: number
      readonly client: string
      readonly returning: Owning['returning']
      /** To be executed first, see `membership/browser/parting/`. */
      readonly notes: readonly KeptNote[]
    }
  /** See `FoundOwn`. */
  | { readonly 'idb-everywhere': 'recovered'; readonly id: number }
  | {
      readonly 'idb-everywhere': 'tally'
      readonly id: number
      readonly counts: Readonly<SurvivalCounts>
    }
  /** The line to the broker that it wanted; null: there is none. */
  | { readonly 'idb-everywhere': 'broker'; readonly id: number; readonly line: MessagePort | null }
  /** Closes the directory. */
  | { readonly 'idb-everywhere': 'stop'; readonly id: number; readonly isCutOff: boolean }
  /** No more messages have that id. */
  | { readonly 'idb-everywhere': 'leave'; readonly id: number }

/** What a worker that is to host needs. */
interface ToStart {
  readonly settings: HostSettings
  /** The compiled engine, for workers that cannot find it; null: the worker loads it itself; `coming`: a message brings it. */
  readonly wasm: WebAssembly.Module | 'coming' | null
}

/** From the worker. */
export type WorkerAnswer =
  | { readonly 'idb-everywhere': 'ready'; readonly id: number }
  /** It has begun to wait for the directory. `life`: the id of the lock that it has until it ends, see `membership/browser/`. */
  | { readonly 'idb-everywhere': 'standing'; readonly id: number; readonly life: string }
  /** It has got the directory that it waited for. */
  | { readonly 'idb-everywhere': 'owned'; readonly id: number }
  /** Who is served there. */
  | {
      readonly 'idb-everywhere': 'clients'
      readonly id: number
      readonly clients: readonly string[]
    }
  /** It wants a line to the broker, which it cannot start itself. */
  | { readonly 'idb-everywhere': 'brokerWanted'; readonly id: number }
  /** A message of the host protocol, from `serve` to `connectHost`. */
  | { readonly 'idb-everywhere': 'answer'; readonly id: number; readonly message: unknown }
  /** Something for the owner's `onWarning`. */
  | { readonly 'idb-everywhere': 'warning'; readonly id: number; readonly warning: WarningData }
  | {
      readonly 'idb-everywhere': 'stopped'
      readonly id: number
      readonly failure: Failure | null
    }
  /** The host could not be made, or has failed and cannot go on. */
  | { readonly 'idb-everywhere': 'failed'; readonly id: number; readonly failure: Failure }

/** A worker, as the thread that has started it sees it. */
export interface StartedWorker {
  post(call: WorkerCall, transfer: readonly Transferable[]): void
  /** The engine to be sent to it, if it cannot find it itself. */
  readonly wasm: Promise<WebAssembly.Module> | null
  /** Compiles the engine while the worker's script is still loading, and gives null where that fails; null: the worker had better. */
  readonly engineAhead: (() => Promise<WebAssembly.Module | null>) | null
  /** It is not needed any more: ends it, unless it is the user's. */
  end(): void
  /** Keeps the process alive, or lets it end, while the worker runs; at first it is kept. */
  ref(): void
  unref(): void
}

/** Listens to a worker. */
export interface WorkerListener {
  answered(answer: WorkerAnswer): void
  /** The worker could not be started, or has ended. `reason`: for people. */
  failed(reason: string): void
}

/** Whether a message that a worker or its owner got is one of these. */
export function isWorkerMessage(message: unknown): message is WorkerCall | WorkerAnswer {
  return typeof message === 'object' && message !== null && 'idb-everywhere' in message
}
