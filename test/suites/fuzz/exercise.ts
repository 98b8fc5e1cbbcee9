/**
 * Does to a database whose files may be spoilt what programs do: every way to read, then writes, an upgrade, a deletion.
 * Each may fail, but only as documented.
 */
import { close, createIndexedDB, IDBKeyRange } from '../../../src/index.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { resultOf } from '../../kit/promises.ts'
import { databaseName, path } from './sample-files.ts'

/** What damaged files may make requests and transactions fail with; a spoilt key path finds no key in a value. */
const documentedNames = new Set([
  'UnknownError',
  'AbortError',
  'ConstraintError',
  'DataError',
  'InvalidStateError',
  'VersionError',
  'TransactionInactiveError',
])

/** More positions of one cursor than any file here can hold. */
const mostPositions = 100_000

/** Opens the database and uses it. @throws Error for whatever is not as documented */
export async function exercise(vfs: Vfs, ifCorrupt: 'throw' | 'salvage'): Promise<void> {
  const indexedDB = createIndexedDB({ vfs, path, ifCorrupt, onWarning: checkError })
  await tolerate(() => indexedDB.databases())
  const version = await useDatabase(indexedDB, undefined, readAll)
  await useDatabase(indexedDB, undefined, writeSome)
  if (version && version < 2 ** 53 - 1) await useDatabase(indexedDB, version + 1, readAll)
  if (ifCorrupt === 'salvage') {
    await tolerate(() => resultOf(indexedDB.deleteDatabase(databaseName)))
  }
  await tolerate(() => close(indexedDB))
}

/** Opens, uses and closes; gives the version, undefined when it could not be opened. */
async function useDatabase(
  indexedDB: IDBFactory,
  version: number | undefined,
  use: (database: IDBDatabase) => Promise<void>,
): Promise<number | undefined> {
  const request = indexedDB.open(databaseName, version)
  request.onupgradeneeded = () => upgrade(request)
  const database = await tolerate(() => resultOf(request))
  if (!database) return undefined
  await use(database)
  database.close()
  return database.version
}

function upgrade({ transaction, result }: IDBOpenDBRequest): void {
  const names = [...result.objectStoreNames]
  if (!transaction || names.length === 0) return
  void tolerate(() => {
    const store = transaction.objectStore(names[0] ?? '')
    for (const name of [...store.indexNames].slice(1)) store.deleteIndex(name)
    store.createIndex('new', 'number')
    if (names[1] !== undefined) result.deleteObjectStore(names[1])
  })
}

async function readAll(database: IDBDatabase): Promise<void> {
  for (const name of database.objectStoreNames) {
    await eachSource(database, name, async (source) => {
      await tolerate(() => resultOf(source.getAll()))
      await tolerate(() => resultOf(source.count()))
    })
    await eachSource(database, name, async (source) => {
      await tolerate(() => resultOf(source.getAllKeys()))
      await tolerate(() => resultOf(source.get('isbn 000017')))
    })
    for (const direction of ['prev', 'nextunique'] as const) {
      await eachSource(database, name, (source) => walk(source, direction))
    }
  }
}

async function writeSome(database: IDBDatabase): Promise<void> {
  for (const name of database.objectStoreNames) {
    const change = (use: (store: IDBObjectStore) => IDBRequest): Promise<unknown> =>
      tolerate(() => resultOf(use(database.transaction(name, 'readwrite').objectStore(name))))
    const book = { isbn: 'isbn 000017', author: 'author 2', number: 3, tags: ['tag 1'] }
    await tolerate(() => {
      const store = database.transaction(name, 'readwrite').objectStore(name)
      const hasOwnKeys = store.keyPath !== null || store.autoIncrement
      return resultOf(hasOwnKeys ? store.put(book) : store.put(book, 17))
    })
    await change((store) => store.delete('isbn 000018'))
    await change((store) => store.delete(IDBKeyRange.bound(2, 90)))
    await change((store) => store.clear())
  }
}

type Source = IDBObjectStore | IDBIndex

/** Calls `use` with the store, then with each of its indexes, each in a transaction of its own. */
async function eachSource(
  database: IDBDatabase,
  name: string,
  use: (source: Source) => Promise<void>,
): Promise<void> {
  const openStore = (): IDBObjectStore => database.transaction(name).objectStore(name)
  let indexNames: string[] = []
  await tolerate(async () => {
    const store = openStore()
    indexNames = [...store.indexNames]
    await use(store)
  })
  for (const indexName of indexNames) await tolerate(() => use(openStore().index(indexName)))
}

function walk(source: Source, direction: IDBCursorDirection): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = source.openCursor(null, direction)
    let positions = 0
    request.onerror = () => {
      checkError(request.error)
      resolve()
    }
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve()
      if (++positions > mostPositions) return reject(new Error('a cursor without an end'))
      try {
        void [cursor.key, cursor.primaryKey, cursor.value]
        cursor.continue()
      } catch (error) {
        reject(new Error('a cursor threw', { cause: error }))
      }
    }
  })
}

/** Runs `action`; undefined when it fails as documented. @throws for all other failures */
async function tolerate<Result>(
  action: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await action()
  } catch (error) {
    checkError(error)
    return undefined
  }
}

function checkError(error: unknown): void {
  if (!(error instanceof Error)) throw new Error(`not an error: ${String(error)}`)
  if (/unreachable|Unexpected error/.test(error.message)) throw error
  if (error.name === 'StorageError') return
  if (!(error instanceof DOMException) || !documentedNames.has(error.name)) throw error
}
