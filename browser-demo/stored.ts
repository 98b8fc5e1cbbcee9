/** Reading what a database holds, by the standard API alone. */
import { openExisting, resultOf } from './requests.ts'

/** A database as the catalogue has it. */
export interface StoredDatabase {
  readonly name: string
  readonly version: number
  readonly stores: readonly StoredObjectStore[]
}

/** An object store or an index, with the number of its records. */
export interface Source {
  readonly name: string
  readonly keyPath: string | readonly string[] | null
  readonly recordCount: number
}

export interface StoredObjectStore extends Source {
  readonly autoIncrement: boolean
  readonly indexes: readonly StoredIndex[]
}

export interface StoredIndex extends Source {
  readonly unique: boolean
  readonly multiEntry: boolean
}

export interface StoredRecord {
  readonly key: IDBValidKey
  /** The same as the key in an object store. */
  readonly primaryKey: IDBValidKey
  readonly value: unknown
}

/** Which source of a database; `index` null means the object store itself. */
export interface SourceName {
  readonly store: string
  readonly index: string | null
}

/** The databases whose names begin with `prefix`, with all that is known about them but the records. */
export async function readDatabases(
  indexedDB: IDBFactory,
  prefix: string,
): Promise<StoredDatabase[]> {
  const found: StoredDatabase[] = []
  for (const { name } of await indexedDB.databases()) {
    if (name?.startsWith(prefix)) found.push(await readDatabase(indexedDB, name))
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** One database, all but its records. */
export function readDatabase(indexedDB: IDBFactory, name: string): Promise<StoredDatabase> {
  return connected(indexedDB, name, async (connection) => {
    const storeNames = [...connection.objectStoreNames]
    const stores: StoredObjectStore[] = []
    if (storeNames.length > 0) {
      const transaction = connection.transaction(storeNames)
      for (const it of storeNames) stores.push(await readStore(transaction.objectStore(it)))
    }
    return { name, version: connection.version, stores }
  })
}

async function readStore(store: IDBObjectStore): Promise<StoredObjectStore> {
  const indexes: StoredIndex[] = []
  for (const name of store.indexNames) {
    const index = store.index(name)
    const { keyPath, unique, multiEntry } = index
    indexes.push({ name, keyPath, unique, multiEntry, recordCount: await resultOf(index.count()) })
  }
  const { name, keyPath, autoIncrement } = store
  const recordCount = await resultOf(store.count())
  return {
    name,
    keyPath: keyPath as StoredObjectStore['keyPath'],
    autoIncrement,
    indexes,
    recordCount,
  }
}

/** At most `count` records of a source, after the first `skip`. */
export function readPage(
  indexedDB: IDBFactory,
  name: string,
  { store, index, skip, count }: SourceName & { skip: number; count: number },
): Promise<StoredRecord[]> {
  return connected(indexedDB, name, (connection) => {
    const objectStore = connection.transaction(store).objectStore(store)
    const source = index === null ? objectStore : objectStore.index(index)
    return take(source.openCursor(), { skip, count })
  })
}

/** Every record of a source. */
export function readAll(
  indexedDB: IDBFactory,
  name: string,
  source: SourceName,
): Promise<StoredRecord[]> {
  return readPage(indexedDB, name, { ...source, skip: 0, count: Infinity })
}

/** The first `count` records a cursor comes to after the first `skip`. */
function take(
  request: IDBRequest<IDBCursorWithValue | null>,
  { skip, count }: { skip: number; count: number },
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []
  let toSkip = skip
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(request.error))
    request.addEventListener('success', () => {
      const cursor = request.result
      if (cursor && toSkip > 0) {
        cursor.advance(toSkip)
        toSkip = 0
        return
      }
      if (cursor)
        records.push({ key: cursor.key, primaryKey: cursor.primaryKey, value: cursor.value })
      if (!cursor || records.length === count) return resolve(records)
      cursor.continue()
    })
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
