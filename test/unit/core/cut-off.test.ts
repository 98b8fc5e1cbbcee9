/** Calls and events that end half-way, as when there is no memory: that one transaction ends, and everything goes on. */
import { afterEach, expect, test, vi } from 'vitest'
import { createIndexedDB } from '../../../src/index.ts'
import { Request } from '../../../src/core/request.ts'
import { RequestList } from '../../../src/core/request-list.ts'
import { Transaction as HostTransaction } from '../../../src/host/transaction.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

vi.mock('../../../src/events/report-exception.ts', () => ({ reportException: () => {} }))
afterEach(() => void vi.restoreAllMocks())

const noMemory = new RangeError('Array buffer allocation failed')

function stores(): Promise<IDBDatabase> {
  return openDatabase(createIndexedDB({ vfs: memory() }), (database) => {
    database.createObjectStore('s').put('before', 0)
  })
}

/** Something a request passes through → makes it throw the next time. */
const places: Record<string, () => void> = {
  'before it is placed': () =>
    vi.spyOn(RequestList.prototype, 'add').mockImplementationOnce(thrower),
  'once it is placed': () =>
    vi.spyOn(HostTransaction.prototype, 'execute').mockImplementationOnce(thrower),
  'while it is answered': () => vi.spyOn(Request.prototype, 'done').mockImplementationOnce(thrower),
}

function thrower(): never {
  throw noMemory
}

test.each(Object.entries(places))(
  'a put() cut off %s aborts its transaction alone',
  async (_place, fail) => {
    const database = await stores()
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    store.put('half', 0)
    fail()
    expect(() => store.put('cut off', 0)).toThrow(noMemory)
    await expect(completion(transaction)).rejects.toMatchObject({ name: 'UnknownError' })
    const next = database.transaction('s', 'readwrite').objectStore('s')
    expect(await resultOf(next.get(0))).toBe('before')
    expect(await resultOf(next.put('after', 0))).toBe(0)
  },
)

test('a put() cut off in a listener aborts its transaction alone', async () => {
  const database = await stores()
  const transaction = database.transaction('s', 'readwrite')
  const store = transaction.objectStore('s')
  const ended = completion(transaction)
  store.get(0).onsuccess = () => {
    vi.spyOn(HostTransaction.prototype, 'execute').mockImplementationOnce(thrower)
    expect(() => store.put('cut off', 0)).toThrow(noMemory)
  }
  await expect(ended).rejects.toMatchObject({ name: 'UnknownError' })
  expect(await resultOf(database.transaction('s').objectStore('s').get(0))).toBe('before')
})

test('a result that cannot be taken aborts its transaction alone', async () => {
  const database = await stores()
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put('lost', 0)
  vi.spyOn(RequestList.prototype, 'shift').mockImplementationOnce(thrower)
  await expect(completion(transaction)).rejects.toMatchObject({ name: 'UnknownError' })
  expect(await resultOf(database.transaction('s').objectStore('s').get(0))).toBe('before')
})

test('an upgrade whose call was cut off leaves the version and the stores as they were', async () => {
  const indexedDB = createIndexedDB({ vfs: memory() })
  ;(await openDatabase(indexedDB, (it) => it.createObjectStore('s'))).close()
  const failed = openDatabase(
    indexedDB,
    (it) => {
      it.createObjectStore('half')
      vi.spyOn(HostTransaction.prototype, 'execute').mockImplementationOnce(thrower)
      expect(() => it.createObjectStore('cut off')).toThrow(noMemory)
    },
    { version: 2 },
  )
  await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
  const database = await openDatabase(indexedDB, () => {})
  expect([database.version, ...database.objectStoreNames]).toEqual([1, 's'])
})
