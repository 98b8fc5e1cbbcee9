/** What a database is made of. */
import type { IDBDatabase, IDBIndex, IDBObjectStore } from 'idb-everywhere'
import { resultOf } from './requests.ts'

/** Paths into a value, as `createObjectStore()` takes them; null: keys lie outside of the values. */
export type KeyPath = string | readonly string[] | null

export interface IndexSchema {
  readonly name: string
  readonly keyPath: KeyPath
  readonly unique: boolean
  readonly multiEntry: boolean
  /** How many entries it has: fewer than the store has records where some have no key for it. */
  readonly count: number
}

export interface StoreSchema {
  readonly name: string
  readonly keyPath: KeyPath
  readonly autoIncrement: boolean
  readonly count: number
  readonly indexes: readonly IndexSchema[]
}

export interface Schema {
  readonly name: string
  readonly version: number
  readonly stores: readonly StoreSchema[]
}

/** Stores and indexes in the order of their names, all of one state of the database. */
export async function readSchema(database: IDBDatabase): Promise<Schema> {
  const { name, version } = database
  const names = [...database.objectStoreNames]
  if (names.length === 0) return { name, version, stores: [] }
  const transaction = database.transaction(names)
  // All are asked in the same turn: the transaction ends when it has answered what it was asked.
  const stores = await Promise.all(names.map((it) => readStore(transaction.objectStore(it))))
  return { name, version, stores }
}

async function readStore(store: IDBObjectStore): Promise<StoreSchema> {
  const { name, keyPath, autoIncrement } = store
  const counting = resultOf(store.count())
  const indexes = Promise.all([...store.indexNames].map((it) => readIndex(store.index(it))))
  return { name, keyPath, autoIncrement, count: await counting, indexes: await indexes }
}

async function readIndex(index: IDBIndex): Promise<IndexSchema> {
  const { name, keyPath, unique, multiEntry } = index
  return { name, keyPath, unique, multiEntry, count: await resultOf(index.count()) }
}
