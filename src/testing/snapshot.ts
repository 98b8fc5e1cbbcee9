/** What is in all databases of a factory, as plain data to assert on. */
import type { IDBFactory, IDBIndex, IDBObjectStore, IDBRequest } from '../api/global/interfaces.ts'
import { optionError } from '../errors.ts'
import { describeValue } from '../base/describe-value.ts'

/** Database name → what it holds. */
export type Snapshot = Record<string, DatabaseSnapshot>

export interface DatabaseSnapshot {
  readonly version: number
  /** Object store name → what it holds. */
  readonly stores: Record<string, StoreSnapshot>
}

export interface StoreSnapshot {
  readonly keyPath: string | readonly string[] | null
  readonly autoIncrement: boolean
  /** Index name → how it is defined. */
  readonly indexes: Record<string, IndexSnapshot>
  /** In the order of their keys. */
  readonly records: readonly { readonly key: unknown; readonly value: unknown }[]
}

export interface IndexSnapshot {
  readonly keyPath: string | readonly string[]
  readonly unique: boolean
  readonly multiEntry: boolean
}

/**
 * Reads everything, each database in one transaction, so that what is read of it is one state it was in. As that takes an
 * ordinary connection, it waits for upgrades and for transactions that write.
 */
export async function snapshot(indexedDB: IDBFactory): Promise<Snapshot> {
  if (typeof (Object(indexedDB) as Partial<IDBFactory>).databases !== 'function') {
    const got = describeValue(indexedDB)
    throw optionError('indexedDB', `snapshot(indexedDB) needs an IDBFactory, got ${got}`)
  }
  const result: Snapshot = {}
  for (const { name } of await indexedDB.databases()) {
    if (name !== undefined) result[name] = await readDatabase(indexedDB, name)
  }
  return result
}

async function readDatabase(factory: IDBFactory, name: string): Promise<DatabaseSnapshot> {
  const database = await resultOf(factory.open(name))
  try {
    const { version } = database
    const names = Array.from(database.objectStoreNames)
    if (names.length === 0) return { version, stores: {} }
    const transaction = database.transaction(names)
    const read = names.map(async (store) => [
      store,
      await readStore(transaction.objectStore(store)),
    ])
    return { version, stores: Object.fromEntries(await Promise.all(read)) }
  } finally {
    database.close()
  }
}

async function readStore(store: IDBObjectStore): Promise<StoreSnapshot> {
  const { keyPath, autoIncrement } = store
  const names = Array.from(store.indexNames)
  const indexes = names.map((name) => [name, describeIndex(store.index(name))])
  const [keys, values] = await Promise.all([resultOf(store.getAllKeys()), resultOf(store.getAll())])
  const records = keys.map((key, i) => ({ key, value: values[i] }))
  return { keyPath, autoIncrement, indexes: Object.fromEntries(indexes), records }
}

function describeIndex({ keyPath, unique, multiEntry }: IDBIndex): IndexSnapshot {
  return { keyPath, unique, multiEntry }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
