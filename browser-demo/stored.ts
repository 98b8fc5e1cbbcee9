/** Reading what a database holds, by the standard API alone. */
import { openExisting, walk } from './requests.ts'

/** A database, all but its records. */
interface StoredDatabase {
  readonly version: number
  readonly stores: readonly StoredObjectStore[]
}

/** An object store or an index. */
export interface Source {
  readonly name: string
  readonly keyPath: string | readonly string[] | null
}

export interface StoredObjectStore extends Source {
  readonly autoIncrement: boolean
  readonly indexes: readonly StoredIndex[]
}

interface StoredIndex extends Source {
  readonly unique: boolean
  readonly multiEntry: boolean
}

interface StoredRecord {
  readonly key: IDBValidKey
  /** The same as the key in an object store. */
  readonly primaryKey: IDBValidKey
  readonly value: unknown
}

/** Which source of a database; `index` null means the object store itself. */
interface SourceName {
  readonly store: string
  readonly index: string | null
}

/** What a database is, all but its records. */
export function readDatabase(indexedDB: IDBFactory, name: string): Promise<StoredDatabase> {
  return connected(indexedDB, name, async (connection) => {
    const { version, objectStoreNames } = connection
    if (objectStoreNames.length === 0) return { version, stores: [] }
    const transaction = connection.transaction(objectStoreNames)
    const stores = [...objectStoreNames].map((it) => describeStore(transaction.objectStore(it)))
    return { version, stores }
  })
}

function describeStore(store: IDBObjectStore): StoredObjectStore {
  const { name, autoIncrement } = store
  const indexes = [...store.indexNames].map((it): StoredIndex => {
    const { name, keyPath, unique, multiEntry } = store.index(it)
    return { name, keyPath, unique, multiEntry }
  })
  const keyPath = store.keyPath as StoredObjectStore['keyPath'] // It may be null, which the types leave out.
  return { name, keyPath, autoIncrement, indexes }
}

/** Every record of a source, in its order. */
export function readAll(
  indexedDB: IDBFactory,
  name: string,
  { store, index }: SourceName,
): Promise<StoredRecord[]> {
  return connected(indexedDB, name, async (connection) => {
    const objectStore = connection.transaction(store).objectStore(store)
    const source = index === null ? objectStore : objectStore.index(index)
    const records: StoredRecord[] = []
    await walk(source.openCursor(), ({ key, primaryKey, value }) => {
      records.push({ key, primaryKey, value })
    })
    return records
  })
}

async function connected<Result>(
  indexedDB: IDBFactory,
  name: string,
  work: (connection: IDBDatabase) => Promise<Result>,
): Promise<Result> {
  const connection = await openExisting(indexedDB, name)
  try {
    return await work(connection)
  } finally {
    connection.close()
  }
}
