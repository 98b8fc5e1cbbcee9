/**
 * What a thread and the worker that hosts for it say to each other. They talk by the worker's own channel: a port that is sent to a
 * worker is slower, in Firefox ten times, since its messages go by way of another process.
 */
import type { Failure } from '../errors.ts'
import type { HostSettings } from '../options/options.ts'
import type { WarningData } from '../options/warning.ts'

/**
 * To the worker. The key tells these messages from others that a user's own worker may get; `id` tells the hosts apart that such
 * a worker may have.
 */
export type WorkerCall =
  | {
      readonly 'idb-everywhere': 'start'
      readonly id: number
      readonly settings: HostSettings
      /** The compiled engine, for workers that cannot find it; null: the worker loads it itself. */
      readonly wasm: WebAssembly.Module | null
    }
  /** A message of the host protocol, from `connectHost` to `serve`. */
  | { readonly 'idb-everywhere': 'call'; readonly id: number; readonly message: unknown }
  /** Closes the directory for good. */
  | { readonly 'idb-everywhere': 'stop'; readonly id: number }
  /** Nothing more comes under that id. */
  | { readonly 'idb-everywhere': 'leave'; readonly id: number }

/** From the worker. */
export type WorkerAnswer =
  | { readonly 'idb-everywhere': 'ready'; readonly id: number }
  /** A message of the host protocol, from `serve` to `connectHost`. */
  | { readonly 'idb-everywhere': 'answer'; readonly id: number; readonly message: unknown }
  /** Something for the owner's `onWarning`. */
  | { readonly 'idb-everywhere': 'warning'; readonly id: number; readonly warning: WarningData }
  | {
      readonly 'idb-everywhere': 'stopped'
      readonly id: number
      readonly failure: Failure | null
    }
  /** The host could not be made, or has failed in a way it does not know how to go on from. */
  | { readonly 'idb-everywhere': 'failed'; readonly id: number; readonly failure: Failure }

/** A worker from outside. */
export interface StartedWorker {
  post(call: WorkerCall, transfer: readonly Transferable[]): void
  /** The engine it has to be sent, if it cannot find it itself. */
  readonly wasm: Promise<WebAssembly.Module> | null
  /** It is not needed any more: ends it, unless it is the user's. */
  end(): void
  /** Keeps the process alive, or lets it end, while the worker runs; at first it is kept. */
  ref(): void
  unref(): void
}

/** What is heard of a worker. */
export interface WorkerListener {
  answered(answer: WorkerAnswer): void
  /** The worker could not be started, or is gone. `reason`: for people. */
  failed(reason: string): void
}

/** Whether something a worker or its owner got is one of these messages. */
export function isWorkerMessage(message: unknown): message is WorkerCall | WorkerAnswer {
  return typeof message === 'object' && message !== null && 'idb-everywhere' in message
}
