/** What can be observed, and what is told of it. */
import type { Key, Query } from '../requests/vocabulary.ts'

/** A record that was changed, or the keys among which some were. */
export interface RecordChange {
  /** The object store's name. */
  readonly store: string
  /**
   * What was done: `add` and `put` one record, `delete` those with a key or in a range, `clear` all. `any`: more than is told
   * one by one, among the keys of `range`.
   */
  readonly kind: 'add' | 'put' | 'delete' | 'clear' | 'any'
  /** Of one record; undefined: `range` says which. */
  readonly key: Key | undefined
  /** Of several records; null: all keys. undefined: it is one record. */
  readonly range: IDBKeyRange | null | undefined
}

/** What is observed. */
export interface ObserveOptions {
  /** The names of the object stores. Default: those that `ranges` names, else all. */
  readonly stores?: Iterable<string>
  /** Object store → the key or key range that counts, or several of them. Default: all keys. */
  readonly ranges?: Readonly<Record<string, Query | readonly Query[]>>
  /** Ends it. */
  readonly signal?: AbortSignal
}

/** What the listener is told. */
export type Observed =
  | {
      /** A transaction has committed. */
      readonly type: 'change'
      /** Whether it was one of this very connection. */
      readonly isOwn: boolean
      /** What it has changed of what is observed, in its order, store by store. */
      readonly changes: readonly RecordChange[]
    }
  /** Transactions may have committed that were not told: the owner of the directory has changed, or too much waited to be told. */
  | { readonly type: 'missed' }

/** Something that is being observed. */
export interface Observation {
  /** Ends it: the listener is not called again. */
  close(): void
}
