/** Script that runs in the middle of a call, in a getter of its key: what it ends or deletes, the call does not use. */
import { expect, test } from 'vitest'
import { memory } from '../../../vfs/memory.ts'
import { createIndexedDB } from '../../../src/index.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

/** A key whose conversion runs `script`. */
function keyThat(script: () => void): IDBValidKey {
  const key = [0]
  Object.defineProperty(key, 0, {
    enumerable: true,
    get() {
      script()
      return 7
    },
  })
  return key
}

async function filledStore(): Promise<{ transaction: IDBTransaction; store: IDBObjectStore }> {
  const database = await openDatabase(createIndexedDB({ vfs: memory() }), (database) => {
    const store = database.createObjectStore('s')
    store.createIndex('i', 'i')
    for (let i = 0; i < 3; i++) store.put({ i: [i] }, [i])
  })
  const transaction = database.transaction('s', 'readwrite')
  return { transaction, store: transaction.objectStore('s') }
}

type Call = (store: IDBObjectStore, key: IDBValidKey) => unknown

const calls: Record<string, Call> = {
  put: (store, key) => store.put('x', key),
  add: (store, key) => store.add('x', key),
  'put of a Blob': (store, key) => store.put(new Blob(['x']), key),
  get: (store, key) => store.get(key),
  getKey: (store, key) => store.getKey(key),
  getAll: (store, key) => store.getAll(key),
  getAllKeys: (store, key) => store.getAllKeys(key),
  'getAll with options': (store, query) => store.getAll({ query } as unknown as IDBValidKey), // The types are older.
  count: (store, key) => store.count(key),
  delete: (store, key) => store.delete(key),
  openCursor: (store, key) => store.openCursor(key),
  openKeyCursor: (store, key) => store.openKeyCursor(key),
  'get of an index': (store, key) => store.index('i').get(key),
}

const ends = ['abort', 'commit'] as const

test.each(
  Object.entries(calls).flatMap(([name, call]) => ends.map((end) => ({ name, call, end }))),
)(
  '$name() throws TransactionInactiveError when script in its key calls $end()',
  async ({ call, end }) => {
    const { transaction, store } = await filledStore()
    const ended = completion(transaction).catch(() => 'aborted')
    const key = keyThat(() => transaction[end]())
    expect(() => call(store, key)).toThrow(named('TransactionInactiveError'))
    expect(await ended).toBe(end === 'abort' ? 'aborted' : undefined)
    expect(() => store.get(0)).toThrow(named('TransactionInactiveError'))
  },
)

test('put() throws when script in its value aborts the transaction', async () => {
  const { transaction, store } = await filledStore()
  const ended = completion(transaction).catch(() => 'aborted')
  const value = {
    get property() {
      transaction.abort()
      return 1
    },
  }
  expect(() => store.put(value, 0)).toThrow(named('TransactionInactiveError'))
  expect(await ended).toBe('aborted')
})

const moves: Record<string, (cursor: IDBCursorWithValue, key: IDBValidKey) => void> = {
  continue: (cursor, key) => cursor.continue(key),
  continuePrimaryKey: (cursor, key) => cursor.continuePrimaryKey(key, [7]),
}

test.each(Object.entries(moves))(
  '%s() throws InvalidStateError when script in its key moves the cursor, which moves once',
  async (_name, move) => {
    const { store } = await filledStore()
    const request = store.index('i').openCursor()
    const keys: unknown[] = []
    await new Promise<void>((resolve) => {
      request.onsuccess = () => {
        const cursor = request.result
        if (!cursor) return resolve()
        keys.push(cursor.key)
        const key = keyThat(() => cursor.continue())
        expect(() => move(cursor, key)).toThrow(named('InvalidStateError'))
      }
    })
    expect(keys).toEqual([[0], [1], [2]])
  },
)

test.each(Object.entries(moves))(
  '%s() throws when script in its key aborts the transaction, and the request stays done',
  async (_name, move) => {
    const { transaction, store } = await filledStore()
    const ended = completion(transaction).catch(() => 'aborted')
    const request = store.index('i').openCursor()
    const cursor = await resultOf(request)
    const key = keyThat(() => transaction.abort())
    expect(() => move(cursor as IDBCursorWithValue, key)).toThrow(named('TransactionInactiveError'))
    expect([request.readyState, await ended]).toEqual(['done', 'aborted'])
  },
)

test('put() stores nothing in an object store that script in its key deletes', async () => {
  const database = await openDatabase(createIndexedDB({ vfs: memory() }), (database) => {
    const store = database.createObjectStore('s')
    const key = keyThat(() => database.deleteObjectStore('s'))
    expect(() => store.put('x', key)).toThrow(named('InvalidStateError'))
    database.createObjectStore('t')
  })
  expect([...database.objectStoreNames]).toEqual(['t'])
})

function named(name: string): unknown {
  return expect.objectContaining({ name })
}
