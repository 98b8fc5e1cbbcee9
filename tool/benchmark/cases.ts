/** What `bench` measures: a handful of things that programs do, each over and over. */
import type { IDBDatabase, IDBFactory, IDBObjectStore, IDBRequest } from 'idb-everywhere'
import { completionOf, resultOf } from '../databases/requests.ts'

export interface Case {
  readonly title: string
  /** How many operations a run makes. */
  readonly count: number
  readonly run: (bench: Bench) => Promise<unknown>
}

/** The database of the benchmark, with `storedCount` records. */
export interface Bench {
  readonly indexedDB: IDBFactory
  readonly database: IDBDatabase
}

/** How many records there are to be read. */
const storedCount = 1000
const databaseName = 'bench'
const storeName = 'records'

/** Makes the database, with its records. */
export async function prepare(indexedDB: IDBFactory): Promise<IDBDatabase> {
  const database = await open(indexedDB)
  await putAll(database, 'relaxed')
  return database
}

export const cases: readonly Case[] = [
  {
    title: 'put, on the disk before the next (strict)',
    count: 1,
    run: ({ database }) => putOne(database, 'strict'),
  },
  {
    title: 'put, a transaction for each (relaxed)',
    count: 1,
    run: ({ database }) => putOne(database, 'relaxed'),
  },
  {
    title: 'put, 1,000 in a transaction',
    count: storedCount,
    run: ({ database }) => putAll(database, 'relaxed'),
  },
  {
    title: 'get, 1,000 in a transaction',
    count: storedCount,
    run: ({ database }) => getEach(database),
  },
  {
    title: 'getAll of 1,000',
    count: storedCount,
    run: ({ database }) => resultOf(reader(database).getAll()),
  },
  {
    title: 'cursor over 1,000',
    count: storedCount,
    run: ({ database }) => iterate(reader(database)),
  },
  {
    title: 'open and close',
    count: 1,
    run: async ({ indexedDB }) => (await open(indexedDB)).close(),
  },
]

function open(indexedDB: IDBFactory): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1)
  request.onupgradeneeded = () =>
    void request.result.createObjectStore(storeName, { keyPath: 'id' })
  return resultOf(request)
}

const reader = (database: IDBDatabase): IDBObjectStore =>
  database.transaction(storeName).objectStore(storeName)

/** About as large as the records of many programs: 200 bytes. */
const recordOf = (id: number): object => ({
  id,
  name: `record ${id}`,
  tags: ['one', 'two', 'three'],
  text: 'Words that stand for the text of a record. '.repeat(3),
  at: new Date(0),
})

async function putOne(database: IDBDatabase, durability: IDBTransactionDurability): Promise<void> {
  const transaction = database.transaction(storeName, 'readwrite', { durability })
  transaction.objectStore(storeName).put(recordOf(1))
  await completionOf(transaction)
}

async function putAll(database: IDBDatabase, durability: IDBTransactionDurability): Promise<void> {
  const transaction = database.transaction(storeName, 'readwrite', { durability })
  const store = transaction.objectStore(storeName)
  for (let id = 1; id <= storedCount; id++) store.put(recordOf(id))
  await completionOf(transaction)
}

async function getEach(database: IDBDatabase): Promise<void> {
  const store = reader(database)
  const requests: IDBRequest[] = []
  for (let id = 1; id <= storedCount; id++) requests.push(store.get(id))
  await completionOf(store.transaction)
}

function iterate(store: IDBObjectStore): Promise<void> {
  const request = store.openCursor()
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error ?? new Error('The cursor failed'))
    request.onsuccess = () => {
      if (request.result) request.result.continue()
      else resolve()
    }
  })
}
