/** The table of marks: made with the first one, and no reason to refuse a file. */
import { expect, test } from 'vitest'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import {
  directoryOn,
  engine,
  found,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

const mark = { client: 'client', slot: 0, number: 1 }

function tablesOf(database: Storage): number {
  if (!(database instanceof SqliteDatabase)) throw new Error('unreachable: another engine')
  return database.connection.readNumber('SELECT count(*) FROM sqlite_schema')
}

test('a file has the table of marks once one is committed, and none before', async () => {
  const database = await openWithStore(directoryOn())
  const before = tablesOf(database)
  transact(database, (it) => it.put(recordOf('a')))
  const forgetting = database.begin()
  forgetting.forgetMarks('client')
  forgetting.commit()
  expect([database.markOf('client', 0), tablesOf(database)]).toEqual([null, before])
  for (const number of [1, 2]) database.begin().commit({ ...mark, number })
  expect([database.markOf('client', 0), tablesOf(database)]).toEqual([2, before + 1])
  expect(database.care.check()).toEqual([])
})

test('a commit that fails takes the table along, and the next one makes it', async () => {
  const vfs = faulty(memory())
  const database = await openWithStore(directoryOn({ ...vfs, isPersistent: true }))
  const failing = database.begin()
  vfs.inject({ faults: [{ on: 'write', nth: 1 }] })
  expect(() => failing.commit(mark)).toThrow(expect.objectContaining({ code: 'io' }))
  vfs.inject({})
  expect(() => database.markOf('client', 0)).toThrow('a failed commit was not rolled back')
  failing.rollback()
  expect(database.markOf('client', 0)).toBe(null)
  database.begin().commit(mark)
  expect(database.markOf('client', 0)).toBe(1)
  await database.close()
})

/** A file with marks and 200 records, one page of which is damaged. */
async function damagedFile(): Promise<MemoryVfs> {
  const vfs = memory()
  const directory = directoryOn({ ...vfs, isPersistent: true })
  const database = await openWithStore(directory)
  const transaction = database.begin()
  for (let i = 0; i < 200; i++) {
    transaction.put({ ...recordOf('', 'v'.repeat(400)), key: encodeNumberKey(i) })
  }
  transaction.commit(mark)
  await database.close()
  await directory.close()
  const file = vfs.directory('test').open(fileNameOf('test'), { create: false })
  if (!file) throw new Error('unreachable: a closed file is missing')
  const pageCount = file.size() / 4096
  file.write(new Uint8Array(4096).fill(0xa7), Math.floor(pageCount / 2) * 4096)
  file.close()
  return vfs
}

test('a damaged file with marks is salvaged, without them', async () => {
  const directory = openStorageDirectory({
    vfs: { ...(await damagedFile()), isPersistent: true },
    path: 'test',
    waitMs: 0,
    getEngine: engine,
    ifCorrupt: 'salvage',
    integrityCheck: 'always',
    onWarning: () => {},
  })
  const database = await directory.open('test')
  expect(database.care.salvaged?.stores).toHaveLength(1)
  expect(found(database).length).toBeGreaterThan(0)
  expect(database.markOf('client', 0)).toBe(null)
  expect(database.care.check()).toEqual([])
  await database.close()
  await directory.close()
})
