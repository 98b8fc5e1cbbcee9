/**
 * Every call near the end of the stack either does all it should or throws and leaves everything as it was: recurses to the end, and
 * calls on the way back, at each depth until one gets through.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { IDBKeyRange, type Port, close, createIndexedDB, serve } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { portPair } from '../../kit/transports.ts'
import { completion, resultOf } from '../../kit/promises.ts'

/** What every call throws there, and nothing else. */
const tooDeep = new Set(['RangeError'])

/** Calls at each depth from the end of the stack up, until so many got through; gives what was thrown, each text once. */
function onTheWayBack(call: () => unknown, successes = 3): Set<string> {
  const thrown = new Set<string>()
  let left = successes
  const descend = (): void => {
    try {
      descend()
    } catch {
      // The end of the stack.
    }
    if (left === 0) return
    try {
      call()
      left--
    } catch (error) {
      thrown.add(error instanceof RangeError ? 'RangeError' : String(error))
    }
  }
  descend()
  expect(left).toBe(0)
  return thrown
}

function upgraded(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    request.onerror = () => reject(request.error)
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('s')
      store.createIndex('i', 'i')
      store.put({ i: 1 }, 1)
      store.put({ i: 2 }, 2)
    }
    request.onsuccess = () => resolve(request.result)
  })
}

/** Resolves when the transaction is over, in whatever way. */
function over(transaction: IDBTransaction): Promise<string> {
  return new Promise((resolve) => {
    transaction.oncomplete = () => resolve('complete')
    transaction.onabort = () => resolve(`abort ${transaction.error?.message}`)
  })
}

/** It stores, reads, and closes. */
async function works(factory: IDBFactory, database: IDBDatabase): Promise<void> {
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put({ i: 7 }, 'after')
  await completion(transaction)
  const read = database.transaction('s').objectStore('s').get('after')
  expect(await resultOf(read)).toEqual({ i: 7 })
  await close(factory)
}

const directory = mkdtempSync(join(tmpdir(), 'idb-stack-end-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const hostings: [title: string, make: () => IDBFactory][] = [
  ['in memory', () => createIndexedDB({ vfs: memory() })],
  ['on disk', () => createIndexedDB({ path: mkdtempSync(join(directory, 'd-')) })],
  [
    'over a port',
    () => {
      const [ownPort, port] = portPair()
      serve(ownPort as unknown as Port, createIndexedDB({ vfs: memory() }))
      return createIndexedDB({ port: port as unknown as Port })
    },
  ],
]

/** What the platform's types do not have yet. */
type AllRecords = IDBObjectStore & { getAllRecords(): IDBRequest }

interface Called {
  readonly factory: IDBFactory
  readonly database: IDBDatabase
  readonly transaction: IDBTransaction
  readonly store: IDBObjectStore
}

/** Calls while a read-write transaction is active. */
const calls: Record<string, (called: Called) => unknown> = {
  put: ({ store }) => store.put({ i: 3, list: [1, new Date(0), new Map()] }, 3),
  add: ({ store }) => store.add({ i: 3 }, Math.random()),
  get: ({ store }) => store.get(1),
  getKey: ({ store }) => store.getKey(1),
  getAll: ({ store }) => store.getAll(),
  getAllKeys: ({ store }) => store.index('i').getAllKeys(),
  getAllRecords: ({ store }) => (store as AllRecords).getAllRecords(),
  count: ({ store }) => store.count(IDBKeyRange.lowerBound(1)),
  delete: ({ store }) => store.delete(1),
  clear: ({ store }) => store.clear(),
  openCursor: ({ store }) => store.index('i').openCursor(null, 'prev'),
  openKeyCursor: ({ store }) => store.openKeyCursor(),
  index: ({ store }) => store.index('i'),
  objectStore: ({ transaction }) => transaction.objectStore('s'),
  addEventListener: ({ transaction }) => transaction.addEventListener('error', () => {}),
  dispatchEvent: ({ transaction }) => transaction.dispatchEvent(new Event('x')),
  onerror: ({ database }) => (database.onerror = () => {}),
  cmp: ({ factory }) => factory.cmp([1, 'a', new Date(1)], [new Uint8Array(4)]),
  transaction: ({ database }) => database.transaction('s', 'readwrite'),
  open: ({ factory }) => (factory.open(`db ${Math.random()}`).onsuccess = closeOpened),
  deleteDatabase: ({ factory }) => factory.deleteDatabase('other'),
  databases: ({ factory }) => factory.databases().catch(() => {}),
}

/** Calls that can be made once. */
const lastCalls: Record<string, (called: Called) => unknown> = {
  commit: ({ transaction }) => transaction.commit(),
  abort: ({ transaction }) => transaction.abort(),
  'database.close': ({ database }) => database.close(),
  close: ({ factory }) => close(factory),
}

function closeOpened({ target }: Event): void {
  ;(target as IDBOpenDBRequest).result.close()
}

describe.each(hostings)('at the end of the stack, %s', (_title, make) => {
  test.each(Object.entries(calls))('%s() leaves everything as it was', async (_name, call) => {
    const factory = make()
    const database = await upgraded(factory, 'db')
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    expect(onTheWayBack(() => call({ factory, database, transaction, store }))).toEqual(tooDeep)
    await completion(transaction)
    await works(factory, database)
  })

  test.each(Object.entries(calls))('%s() in a listener does, too', async (_name, call) => {
    const factory = make()
    const database = await upgraded(factory, 'db')
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    store.get(1).onsuccess = () =>
      onTheWayBack(() => call({ factory, database, transaction, store }))
    await completion(transaction)
    await works(factory, database)
  })

  test.each(Object.entries(lastCalls))('%s() ends all it should', async (_name, call) => {
    const factory = make()
    const database = await upgraded(factory, 'db')
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    store.put({ i: 3 }, 3)
    const ended = over(transaction)
    onTheWayBack(() => call({ factory, database, transaction, store }), 1)
    await ended
    database.close()
    await works(factory, await upgraded(factory, 'db'))
  })
})
