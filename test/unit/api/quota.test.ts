/** The option `quotaBytes`, on files and in memory. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IDBKeyRange, close, createIndexedDB } from '../../../src/index.ts'
import type { IndexedDBOptions } from '../../../src/options/indexeddb-options.ts'
import { memory } from '../../../vfs/memory.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const quota = 1024 * 1024
const quotaExceeded = { name: 'QuotaExceededError' }

let path = ''
let indexedDB: IDBFactory

describe.each(['files', 'memory'])('in %s', (kind) => {
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
    indexedDB = createIndexedDB(options())
  })
  afterEach(async () => {
    await close(indexedDB)
    rmSync(path, { recursive: true, force: true })
  })

  function options(): IndexedDBOptions {
    return kind === 'memory' ? { vfs: memory(), quotaBytes: quota } : { path, quotaBytes: quota }
  }

  test('a put beyond the quota fails with QuotaExceededError, and so does its transaction', async () => {
    const database = await openStore()
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    const puts = [store.put(block(100), 1), store.put(block(2_000), 2), store.put(block(100), 3)]
    const results = puts.map((put) => resultOf(put))
    const ended = completion(transaction)
    await expect(results[1]).rejects.toMatchObject(quotaExceeded)
    await expect(results[2]).rejects.toMatchObject({ name: 'AbortError' })
    await expect(ended).rejects.toMatchObject(quotaExceeded)
    expect((transaction.error as DOMException).message).toContain(`quota of ${quota} bytes`)
    expect(await countIn(database)).toBe(0)
  })

  test('what fits is stored, and the files never take more', async () => {
    const database = await openStore()
    const stored = await fill(database)
    expect(stored).toBeGreaterThan(quota / 2 / 16_384)
    expect(await countIn(database)).toBe(stored)
    expect(sizeOfFiles()).toBeLessThanOrEqual(quota)
  })

  test('a full database can be read, overwritten and deleted from, and then has room again', async () => {
    const database = await openStore()
    const stored = await fill(database)
    await inStore(database, (store) => store.put(block(16), 0))
    await inStore(database, (store) => store.delete(IDBKeyRange.bound(0, 9)))
    expect(await fill(database, 1_000)).toBeGreaterThanOrEqual(9)
    await inStore(database, (store) => store.clear())
    expect(await fill(database)).toBeGreaterThanOrEqual(stored)
  })

  test('deleting a database makes room for another', async () => {
    const [database, other] = [await openStore(), await openStore('other')]
    const stored = await fill(database)
    expect(await fill(other)).toBeLessThan(stored / 5)
    database.close()
    await resultOf(indexedDB.deleteDatabase('test'))
    expect(await fill(other)).toBeGreaterThan(stored / 2)
  })

  test('databases share the quota, those that are closed included', async () => {
    const one = await openStore('one')
    await inStore(one, (store) => store.put(block(400), 1))
    one.close()
    const other = await openStore('other')
    await expect(inStore(other, (store) => store.put(block(800), 1))).rejects.toMatchObject(
      quotaExceeded,
    )
    await inStore(other, (store) => store.put(block(100), 1))
  })

  test('two transactions of two databases at once do not take the room twice', async () => {
    const databases = [await openStore('one'), await openStore('other')]
    const half = (0.7 * quota) / 1024 / (kind === 'memory' ? 1 : 2)
    const ends = await Promise.allSettled(
      databases.map((database) => inStore(database, (store) => store.put(block(half), 1))),
    )
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('an index that finds no room aborts its upgrade', async () => {
    const database = await openStore()
    for (let key = 0; key < 4; key++) {
      const words = Array.from({ length: 200 }, (_, i) => `${key} ${i}`.padEnd(500))
      await inStore(database, (store) => store.put(words, key))
    }
    database.close()
    const errors: unknown[] = []
    const opening = openDatabase(
      indexedDB,
      (_, transaction) => {
        transaction.onabort = () => errors.push(transaction.error)
        transaction.objectStore('s').createIndex('i', '', { multiEntry: true })
      },
      { version: 2 },
    )
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
    expect(errors).toMatchObject([quotaExceeded])
  })
})

test('a directory fuller than its quota can be read and emptied', async () => {
  path = mkdtempSync(join(tmpdir(), 'idb-everywhere-'))
  indexedDB = createIndexedDB({ path })
  await inStore(await openStore(), (store) => store.put(block(1_000), 1))
  await close(indexedDB)
  indexedDB = createIndexedDB({ path, quotaBytes: 100_000 })
  const database = await openStore()
  expect(await countIn(database)).toBe(1)
  await expect(inStore(database, (store) => store.put(block(50), 2))).rejects.toMatchObject(
    quotaExceeded,
  )
  await inStore(database, (store) => store.delete(1))
  await close(indexedDB)
  expect(() => createIndexedDB({ path, quotaBytes: 3.5 })).toThrow('"quotaBytes"')
  rmSync(path, { recursive: true, force: true })
})

test('without room for any database, open() fails with QuotaExceededError', async () => {
  indexedDB = createIndexedDB({ vfs: memory(), quotaBytes: 0 })
  await expect(openStore()).rejects.toMatchObject(quotaExceeded)
  expect(await indexedDB.databases()).toEqual([])
  await close(indexedDB)
})

/** A value of that many KiB. */
function block(sizeKiB: number): Uint8Array {
  return new Uint8Array(sizeKiB * 1024)
}

function openStore(name = 'test'): Promise<IDBDatabase> {
  return openDatabase(indexedDB, (database) => database.createObjectStore('s'), { name })
}

function inStore(
  database: IDBDatabase,
  request: (store: IDBObjectStore) => IDBRequest,
): Promise<void> {
  const transaction = database.transaction('s', 'readwrite')
  request(transaction.objectStore('s'))
  return completion(transaction)
}

/** Puts records of 16 KiB, one in each transaction, until there is no room; gives how many. */
async function fill(database: IDBDatabase, firstKey = 0): Promise<number> {
  for (let count = 0; ; count++) {
    try {
      await inStore(database, (store) => store.put(new Uint8Array(16_384), firstKey + count))
    } catch (error) {
      expect(error).toMatchObject(quotaExceeded)
      return count
    }
  }
}

function countIn(database: IDBDatabase): Promise<number> {
  return resultOf(database.transaction('s').objectStore('s').count())
}

/** What the files of databases take now. */
function sizeOfFiles(): number {
  const names = readdirSync(path).filter((name) => /^[a-z0-9]/.test(name) && name !== 'owner.json')
  return names.reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}
