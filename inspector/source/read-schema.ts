/** What a database is made of. */
import { resultOf } from './requests.ts'
import type { IndexSchema, KeyPath, Schema, StoreSchema } from './source.ts'

export async function readSchema(connection: IDBDatabase): Promise<Schema> {
  const { name, version } = connection
  const storeNames = [...connection.objectStoreNames]
  if (storeNames.length === 0) return { name, version, stores: [] }
  const transaction = connection.transaction(storeNames)
  // All are asked for in the same turn: the transaction ends when it has answered what it was asked.
  const stores = await Promise.all(storeNames.map((it) => readStore(transaction.objectStore(it))))
  return { name, version, stores }
}

async function readStore(store: IDBObjectStore): Promise<StoreSchema> {
  const { name, keyPath, autoIncrement } = store
  const indexes = [...store.indexNames].map((it) => readIndex(store.index(it)))
  const count = await resultOf(store.count())
  return { name, keyPath: keyPath as KeyPath, autoIncrement, count, indexes }
}

function readIndex({ name, keyPath, unique, multiEntry }: IDBIndex): IndexSchema {
  return { name, keyPath: keyPath as KeyPath, unique, multiEntry }
}
