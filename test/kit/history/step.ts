/** The steps of a history: what each does, as data, and what it does to the model. */
import type { DatabaseState, IndexState, Key, State, StoreState, Value } from './state.ts'

/** A change of records. */
export type RecordChange =
  | {
      readonly type: 'put'
      readonly store: string
      /** null: from the key generator. */
      readonly key: Key | null
      readonly value: Value
    }
  /** Both ends included. */
  | { readonly type: 'delete'; readonly store: string; readonly from: Key; readonly to: Key }
  | { readonly type: 'clear'; readonly store: string }

/** A change of the schema. */
export type SchemaChange =
  | { readonly type: 'createStore'; readonly store: string; readonly autoIncrement: boolean }
  | { readonly type: 'deleteStore'; readonly store: string }
  | {
      readonly type: 'createIndex'
      readonly store: string
      readonly index: string
      readonly definition: IndexState
    }
  | { readonly type: 'deleteIndex'; readonly store: string; readonly index: string }

/** One step; it has happened as a whole or not at all. */
export type Step =
  | {
      readonly type: 'transaction'
      readonly database: string
      readonly durability: 'strict' | 'relaxed'
      readonly changes: readonly RecordChange[]
      /** It is aborted in the end. */
      readonly isAborted: boolean
    }
  | {
      readonly type: 'upgrade'
      readonly database: string
      readonly version: number
      readonly schemaChanges: readonly SchemaChange[]
      readonly changes: readonly RecordChange[]
    }
  | { readonly type: 'deleteDatabase'; readonly database: string }

/** The state after the step. */
export function applyStep(state: State, step: Step): State {
  const databases = new Map(state)
  if (step.type === 'deleteDatabase') {
    databases.delete(step.database)
    return databases
  }
  if (step.type === 'transaction' && step.isAborted) return state
  const before = state.get(step.database) ?? { version: 0, stores: new Map() }
  const stores = new Map(before.stores)
  if (step.type === 'upgrade') {
    for (const change of step.schemaChanges) applySchemaChange(stores, change)
  }
  for (const change of step.changes) applyRecordChange(stores, change)
  const version = step.type === 'upgrade' ? step.version : before.version
  const after: DatabaseState = { version, stores }
  return databases.set(step.database, after)
}

function applySchemaChange(stores: Map<string, StoreState>, change: SchemaChange): void {
  if (change.type === 'deleteStore') {
    stores.delete(change.store)
    return
  }
  if (change.type === 'createStore') {
    const currentNumber = change.autoIncrement ? 1 : null
    stores.set(change.store, { currentNumber, indexes: new Map(), records: new Map() })
    return
  }
  const store = existing(stores, change.store)
  const indexes = new Map(store.indexes)
  if (change.type === 'createIndex') indexes.set(change.index, change.definition)
  else indexes.delete(change.index)
  stores.set(change.store, { ...store, indexes })
}

function applyRecordChange(stores: Map<string, StoreState>, change: RecordChange): void {
  const store = existing(stores, change.store)
  const records = new Map(change.type === 'clear' ? [] : store.records)
  let { currentNumber } = store
  if (change.type === 'delete') {
    for (const key of records.keys()) if (isBetween(key, change)) records.delete(key)
  }
  if (change.type === 'put') {
    const key = change.key ?? currentNumber
    if (key === null) throw new Error(`Store "${change.store}" has no key generator`)
    records.set(key, change.value)
    if (currentNumber !== null && typeof key === 'number' && key >= currentNumber) {
      currentNumber = Math.floor(key) + 1
    }
  }
  stores.set(change.store, { ...store, records, currentNumber })
}

/** Ranges do not mix numbers and strings. */
function isBetween(key: Key, { from, to }: { from: Key; to: Key }): boolean {
  return typeof key === typeof from && key >= from && key <= to
}

function existing(stores: Map<string, StoreState>, name: string): StoreState {
  const store = stores.get(name)
  if (!store) throw new Error(`There is no store "${name}"`)
  return store
}
