/** Databases in memory hand their connections on, and nothing of their own with them. */
import { expect, test } from 'vitest'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
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
