/** Counts that a file keeps: a row of it is right at every moment, and gone when it would not be. */
import { expect, test } from 'vitest'
import { encodeRange, unboundedRange } from '../../../src/keys/key-range.ts'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import { countRange } from '../../../src/sqlite/records/range-count.ts'
import { fileNameOf } from '../../../src/sqlite/file-name.ts'
import { fewestStored } from '../../../src/sqlite/records/stored-counts.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { memory, type MemoryVfs } from '../../../vfs/memory.ts'
import { seededRandom } from '../../kit/history/random.ts'
import {
  bytes,
  directoryOn,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

const all = encodeRange(unboundedRange)
const indexes = [indexOf(1), indexOf(2)]

function connectionOf(database: Storage) {
  if (!(database instanceof SqliteDatabase)) throw new Error('unreachable: another engine')
  return database.connection
}

/** Of the store, and of the indexes 1 and 2. */
function counts(database: Storage): number[] {
  return [0, 1, 2].map((indexId) => database.count(1, indexId, all))
}

/** The rows of the file, as text; null: it has no table for them. */
function rows(database: Storage): string | null {
  const connection = connectionOf(database)
  const tables = `SELECT count(*) FROM sqlite_schema WHERE name = 'record_counts'`
  if (connection.readNumber(tables) === 0) return null
  return connection.readText(
    `SELECT ifnull(group_concat(store_id || ' ' || index_id || ' ' || count, ', '), 'none') FROM record_counts`,
  )
}

const keyOf = (number: number): string => String(number).padStart(5, '0')

/** A database on a disk, with this number of records; all of them are in index 1. */
async function filled(recordCount: number) {
  const vfs = memory()
  const directory = directoryOn({ ...vfs, isPersistent: true })
  const database = await openWithStore(directory, { indexes })
  transact(database, (it) => {
    for (let number = 0; number < recordCount; number++) {
      it.put(recordOf(keyOf(number), 'v', { indexKeys: indexKeys([1, 'x']) }))
    }
  })
  return { vfs, directory, database }
}

/** The database as the next process would find it, had this one been killed now. */
function afterCrash(vfs: MemoryVfs): Promise<Storage> {
  return directoryOn({ ...vfs.fork(), isPersistent: true }).open('test')
}

test('a small store leaves no count, and a file of the first format', async () => {
  const { directory, database } = await filled(fewestStored - 1)
  database.care.housekeep()
  await database.close()
  const again = await directory.open('test')
  expect(rows(again)).toBeNull()
  expect(connectionOf(again).readNumber('PRAGMA user_version')).toBe(1)
  expect(counts(again)).toEqual([fewestStored - 1, fewestStored - 1, 0])
  await again.close()
})

test('a large store leaves its count when the database closes, and the next opening believes it', async () => {
  const { directory, database } = await filled(fewestStored)
  expect(rows(database)).toBeNull()
  await database.close()
  const again = await directory.open('test')
  expect(rows(again)).toBe('1 0 32768, 1 1 32768')
  expect(connectionOf(again).readNumber('PRAGMA user_version')).toBe(2)
  // Nothing else would tell that it was not counted again.
  connectionOf(again).execute('UPDATE record_counts SET count = 50000 WHERE index_id = 0')
  await again.close()
  const misled = await directory.open('test')
  expect(counts(misled)).toEqual([50000, 32768, 0])
  expect(misled.care.check()).toEqual([
    'counts of records or index entries that differ from what is there: 1',
  ])
  await misled.close()
})

test('an idle database leaves its counts as well, once', async () => {
  const { vfs, database } = await filled(fewestStored)
  database.care.housekeep()
  const pendingBytes = database.care.pendingBytes()
  database.care.housekeep()
  expect(database.care.pendingBytes()).toBe(pendingBytes)
  const found = await afterCrash(vfs)
  expect(rows(found)).toBe('1 0 32768, 1 1 32768')
  expect(counts(found)).toEqual([32768, 32768, 0])
})

test('the first commit that changes a count takes all rows along, and none that only replaces records', async () => {
  const { vfs, directory, database } = await filled(fewestStored)
  await database.close()
  const again = await directory.open('test')
  transact(again, (it) => it.put(recordOf(keyOf(1), 'another', { indexKeys: indexKeys([1, 'x']) })))
  expect(rows(again)).toBe('1 0 32768, 1 1 32768')
  transact(again, (it) => it.put(recordOf('new')))
  expect(rows(again)).toBe('none')
  expect(counts(again)).toEqual([32769, 32768, 0])
  const found = await afterCrash(vfs)
  expect(rows(found)).toBe('none')
  expect(counts(found)).toEqual([32769, 32768, 0])
  await again.close()
})

test('a transaction rolled back leaves the rows', async () => {
  const { directory, database } = await filled(fewestStored)
  await database.close()
  const again = await directory.open('test')
  const transaction = again.begin()
  transaction.clear(1)
  expect(counts(again)).toEqual([0, 0, 0])
  transaction.rollback()
  expect([rows(again), counts(again)]).toEqual(['1 0 32768, 1 1 32768', [32768, 32768, 0]])
  transact(again, (it) => it.clear(1))
  expect([rows(again), counts(again)]).toEqual(['none', [0, 0, 0]])
  await again.close()
})

test('an upgrade leaves no row of a store that is gone', async () => {
  const { directory, database } = await filled(fewestStored)
  await database.close()
  const again = await directory.open('test')
  transact(again, (it) => {
    it.changeSchema({ type: 'setVersion', version: 2 })
    it.changeSchema({ type: 'deleteIndex', storeId: 1, indexId: 1 })
  })
  expect(rows(again)).toBe('none')
  expect(again.count(1, 0, all)).toBe(32768)
  again.care.housekeep()
  expect(rows(again)).toBe('1 0 32768')
  await again.close()
})

test.each([`-5`, `32768.5`, `'many'`, `1e300`])('a count of %s is not believed', async (count) => {
  const { directory, database } = await filled(fewestStored)
  await database.close()
  const foreign = await directory.open('test')
  connectionOf(foreign).execute(`UPDATE record_counts SET count = ${count}`)
  await foreign.close()
  const again = await directory.open('test')
  expect(counts(again)).toEqual([32768, 32768, 0])
  transact(again, (it) => it.put(recordOf('new')))
  expect(rows(again)).toBe('none')
  await again.close()
})

test('a copy of the file has the counts of the moment at which it was made', async () => {
  const { database } = await filled(fewestStored)
  database.care.housekeep()
  const copy = database.care.copy?.()
  if (!copy) throw new Error('unreachable: an engine without copies')
  transact(database, (it) => it.clear(1))
  const pieces: Uint8Array[] = []
  for (let piece = copy.read(); piece; piece = copy.read()) pieces.push(piece)
  copy.end()
  const vfs = memory()
  const file = vfs.directory('test').open(fileNameOf('test'), { create: true })
  let offset = 0
  for (const piece of pieces) {
    file?.write(piece, offset)
    offset += piece.length
  }
  file?.close()
  const copied = await directoryOn(vfs).open('test')
  expect(counts(copied)).toEqual([32768, 32768, 0])
  expect(copied.care.check()).toEqual([])
})

test('whatever is done to a large store, the counts are those of what is there', async () => {
  const seed = 17
  const random = seededRandom(seed)
  const { vfs, directory, database } = await filled(fewestStored + 20)
  let current: Storage = database
  const change = (number: number): void => {
    const transaction = current.begin()
    for (let left = random.below(4); left > 0; left--) {
      const key = keyOf(random.below(fewestStored + 200))
      const kind = random.below(5)
      const entries = indexKeys([1 + random.below(2), 'x'], [1, `y${random.below(9)}`])
      if (kind === 0) transaction.put(recordOf(key))
      else if (kind === 1) transaction.put(recordOf(key, 'v', { indexKeys: entries }))
      else if (kind === 2) transaction.deleteRange(1, { lower: bytes(key), upper: null })
      else if (kind === 3) {
        transaction.deleteRange(1, { lower: bytes(key), upper: bytes(`${key}z`) })
      } else transaction.put(recordOf(key, 'v'.repeat(2_000)))
    }
    if (number % 5 === 0) transaction.rollback()
    else transaction.commit()
  }
  for (let number = 1; number < 300; number++) {
    const kind = random.below(10)
    if (kind === 0) current.care.housekeep()
    else if (kind === 1) {
      await current.close()
      current = await directory.open('test')
    } else change(number)
    if (number % 30 === 0) {
      const found = await afterCrash(vfs)
      expect(found.care.check()).toEqual([])
      expect(counts(found)).toEqual(counts(current))
      const { connection } = found as SqliteDatabase // `directoryOn()` gives these.
      const walks = [0, 1, 2].map((indexId) =>
        countRange(connection, { storeId: 1, indexId, range: all }),
      )
      expect(walks).toEqual(counts(found))
    }
  }
  expect(current.care.check()).toEqual([])
})
