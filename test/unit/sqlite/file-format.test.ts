/** The formats of a file: which there is, what raises it, and what is done with what another release has left. */
import { expect, test } from 'vitest'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { createCountsTable, raiseFormat } from '../../../src/sqlite/schema/tables.ts'
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

const mark = { client: 'client', slot: 0, number: 1 }

function connectionOf(database: Storage) {
  if (!(database instanceof SqliteDatabase)) throw new Error('unreachable: another engine')
  return database.connection
}

function formatOf(database: Storage): number {
  return connectionOf(database).readNumber('PRAGMA user_version')
}

test('a file has the first format until something of the second is in it', async () => {
  const directory = directoryOn({ ...memory(), isPersistent: true })
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a')))
  expect(formatOf(database)).toBe(1)
  const reverted = database.begin()
  reverted.put(recordOf('b'))
  reverted.rollback()
  database.begin().commit(mark)
  expect(formatOf(database)).toBe(2)
  transact(database, (it) => it.forgetMarks('client'))
  await database.close()
  const again = await directory.open('test')
  expect([formatOf(again), found(again).length]).toEqual([2, 1])
  await again.close()
})

/** A directory with a file of that format, closed; `make` adds to it. */
async function fileOf(format: number, make: (database: Storage) => void = () => {}) {
  const vfs = { ...memory(), isPersistent: true }
  const directory = directoryOn(vfs)
  const database = await openWithStore(directory)
  transact(database, (it) => it.put(recordOf('a')))
  make(database)
  connectionOf(database).execute(`PRAGMA user_version = ${format}`)
  await database.close()
  return { vfs, directory }
}

test('a newer format is an error that names it, and the file stays as it is', async () => {
  const { vfs, directory } = await fileOf(3)
  const bytes = (): Uint8Array => {
    const file = vfs.directory('test').open(fileNameOf('test'), { create: false })
    if (!file) throw new Error('unreachable: the file is missing')
    const content = new Uint8Array(file.size())
    file.read(content, 0)
    file.close()
    return content
  }
  const before = bytes()
  await expect(directory.open('test')).rejects.toMatchObject({
    code: 'foreign',
    message: expect.stringMatching(
      /has format 3, newer than 2; open it with a newer version of idb-everywhere$/,
    ),
    facts: { code: 'ERR_IDB_NEWER_FORMAT', format: 3, supportedFormat: 2 },
  })
  expect(bytes()).toEqual(before)
})

test('a newer format that only the log knows is refused as well', async () => {
  const vfs = memory()
  const directory = directoryOn({ ...vfs, isPersistent: true })
  const database = await openWithStore(directory)
  connectionOf(database).execute('PRAGMA user_version = 3')
  // What a killed owner leaves.
  const left = directoryOn({ ...vfs.fork(), isPersistent: true })
  await expect(left.open('test')).rejects.toMatchObject({ message: /has format 3/ })
  await database.close()
})

test('counts that another release has left go with the first change, and not when that is reverted', async () => {
  const { directory } = await fileOf(2, (database) => {
    connectionOf(database).execute(
      `${createCountsTable}; INSERT INTO record_counts VALUES (1, 0, 1); ${raiseFormat}`,
    )
  })
  const database = await directory.open('test')
  const left = () => connectionOf(database).readNumber('SELECT count(*) FROM record_counts')
  const reverted = database.begin()
  reverted.put(recordOf('b'))
  reverted.rollback()
  expect(left()).toBe(1)
  transact(database, (it) => it.put(recordOf('c')))
  expect(left()).toBe(0)
  expect(database.care.check()).toEqual([])
  await database.close()
})

test.each([8192, 65_536])('a file with pages of %i bytes is used like all others', async (size) => {
  const vfs = memory()
  const made = await openWithStore(directoryOn(vfs))
  connectionOf(made).execute(`PRAGMA page_size = ${size}; VACUUM; ${raiseFormat}`)
  expect(connectionOf(made).readNumber('PRAGMA page_size')).toBe(size)
  await made.close()
  const directory = openStorageDirectory({
    vfs: { ...vfs.fork(), isPersistent: true },
    path: 'test',
    waitMs: 0,
    getEngine: engine,
    integrityCheck: 'always',
    quotaBytes: 40 * size,
  })
  const database = await directory.open('test')
  const large = recordOf('large', 'v'.repeat(3 * size))
  transact(database, (it) => it.put(large))
  database.durability.sync()
  await database.close()
  const again = await directory.open('test')
  expect(connectionOf(again).readNumber('PRAGMA page_size')).toBe(size)
  expect(found(again)).toHaveLength(1)
  expect(again.care.check()).toEqual([])
  const many = again.begin()
  expect(() => {
    for (let i = 0; i < 40; i++) many.put({ ...large, key: Uint8Array.of(i) })
    many.commit()
  }).toThrow(expect.objectContaining({ code: 'full' }))
  many.rollback()
  await again.close()
})
