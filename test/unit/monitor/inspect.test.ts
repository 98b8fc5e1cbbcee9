import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { inspect } from '../../../src/diagnostics.ts'
import { createIndexedDB, serve } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const open = (indexedDB: IDBFactory): Promise<IDBDatabase> =>
  openDatabase(indexedDB, (database) => {
    database.createObjectStore('books').createIndex('by author', 'author')
  })

const quiet = { onWarning: () => {} }

test('inspect() counts what a factory does from the first call on', async () => {
  const indexedDB = createIndexedDB({ vfs: memory(), ...quiet })
  const before = await inspect(indexedDB)
  expect(before).toEqual({
    connections: 0,
    opens: { waiting: 0, succeeded: 0, failed: 0 },
    transactions: { live: 0, committed: 0, aborted: 0 },
    requests: { waiting: 0, succeeded: 0, failed: 0 },
    slowest: [],
    databases: [],
  })
  const library = await open(indexedDB)
  const transaction = library.transaction('books', 'readwrite')
  const books = transaction.objectStore('books')
  books.put({ author: 'Abelson' }, 1)
  books.add('a clash', 1).onerror = (event) => event.preventDefault()
  books.index('by author').getAll()
  expect(await inspect(indexedDB)).toMatchObject({
    connections: 1,
    opens: { waiting: 0, succeeded: 1, failed: 0 },
    transactions: { live: 1, committed: 1, aborted: 0 },
  })
})

test('inspect() counts how transactions and requests end, and ranks the requests', async () => {
  const indexedDB = createIndexedDB({ vfs: memory(), ...quiet })
  await inspect(indexedDB)
  const library = await open(indexedDB)
  const transaction = library.transaction('books', 'readwrite')
  const books = transaction.objectStore('books')
  books.put({ author: 'Abelson' }, 1)
  books.add('a clash', 1).onerror = (event) => event.preventDefault()
  books.index('by author').getAll()
  await completion(transaction)
  const aborted = library.transaction('books')
  // In one thread it is answered before that.
  aborted.objectStore('books').get(1)
  aborted.abort()
  library.close()
  const { transactions, requests, slowest, connections } = await inspect(indexedDB)
  expect({ connections, transactions, requests }).toEqual({
    connections: 0,
    transactions: { live: 0, committed: 2, aborted: 1 },
    requests: { waiting: 0, succeeded: 3, failed: 1 },
  })
  const named = slowest.map(({ operation, store, index }) => [operation, store, index])
  expect(named.sort()).toEqual([
    ['add', 'books', undefined],
    ['get', 'books', undefined],
    ['getAll', 'books', 'by author'],
    ['put', 'books', undefined],
  ])
  const durations = slowest.map(({ duration }) => duration)
  expect(durations).toEqual(durations.toSorted((a, b) => b - a))
})

test('inspect() tells what the owner sees of a database, its engine included, through a port', async () => {
  const owner = createIndexedDB({ vfs: memory(), ...quiet })
  const library = await open(owner)
  const { port1, port2 } = new MessageChannel()
  serve(port1 as unknown as MessagePort, owner) // Node's do what the web's do.
  const client = createIndexedDB({ port: port2 as unknown as MessagePort })
  const there = await open(client)
  const first = library.transaction('books', 'readwrite')
  const second = there.transaction('books', 'readwrite')
  const done = Promise.all([completion(first), completion(second)])
  const stay = (): void => {
    if (!isInspected) first.objectStore('books').get(1).onsuccess = stay
  }
  let isInspected = false
  stay()
  second.objectStore('books').put({}, 2)
  const { connections, databases } = await inspect(client)
  isInspected = true
  expect(connections).toBe(1)
  expect(databases).toMatchObject([
    { name: 'test', version: 1, connections: 2, running: 1, waiting: 1 },
  ])
  await done
  await resultOf(there.transaction('books').objectStore('books').get(2))
  const [after] = (await inspect(client)).databases
  expect(after?.engine).toEqual({
    bytesRead: expect.any(Number),
    bytesWritten: expect.any(Number),
    syncs: expect.any(Number),
    cacheHits: expect.any(Number),
    cacheMisses: expect.any(Number),
    cacheBytes: expect.any(Number),
  })
  expect(after?.engine?.bytesWritten).toBeGreaterThan(0)
  expect(after?.engine?.cacheHits).toBeGreaterThan(0)
  port1.close()
})

test('inspect() refuses what is no factory of this package', async () => {
  await expect(inspect({} as IDBFactory)).rejects.toMatchObject({
    name: 'TypeError',
    code: 'ERR_IDB_INVALID_OPTION',
  })
})
