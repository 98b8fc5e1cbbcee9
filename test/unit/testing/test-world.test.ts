import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { createTestWorld, forceClose } from '../../../src/testing.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { addBook, countBooks, openLibrary } from './seed.ts'

test('two worlds share no databases', async () => {
  const [one, other] = [createTestWorld(), createTestWorld()]
  await openLibrary(one.indexedDB)
  expect(await other.indexedDB.databases()).toEqual([])
})

test('reset() empties a world at once, under the same factory', async () => {
  const world = createTestWorld()
  const { indexedDB } = world
  await openLibrary(indexedDB)
  world.reset()
  expect(world.indexedDB).toBe(indexedDB)
  expect(await indexedDB.databases()).toEqual([])
})

test('a connection open at reset() stays with the former databases', async () => {
  const world = createTestWorld()
  const former = await openLibrary(world.indexedDB)
  world.reset()
  const database = await openLibrary(world.indexedDB, [])
  await addBook(former, 'Hamlet')
  expect([await countBooks(former), await countBooks(database)]).toEqual([3, 0])
})

test('a fork begins with what is committed, and both sides go on by themselves', async () => {
  const world = createTestWorld()
  const database = await openLibrary(world.indexedDB)
  const fork = world.fork()
  await addBook(database, 'Hamlet')
  const forked = await openLibrary(fork.indexedDB)
  expect([await countBooks(database), await countBooks(forked)]).toEqual([3, 2])
})

test('reset() puts a fork back to what it began with', async () => {
  const world = createTestWorld()
  await openLibrary(world.indexedDB)
  const fork = world.fork()
  await addBook(await openLibrary(fork.indexedDB), 'Hamlet')
  fork.reset()
  expect(await countBooks(await openLibrary(fork.indexedDB))).toBe(2)
})

test('a fork during a transaction larger than the page cache has nothing of it', async () => {
  const world = createTestWorld()
  const database = await openLibrary(world.indexedDB)
  const transaction = database.transaction('books', 'readwrite')
  const books = transaction.objectStore('books')
  // The cache of all databases together is 64 MiB.
  for (let i = 0; i < 20; i++) books.add({ title: new Uint8Array(4 * 1024 * 1024) })
  await resultOf(books.count())
  const fork = world.fork()
  await completion(transaction)
  expect(await countBooks(await openLibrary(fork.indexedDB))).toBe(2)
})

test('a fork takes under a millisecond, whatever the size', async () => {
  const world = createTestWorld()
  const database = await openLibrary(world.indexedDB)
  for (let i = 0; i < 8; i++) await addBook(database, new Uint8Array(8 * 1024 * 1024))
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now()
    world.fork()
    return performance.now() - start
  })
  // The median: the first runs are compiled, and the machine may be busy.
  expect(times.sort((a, b) => a - b)[25]).toBeLessThan(1)
})

test('forceClose() aborts the transactions of a connection and fires close', async () => {
  const { indexedDB } = createTestWorld()
  const database = await openLibrary(indexedDB)
  const events: string[] = []
  const closed = new Promise<void>((resolve) => {
    database.onclose = () => resolve(void events.push('close'))
  })
  const transaction = database.transaction('books', 'readwrite')
  transaction.onabort = () => events.push(`abort: ${transaction.error?.name}`)
  transaction.objectStore('books').add({ title: 'Hamlet' })
  forceClose(database)
  await closed
  expect(events).toEqual(['abort: AbortError', 'close'])
  expect(await countBooks(await openLibrary(indexedDB))).toBe(2)
})

test('forceClose() of a world closes all its connections', async () => {
  const world = createTestWorld()
  const databases = [await openLibrary(world.indexedDB), await openLibrary(world.indexedDB)]
  const closed = databases.map((database) => new Promise((resolve) => (database.onclose = resolve)))
  world.forceClose()
  await Promise.all(closed)
  for (const database of databases) expect(() => database.transaction('books')).toThrow('closed')
})

test('a write beyond the quota fails with QuotaExceededError and leaves what was there', async () => {
  const world = createTestWorld({ quotaBytes: 1024 * 1024 })
  const database = await openLibrary(world.indexedDB)
  const write = addBook(database, new Uint8Array(2 * 1024 * 1024))
  await expect(write).rejects.toMatchObject({
    name: 'QuotaExceededError',
    cause: { code: 'ERR_IDB_QUOTA', path: ':memory:' },
  })
  expect(await countBooks(database)).toBe(2)
})

test('an injected fault fails the transaction that meets it, and only that', async () => {
  const world = createTestWorld({ faults: {} })
  const database = await openLibrary(world.indexedDB)
  world.inject({ faults: [{ on: 'write', nth: 1 }] })
  await expect(addBook(database, 'Hamlet')).rejects.toMatchObject({ name: 'UnknownError' })
  world.inject({})
  await addBook(database, 'Ivanhoe')
  expect(await countBooks(database)).toBe(3)
})

test('a world made without faults takes no plan', () => {
  expect(() => createTestWorld().inject({})).toThrow('made without the option "faults"')
})

test('install() replaces what is on the global object', () => {
  const target = { indexedDB: 'another' }
  const world = createTestWorld()
  world.install(target)
  expect(target.indexedDB).toBe(world.indexedDB)
})

test('an unknown option is a TypeError that names it', () => {
  expect(() => createTestWorld({ qouta: 1 } as object)).toThrow('Unknown option "qouta"; there are')
})
