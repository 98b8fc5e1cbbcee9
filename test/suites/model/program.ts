/** Programs: what is done to the databases, as data. Every part of a program is a program, so that one can be shrunk. */
import type { Key } from '../../kit/reference-keys.ts'

/** The object stores there may be. `id` is the key path of those with in-line keys. */
export const storeKinds = {
  outside: { keyPath: null, autoIncrement: false },
  counted: { keyPath: null, autoIncrement: true },
  inside: { keyPath: 'id', autoIncrement: false },
  injected: { keyPath: 'id', autoIncrement: true },
} as const

/** The indexes a store may have. */
export const indexKinds = {
  tag: { keyPath: 'tag', unique: false, multiEntry: false },
  tags: { keyPath: 'tags', unique: false, multiEntry: true },
  only: { keyPath: 'only', unique: true, multiEntry: false },
  pair: { keyPath: ['tag', 'number'], unique: false, multiEntry: false },
}

export type StoreName = keyof typeof storeKinds
export type IndexName = keyof typeof indexKinds

/** A value, without its in-line key. Undefined properties are left out of what is stored. */
export interface Fields {
  readonly tag?: Key | null
  readonly tags: readonly (Key | null)[]
  readonly only?: Key
  readonly number: number
  /** The length of a text that is stored, too: in its record, beside it, or over several pages. */
  readonly bodyLength: number
}

/** Both ends included; null: none. */
export interface Range {
  readonly lower: Key | null
  readonly upper: Key | null
}

/** What a cursor does where it is. */
export interface Visit {
  readonly write: null | 'delete' | Fields
  readonly move: 'continue' | { readonly advance: number } | { readonly to: Key }
}

/** Where something is looked for. */
export interface Source {
  readonly store: StoreName
  readonly index: IndexName | null
}

/** One request, or a cursor's run. What is aimed at a store or an index that is not there is left out. */
export type Request = Source &
  (
    | {
        readonly do: 'put' | 'add'
        readonly index: null
        /** null: from the key generator, where there is one. */
        readonly key: Key | null
        readonly fields: Fields
      }
    | { readonly do: 'delete'; readonly index: null; readonly range: Range }
    | { readonly do: 'clear'; readonly index: null }
    | { readonly do: 'get' | 'getKey' | 'count'; readonly range: Range }
    | {
        readonly do: 'getAll' | 'getAllKeys' | 'getAllRecords'
        readonly range: Range
        readonly limit: number
        readonly direction: IDBCursorDirection
      }
    | {
        readonly do: 'openCursor' | 'openKeyCursor'
        readonly range: Range
        readonly direction: IDBCursorDirection
        /** The number after which it stops. */
        readonly visits: readonly Visit[]
      }
  )

/** One step. */
export type Step =
  | {
      readonly do: 'transaction'
      readonly requests: readonly Request[]
      readonly durability: IDBTransactionDurability
      /** It is aborted in the end. */
      readonly isAborted: boolean
      /** It begins at once, while those before it may still run. */
      readonly isEarly: boolean
    }
  | {
      readonly do: 'upgrade'
      /** Makes what is not there, deletes what is; an index of null stands for the store. */
      readonly toggles: readonly Source[]
      readonly isAborted: boolean
    }
  | { readonly do: 'deleteDatabase' }
  /** Everything is compared and checked, in files that are closed and opened again. */
  | { readonly do: 'reopen' }

/** A program. */
export type Program = readonly Step[]
