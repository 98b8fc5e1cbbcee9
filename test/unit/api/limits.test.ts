/** What is too large for storage fails with UnknownError, and nothing else suffers. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { IDBKeyRange, close, createIndexedDB } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { directoryOn } from '../../kit/test-directory.ts'

const { highestId, keyBytes, nameUnits } = directoryOn().limits
const tooLarge = expect.objectContaining({ name: 'UnknownError' })
const tooLong = 'n'.repeat(nameUnits + 1)

const vfs = memory()
let indexedDB: IDBFactory
beforeEach(() => {
  indexedDB = createIndexedDB({ vfs })
})
afterEach(async () => {
  await resultOf(indexedDB.deleteDatabase('test'))
  await close(indexedDB)
})

test('the longest key is stored, found, listed and deleted; a longer one is refused by put()', async () => {
  const database = await openStore()
  const transaction = database.transaction('s', 'readwrite')
  const store = transaction.objectStore('s')
  const key = binaryKey(keyBytes)
  store.put('value', key)
  expect(() => store.put('value', binaryKey(keyBytes + 1))).toThrow(tooLarge)
  expect(await resultOf(store.get(key))).toBe('value')
  expect(await resultOf(store.count(IDBKeyRange.lowerBound(binaryKey(10))))).toBe(1)
  expect(await resultOf(store.getAllKeys())).toEqual([key.buffer])
  store.delete(key)
  expect(await resultOf(store.count())).toBe(0)
  await completion(transaction)
  database.close()
})

test('a longer key finds nothing', async () => {
  const database = await openStore()
  const store = database.transaction('s').objectStore('s')
  expect(await resultOf(store.get(binaryKey(keyBytes + 1)))).toBeUndefined()
  database.close()
})

test('put() refuses too long an index key, single or one of many', async () => {
  const database = await openDatabase(indexedDB, (it) => {
    const store = it.createObjectStore('s')
    store.createIndex('one', 'one')
    store.createIndex('many', 'many', { multiEntry: true })
  })
  const transaction = database.transaction('s', 'readwrite')
  const store = transaction.objectStore('s')
  const [longest, longer] = [binaryKey(keyBytes), binaryKey(keyBytes + 1)]
  expect(() => store.put({ one: longer }, 1)).toThrow(tooLarge)
  expect(() => store.put({ many: ['short', longer] }, 1)).toThrow(tooLarge)
  store.put({ one: longest, many: ['short', longest] }, 1)
  expect(await resultOf(store.index('one').count(longest))).toBe(1)
  expect(await resultOf(store.index('many').getAllKeys())).toEqual([1, 1])
  await completion(transaction)
  database.close()
})

test('an index over records that have too long a key for it aborts its upgrade', async () => {
  const database = await openStore()
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put({ k: binaryKey(keyBytes + 1) }, 1)
  await completion(transaction)
  database.close()
  const errors: unknown[] = []
  const opening = openDatabase(
    indexedDB,
    (_, upgrade) => {
      upgrade.onabort = () => errors.push(upgrade.error)
      upgrade.objectStore('s').createIndex('i', 'k')
    },
    { version: 2 },
  )
  await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
  expect(errors).toEqual([tooLarge])
})

test('names and key paths that are too long are refused, the longest are kept', async () => {
  const longest = tooLong.slice(1)
  const database = await openDatabase(indexedDB, (it) => {
    expect(() => it.createObjectStore(tooLong)).toThrow(tooLarge)
    expect(() => it.createObjectStore('p', { keyPath: tooLong })).toThrow(tooLarge)
    const store = it.createObjectStore(longest)
    expect(() => store.createIndex(tooLong, 'k')).toThrow(tooLarge)
    expect(() => store.createIndex('i', [tooLong])).toThrow(tooLarge)
    const index = store.createIndex('i', 'k')
    expect(() => (index.name = tooLong)).toThrow(tooLarge)
    expect(() => (store.name = tooLong)).toThrow(tooLarge)
  })
  expect([...database.objectStoreNames]).toEqual([longest])
  database.close()
})

test('a database whose name is too long cannot be opened', async () => {
  await expect(openStore(tooLong)).rejects.toEqual(tooLarge)
  expect(await indexedDB.databases()).toEqual([])
})

test('a store has as many indexes as one likes, until the numbers are used up', async () => {
  const database = await openDatabase(indexedDB, (it) => {
    const store = it.createObjectStore('s')
    for (let i = 0; i < 1_000; i++) store.createIndex(`index ${i}`, `k${i % 10}`)
  })
  const transaction = database.transaction('s', 'readwrite')
  const store = transaction.objectStore('s')
  store.put({ k3: 'found' }, 1)
  expect(store.indexNames).toHaveLength(1_000)
  expect(await resultOf(store.index('index 993').getKey('found'))).toBe(1)
  await completion(transaction)
  await close(indexedDB)
  await useUpNumbers()
  indexedDB = createIndexedDB({ vfs })
  const upgrade = (it: IDBDatabase): void => {
    expect(() => it.createObjectStore('t')).toThrow(tooLarge)
  }
  const again = await openDatabase(indexedDB, upgrade, { version: 3 })
  again.close()
})

/** Gives the last numbers out. */
async function useUpNumbers(): Promise<void> {
  const directory = directoryOn(vfs, '.indexeddb')
  const database = await directory.open('test')
  const rest = { keyPath: null, autoIncrement: false, indexes: new Map() }
  const transaction = database.begin()
  transaction.changeSchema({ type: 'setVersion', version: 2 })
  transaction.changeSchema({
    type: 'createObjectStore',
    store: { id: highestId, name: 'last', ...rest },
  })
  transaction.commit()
  await database.close()
  await directory.close()
}

function openStore(name = 'test'): Promise<IDBDatabase> {
  return openDatabase(indexedDB, (database) => database.createObjectStore('s'), { name })
}

/** A key that takes that many bytes as stored: its tag, a byte for each of its own, and its end. */
function binaryKey(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sizeBytes - 2)
}
