/** What a database is made of. */
import type { IndexSchema, KeyPath, Schema, StoreSchema } from './source.ts'

export function readSchema(connection: IDBDatabase): Schema {
  const { name, version } = connection
  const storeNames = [...connection.objectStoreNames]
  if (storeNames.length === 0) return { name, version, stores: [] }
  const transaction = connection.transaction(storeNames)
  const stores = storeNames.map((it) => readStore(transaction.objectStore(it)))
  return { name, version, stores }
}

function readStore(store: IDBObjectStore): StoreSchema {
  const { name, keyPath, autoIncrement } = store
  const indexes = [...store.indexNames].map((it) => readIndex(store.index(it)))
  return { name, keyPath: keyPath as KeyPath, autoIncrement, indexes }
}

function readIndex({ name, keyPath, unique, multiEntry }: IDBIndex): IndexSchema {
  return { name, keyPath: keyPath as KeyPath, unique, multiEntry }
}
