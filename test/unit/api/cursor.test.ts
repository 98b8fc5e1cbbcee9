import { expect, test } from 'vitest'
import { memory } from '../../../vfs/memory.ts'
import { IDBKeyRange, createIndexedDB } from '../../../src/index.ts'
import { completion, openDatabase, resultOf, walk } from '../../kit/promises.ts'

/** A database with 300 records 0 … 299 in store `s`, and an index on `n` = key modulo 3. */
async function numbers(): Promise<IDBDatabase> {
  return openDatabase(createIndexedDB({ vfs: memory() }), (database) => {
    const store = database.createObjectStore('s', { keyPath: 'id' })
    store.createIndex('n', 'n')
    for (let id = 0; id < 300; id++) store.put({ id, n: id % 3 })
  })
}

test('a cursor sees a record that its transaction adds ahead of it after many were read ahead', async () => {
  const store = (await numbers()).transaction('s', 'readwrite').objectStore('s')
  const keys = await walk(store.openCursor(), (cursor) => {
    if (cursor.key === 50) store.put({ id: 50.5, n: 0 })
    return cursor.key
  })
  expect(keys).toHaveLength(301)
  expect(keys[51]).toBe(50.5)
})

test('continue(null) goes to the next record, as in browsers', async () => {
  const store = (await numbers()).transaction('s').objectStore('s')
  const keys: IDBValidKey[] = []
  const request = store.openCursor(IDBKeyRange.bound(0, 2))
  await new Promise<void>((resolve) => {
    request.onsuccess = () => {
      if (!request.result) return resolve()
      keys.push(request.result.key)
      // Script may pass what the types forbid.
      request.result.continue(null as unknown as IDBValidKey)
    }
  })
  expect(keys).toEqual([0, 1, 2])
})

test('a cursor does not see a record that its transaction deletes ahead of it', async () => {
  const store = (await numbers()).transaction('s', 'readwrite').objectStore('s')
  const keys = await walk(store.openCursor(), (cursor) => {
    if (cursor.key === 50) store.delete(IDBKeyRange.bound(51, 60))
    return cursor.key
  })
  expect(keys).toHaveLength(290)
})

test('a cursor that updates and deletes every record visits each exactly once', async () => {
  const database = await numbers()
  const store = database.transaction('s', 'readwrite').objectStore('s')
  const keys = await walk(store.openCursor(), (cursor) => {
    const key = Number(cursor.key)
    if (key % 2) cursor.delete()
    else cursor.update({ id: key, n: 9 })
    return key
  })
  expect(keys).toEqual(Array.from({ length: 300 }, (_, id) => id))
  const left: unknown[] = await resultOf(database.transaction('s').objectStore('s').getAll())
  expect(left).toEqual(Array.from({ length: 150 }, (_, i) => ({ id: 2 * i, n: 9 })))
})

test('an index cursor whose update moves a record ahead meets it again', async () => {
  const store = (await numbers()).transaction('s', 'readwrite').objectStore('s')
  const met = await walk(store.index('n').openCursor(), (cursor) => {
    if (cursor.primaryKey === 3 && cursor.key === 0) cursor.update({ id: 3, n: 7 })
    return `${cursor.key}/${cursor.primaryKey}`
  })
  expect(met).toHaveLength(301)
  expect(met.at(-1)).toBe('7/3')
})

test('advance() inside, at the end of and beyond what was read ahead lands where single steps would', async () => {
  const store = (await numbers()).transaction('s').objectStore('s')
  const request = store.openCursor()
  const keys: unknown[] = []
  const counts = [1, 2, 5, 100, 3, 150]
  await new Promise<void>((resolve) => {
    request.onsuccess = () => {
      if (!request.result) return resolve()
      keys.push(request.result.key)
      request.result.advance(counts.shift() ?? 1000)
    }
  })
  expect(keys).toEqual([0, 1, 3, 8, 108, 111, 261])
})

test('continue(key) and continuePrimaryKey() seek within and beyond what was read ahead', async () => {
  const index = (await numbers()).transaction('s').objectStore('s').index('n')
  const request = index.openCursor()
  const met: unknown[] = []
  const steps = [
    (cursor: IDBCursor) => cursor.continuePrimaryKey(0, 4),
    (cursor: IDBCursor) => cursor.continue(),
    (cursor: IDBCursor) => cursor.continuePrimaryKey(0, 250),
    (cursor: IDBCursor) => cursor.continue(1.5),
    (cursor: IDBCursor) => cursor.continue(3),
  ]
  await new Promise<void>((resolve) => {
    request.onsuccess = () => {
      if (!request.result) return resolve()
      met.push([request.result.key, request.result.primaryKey])
      steps.shift()?.(request.result)
    }
  })
  expect(met).toEqual([
    [0, 0],
    [0, 6],
    [0, 9],
    [0, 252],
    [2, 2],
  ])
})

test('the unique directions of an index give the lowest primary key of each key', async () => {
  const index = (await numbers()).transaction('s').objectStore('s').index('n')
  const next = await walk(index.openCursor(null, 'nextunique'), (it) => [it.key, it.primaryKey])
  const prev = await walk(index.openCursor(null, 'prevunique'), (it) => [it.key, it.primaryKey])
  expect(next).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ])
  expect(prev).toEqual(next.toReversed())
})

test('value and key of a cursor are the same objects until it moves, and undefined past its end', async () => {
  const database = await openDatabase(createIndexedDB({ vfs: memory() }), (it) => {
    it.createObjectStore('s').put({ x: 1 }, [1])
  })
  const request = database.transaction('s').objectStore('s').openCursor()
  const cursor = await resultOf(request)
  if (!cursor) throw new Error('the store has a record')
  expect(cursor.value).toBe(cursor.value)
  expect(cursor.key).toBe(cursor.key)
  const { value } = cursor
  cursor.continue()
  expect(cursor.value).toBe(value)
  await completion(request.transaction as IDBTransaction) // A request at a transaction has one.
  expect([cursor.value, cursor.key, cursor.primaryKey]).toEqual([undefined, undefined, undefined])
})
