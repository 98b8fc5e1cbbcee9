/** Databases in memory hand their connections on, and nothing of their own with them. */
import { expect, test, vi } from 'vitest'
import { allKeys } from '../../../src/keys/key-range.ts'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { fewestStored } from '../../../src/sqlite/records/stored-counts.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { memory } from '../../../vfs/memory.ts'
import {
  directoryOn,
  engine,
  found,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

const large = 'v'.repeat(1_000_000)

function connectionOf(database: Storage) {
  if (!(database instanceof SqliteDatabase)) throw new Error('unreachable: another engine')
  return database.connection
}

test('a quota ends with its database', async () => {
  const quota = 500_000
  const limited = openStorageDirectory({
    vfs: memory(),
    path: 'test',
    waitMs: 0,
    getEngine: engine,
    quotaBytes: quota,
  })
  const first = await openWithStore(limited)
  const transaction = first.begin()
  expect(() => transaction.put(recordOf('a', large))).toThrow(`quota of ${quota} bytes`)
  transaction.rollback()
  await first.close()
  await limited.close()
  const database = await openWithStore(directoryOn())
  transact(database, (it) => it.put(recordOf('a', large)))
  expect(found(database)).toHaveLength(1)
  expect(connectionOf(database).quotaError).toBe(null)
  await database.close()
})

test('a walk is measured by the file that the connection has now', async () => {
  const directory = directoryOn()
  const first = await openWithStore(directory)
  const connection = connectionOf(first)
  transact(first, (it) => it.put(recordOf('a', large)))
  connection.checkWalk(1, large.length)
  await first.close()
  const second = await openWithStore(directory, { name: 'second' })
  expect(connectionOf(second)).toBe(connection)
  expect(() => connection.checkWalk(1, large.length)).toThrow('its pages refer to each other')
  connection.hasMetDamage = false
  await second.close()
})

test('a database of the size of a new one hands on its connection with the lock, one that has grown without', async () => {
  const directory = directoryOn()
  const first = await openWithStore(directory, { name: 'first' })
  transact(first, (it) => it.put(recordOf('a')))
  const connection = connectionOf(first)
  const prepared = vi.spyOn(connection, 'execute')
  await first.close()
  const second = await openWithStore(directory, { name: 'second' })
  expect(connectionOf(second)).toBe(connection)
  expect(prepared).not.toHaveBeenCalled()
  transact(second, (it) => it.put(recordOf('b', large)))
  await second.close()
  expect(prepared).toHaveBeenCalledExactlyOnceWith('PRAGMA locking_mode = NORMAL')
  const again = await directory.open('first')
  expect(connectionOf(again)).toBe(connection)
  expect(found(again).map(({ key }) => key)).toEqual(['a'])
  await again.close()
})

test('a connection with a lock goes to no database that has grown', async () => {
  const directory = directoryOn()
  const grown = await openWithStore(directory, { name: 'grown' })
  transact(grown, (it) => it.put(recordOf('a', large)))
  const small = await openWithStore(directory, { name: 'small' })
  const connection = connectionOf(small)
  await grown.close()
  await small.close()
  const again = await directory.open('grown')
  expect(connectionOf(again)).not.toBe(connection)
  expect(found(again).map(({ key }) => key)).toEqual(['a'])
  await again.close()
})

test('a database grows, shrinks and is rolled back on a connection that came with its lock', async () => {
  const directory = directoryOn()
  await (await openWithStore(directory, { name: 'before' })).close()
  const database = await openWithStore(directory)
  const size = () => connectionOf(database).readNumber('PRAGMA page_count')
  const newSize = size()
  const reverted = database.begin()
  reverted.put(recordOf('a', large))
  reverted.rollback()
  expect(size()).toBe(newSize)
  transact(database, (it) => it.put(recordOf('b', large)))
  expect(size()).toBeGreaterThan(newSize)
  await database.close()
  const again = await directory.open('test')
  expect(found(again).map(({ key }) => key)).toEqual(['b'])
  expect(connectionOf(again).readText('PRAGMA integrity_check')).toBe('ok')
  await again.close()
})

test('a database with counts in its file opens after one with marks, and the other way round', async () => {
  const directory = directoryOn()
  const counted = await openWithStore(directory, { name: 'counted' })
  transact(counted, (it) => {
    for (let i = 0; i < fewestStored; i++) it.put(recordOf(`${i}`))
  })
  await counted.close()
  const marked = await openWithStore(directory, { name: 'marked' })
  marked.begin().commit({ client: 'client', slot: 3, number: 7 })
  await marked.close()
  const countedAgain = await directory.open('counted')
  expect(countedAgain.count(1, 0, allKeys)).toBe(fewestStored)
  expect(countedAgain.markOf('client', 3)).toBe(null)
  await countedAgain.close()
  const markedAgain = await directory.open('marked')
  expect(markedAgain.markOf('client', 3)).toBe(7)
  await markedAgain.close()
})
