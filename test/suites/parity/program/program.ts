/**
 * A program over the IndexedDB API as plain JSON: what the generator makes, the interpreter runs and the shrinker cuts.
 *
 * What the specification leaves open must not show in a trace. So a program is a list of rounds. A round's steps run
 * synchronously, one after the other; the round ends when every open request and every transaction it started has
 * ended. Transactions are therefore made in an order that is given, and their isolation fixes what each of them sees,
 * whichever run side by side. Their events go to a stream of their own, since only their order within a transaction is
 * specified. In a `parallel` round a transaction's listeners work on their own transaction only; in a `chain` round,
 * which has one step per database, they may start further transactions and close the connection.
 */
export interface Program {
  /** Whether capturing listeners, too, write to the trace. */
  readonly capture: boolean
  readonly rounds: readonly Round[]
}

export interface Round {
  readonly kind: 'parallel' | 'chain'
  readonly steps: readonly Step[]
}

/**
 * A value: a JSON primitive stands for itself, a list for what its first item names: `['array', 1, 2]`,
 * `['object', ['id', 1]]`, `['number', '-0']`, `['date', 0]`, `['bytes', 'Uint8Array', 1, 2]`, `['range', 'only', 1]`; all of
 * them are in `decode.ts`.
 */
export type Encoded = null | boolean | number | string | readonly Encoded[]

/** What a listener does in addition to writing to the trace. */
export type Reaction = 'nothing' | 'prevent' | 'stop' | 'throw' | 'prevent and throw'

/** What a connection does about a versionchange event. A connection that still blocks when `blocked` fires is closed then. */
export type VersionChangeReaction = 'nothing' | 'close' | 'throw' | 'close and throw'

export type Step =
  | OpenStep
  | { readonly do: 'delete'; readonly db: number; readonly blocked?: 'now' | 'later' }
  | { readonly do: 'close'; readonly db: number; readonly connection: number }
  | TransactionStep
  /** More operations of any transaction of the database so far, finished ones included. */
  | {
      readonly do: 'more'
      readonly db: number
      readonly transaction: number
      readonly ops: readonly Op[]
    }
  | CompareStep

export interface CompareStep {
  readonly do: 'compare'
  readonly a: Encoded
  readonly b: Encoded
}

export interface OpenStep {
  readonly do: 'open'
  readonly db: number
  readonly version?: Encoded
  readonly upgrade: readonly Op[]
  /** Run when the upgrade transaction has completed or aborted. */
  readonly ended?: readonly Op[]
  readonly success: readonly Op[]
  /** When connections in the way are closed. */
  readonly blocked?: 'now' | 'later'
  readonly versionchange?: VersionChangeReaction
  /** Of the upgrade transaction, the connection and the request, to error events. */
  readonly transactionError?: Reaction
  readonly connectionError?: Reaction
  readonly requestError?: Reaction
}

export interface TransactionStep {
  readonly do: 'transaction'
  readonly db: number
  /** Counts the connections of the database so far, modulo their number. */
  readonly connection: number
  readonly stores: Encoded
  readonly mode?: Encoded
  readonly options?: Encoded
  readonly ops: readonly Op[]
  /** Run when it has completed or aborted. */
  readonly ended?: readonly Op[]
  readonly transactionError?: Reaction
}

/** An operation within a transaction. */
export type Op =
  | RequestOp
  | CursorOp
  | SchemaOp
  | {
      readonly do: 'abort' | 'commit' | 'throw' | 'prevent' | 'stop' | 'close' | 'inspect' | 'peek'
    }
  /** Runs the operations in a microtask, where the transaction is still active. */
  | { readonly do: 'microtask'; readonly ops: readonly Op[] }
  /** Another transaction on the same connection, where the round allows it. */
  | Omit<TransactionStep, 'db' | 'connection'>

export interface Listeners {
  readonly success?: readonly Op[]
  readonly error?: readonly Op[]
}

export interface RequestOp extends Listeners {
  readonly do: 'request'
  readonly store: string
  /** Calls the method on this index instead. */
  readonly index?: string
  readonly method: string
  readonly args: readonly Encoded[]
  /** Uses the handle that the transaction got first under this name, though it may be gone since. */
  readonly stale?: boolean
  /** For a cursor: what to do at each position, one list after the other. */
  readonly positions?: readonly (readonly Op[])[]
}

/** Works on the cursor whose event is being handled, or was last handled above. */
export interface CursorOp extends Listeners {
  readonly do: 'cursor'
  readonly method: 'continue' | 'advance' | 'continuePrimaryKey' | 'update' | 'delete'
  readonly args: readonly Encoded[]
}

export type SchemaOp =
  | { readonly do: 'createObjectStore'; readonly store: string; readonly options: Encoded }
  | { readonly do: 'deleteObjectStore'; readonly store: string }
  | {
      readonly do: 'createIndex'
      readonly store: string
      readonly index: string
      readonly keyPath: Encoded
      readonly options: Encoded
    }
  | { readonly do: 'deleteIndex'; readonly store: string; readonly index: string }
  | { readonly do: 'renameObjectStore'; readonly store: string; readonly name: string }
  | {
      readonly do: 'renameIndex'
      readonly store: string
      readonly index: string
      readonly name: string
    }

/** What a run wrote: a list of lines for each stream. */
export interface Trace {
  readonly streams: Readonly<Record<string, readonly string[]>>
  /** How many operations and steps were performed. */
  readonly operations: number
}
