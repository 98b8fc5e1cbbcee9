/** The table of marks: made with the first one, and no reason to refuse a file. */
import { expect, test } from 'vitest'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import type { Storage, StorageDirectory } from '../../../src/storage/storage.ts'
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

test('a database whose first upgrade was begun, and not committed, is found by its number alone', async () => {
  const vfs = memory()
  for (const incarnation of [null, 7]) {
    const directory = directoryOn({ ...vfs, isPersistent: true })
    const database = await directory.open('test')
    const noting = database.begin()
    if (incarnation !== null) noting.noteIncarnation(incarnation)
    noting.commit()
    database.begin().changeSchema({ type: 'setVersion', version: 1 })
    const afterKill = directoryOn({ ...vfs.fork(), isPersistent: true })
    const known = await afterKill.openExisting('test')
    expect(known?.incarnation ?? null).toBe(incarnation)
    expect(known?.schema.version ?? 0).toBe(0)
    await known?.close()
    expect(await afterKill.openExisting('test')).toBe(null)
    expect(await afterKill.list()).toEqual([])
    await database.close()
    await directory.close()
  }
})

test('a database whose first upgrade was begun stays when it is closed, if it is to', async () => {
  const directory = directoryOn({ ...memory(), isPersistent: true })
  const database = await directory.open('test')
  const noting = database.begin()
  noting.noteIncarnation(7)
  noting.commit()
  database.begin().changeSchema({ type: 'setVersion', version: 1 })
  await database.close({ keepsBegun: true })
  const known = await directory.openExisting('test')
  expect([known?.incarnation, known?.schema.version]).toEqual([7, 0])
  await known?.close()
  expect(await directory.openExisting('test')).toBe(null)
})

/** A file of the incarnation 7 with marks and 200 records, one page of which is damaged: the first, or one in the middle. */
async function damagedFile(page: 'first' | 'middle'): Promise<MemoryVfs> {
  const vfs = memory()
  const directory = directoryOn({ ...vfs, isPersistent: true })
  const database = await openWithStore(directory)
  const transaction = database.begin()
  for (let i = 0; i < 200; i++) {
    transaction.put({ ...recordOf('', 'v'.repeat(400)), key: encodeNumberKey(i) })
  }
  transaction.noteIncarnation(7)
  transaction.commit(mark)
  await database.close()
  await directory.close()
  const file = vfs.directory('test').open(fileNameOf('test'), { create: false })
  if (!file) throw new Error('unreachable: a closed file is missing')
  const pageCount = file.size() / 4096
  // What stands before the tables says what file it is.
  const offset = page === 'first' ? 100 : Math.floor(pageCount / 2) * 4096
  file.write(new Uint8Array(3_996).fill(0xa7), offset)
  file.close()
  return vfs
}

function salvaging(vfs: MemoryVfs): StorageDirectory {
  return openStorageDirectory({
    vfs: { ...vfs, isPersistent: true },
    path: 'test',
    waitMs: 0,
    getEngine: engine,
    ifCorrupt: 'salvage',
    integrityCheck: 'always',
    onWarning: () => {},
  })
}

test('a damaged file with marks is salvaged, without them', async () => {
  const directory = salvaging(await damagedFile('middle'))
  const database = await directory.open('test')
  expect(database.care.salvaged?.stores).toHaveLength(1)
  expect(found(database).length).toBeGreaterThan(0)
  expect(database.markOf('client', 0)).toBe(null)
  expect(database.care.check()).toEqual([])
  await database.close()
  await directory.close()
})

test.each(['first', 'middle'] as const)(
  'a file that is salvaged is no longer the one that its clients know (damaged: the %s page)',
  async (page) => {
    const directory = salvaging(await damagedFile(page))
    const database = await directory.openExisting('test')
    expect(database?.incarnation ?? null).toBe(null)
    expect(database?.hasLostMarks).toBe(page === 'first' ? undefined : true)
    await database?.close()
    await directory.close()
  },
)
