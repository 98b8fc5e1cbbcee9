/** Counts are carried along: whatever changes a store, they must agree with what is there. */
import { beforeEach, expect, test } from 'vitest'
import { encodeRange, unboundedRange } from '../../../src/keys/key-range.ts'
import type { Storage, StorageTransaction } from '../../../src/storage/storage.ts'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import { countRange } from '../../../src/sqlite/records/range-count.ts'
import {
  bytes,
  directoryOn,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
} from '../../kit/test-directory.ts'

let database: Storage
const all = encodeRange(unboundedRange)
const counts = (): number[] => [0, 1].map((indexId) => database.count(1, indexId, all))

/** What a walk finds, which knows of no count that is carried along. */
function counted(): number[] {
  if (!(database instanceof SqliteDatabase)) throw new Error('unreachable: another engine')
  const { connection } = database
  return [0, 1].map((indexId) => countRange(connection, { storeId: 1, indexId, range: all }))
}

/** Counts before and after, carried along in between; within the transaction they are the same. */
function countsAfter(work: (transaction: StorageTransaction) => void): number[] {
  const transaction = database.begin()
  work(transaction)
  const within = counts()
  expect(within).toEqual(counted())
  transaction.commit()
  expect(counts()).toEqual(within)
  return within
}

const large = 'v'.repeat(5_000)

beforeEach(async () => {
  database = await openWithStore(directoryOn(), { indexes: [indexOf(1)] })
  const transaction = database.begin()
  for (const key of 'abc') {
    transaction.put(recordOf(key, key, { indexKeys: indexKeys([1, 'x'], [1, 'y']) }))
  }
  for (const key of 'de') transaction.put(recordOf(key))
  transaction.commit()
  expect(counts()).toEqual([5, 6])
})

test('new records and their entries are counted', () => {
  expect(countsAfter((it) => it.put(recordOf('f')))).toEqual([6, 6])
  expect(countsAfter((it) => it.put(recordOf('g', large)))).toEqual([7, 6])
  const many = indexKeys(...[...'123456789'].map((key) => [1, key] as const))
  expect(countsAfter((it) => it.put(recordOf('h', 'v', { indexKeys: many })))).toEqual([8, 15])
  expect(countsAfter((it) => it.put(recordOf('i', 'v', { overwrite: false })))).toEqual([9, 15])
})

test.each(['plain', 'with an index', 'large'])(
  'a put over a record %s leaves the count of its store',
  (kind) => {
    const value = kind === 'large' ? large : 'other'
    const rest = kind === 'with an index' ? { indexKeys: indexKeys([1, 'z']) } : {}
    expect(countsAfter((it) => it.put(recordOf('d', value, rest)))[0]).toBe(5)
    expect(countsAfter((it) => it.put(recordOf('d', 'plain again')))).toEqual([5, 6])
    expect(countsAfter((it) => it.put(recordOf('a', value, rest)))[0]).toBe(5)
    expect(countsAfter((it) => it.put(recordOf('a', value, rest)))[0]).toBe(5)
    expect(countsAfter((it) => it.put(recordOf('a')))).toEqual([5, 4])
  },
)

test('a put tells a new record from one replaced after a change of the schema, too', () => {
  countsAfter((it) => it.put(recordOf('d', 'prepared')))
  const { connection } = database as SqliteDatabase // `directoryOn()` gives these.
  connection.execute('CREATE TABLE a (b)')
  expect(countsAfter((it) => it.put(recordOf('d', 'again')))).toEqual([5, 6])
  connection.execute('CREATE TABLE c (d)')
  expect(countsAfter((it) => it.put(recordOf('f')))).toEqual([6, 6])
})

test('what is refused is not counted', () => {
  const refused = recordOf('a', 'v', { overwrite: false })
  expect(countsAfter((it) => expect(() => it.put(refused)).toThrow(/key/))).toEqual([5, 6])
  const indexed = { ...refused, indexKeys: indexKeys([1, 'z']) }
  expect(countsAfter((it) => expect(() => it.put(indexed)).toThrow(/key/))).toEqual([5, 6])
})

test('a deletion changes the counts', () => {
  const delete_ = (lower: string, upper: string | null) => (it: StorageTransaction) =>
    it.deleteRange(1, { lower: bytes(lower), upper: upper === null ? null : bytes(upper) })
  expect(countsAfter(delete_('b', null))).toEqual([4, 4])
  expect(countsAfter(delete_('b', null))).toEqual([4, 4])
  expect(countsAfter(delete_('d', null))).toEqual([3, 4])
  expect(countsAfter(delete_('c', 'z'))).toEqual([1, 2])
  expect(countsAfter(delete_('0', 'z'))).toEqual([0, 0])
})

test('clearing leaves nothing to count', () => {
  expect(countsAfter((it) => it.clear(1))).toEqual([0, 0])
})

test('filling an index counts its entries', () => {
  const transaction = database.begin()
  transaction.changeSchema({ type: 'deleteIndex', storeId: 1, indexId: 1 })
  transaction.changeSchema({ type: 'createIndex', storeId: 1, index: indexOf(2) })
  transaction.fillIndex(1, indexOf(2), () => indexKeys([2, 'z']))
  transaction.commit()
  expect([0, 2].map((indexId) => database.count(1, indexId, all))).toEqual([5, 5])
  expect(database.care.check()).toEqual([])
})

test('a unique index that cannot be filled has no entries', () => {
  const unique = indexOf(2, { unique: true })
  const transaction = database.begin()
  transaction.changeSchema({ type: 'createIndex', storeId: 1, index: unique })
  expect(() => transaction.fillIndex(1, unique, () => indexKeys([2, 'z']))).toThrow(/unique/)
  expect(database.count(1, 2, all)).toBe(0)
  transaction.rollback()
  expect(counts()).toEqual([5, 6])
})

test('a transaction rolled back gives back the former counts', () => {
  const transaction = database.begin()
  transaction.put(recordOf('f'))
  transaction.clear(1)
  expect(counts()).toEqual([0, 0])
  transaction.rollback()
  expect(counts()).toEqual([5, 6])
  expect(countsAfter((it) => it.put(recordOf('f')))).toEqual([6, 6])
})

test('a count that was first asked for in a transaction is not taken for that of before', async () => {
  const directory = directoryOn()
  const first = await openWithStore(directory)
  const filling = first.begin()
  filling.put(recordOf('a'))
  filling.commit()
  await first.close()
  database = await directory.open('test')
  const transaction = database.begin()
  transaction.put(recordOf('b'))
  expect(database.count(1, 0, all)).toBe(2)
  transaction.rollback()
  expect(database.count(1, 0, all)).toBe(1)
})

test('a count of some keys is not taken for that of all', () => {
  expect(database.count(1, 0, { lower: bytes('b'), upper: bytes('z') })).toBe(4)
  expect(counts()).toEqual([5, 6])
  expect(database.count(1, 0, { lower: bytes('b'), upper: bytes('z') })).toBe(4)
})

test('the check finds a count that is not that of what is there', () => {
  expect(database.care.check()).toEqual([])
  const { connection } = database as SqliteDatabase // `directoryOn()` gives these.
  connection.execute(`DELETE FROM records WHERE key = x'64'`)
  expect(database.care.check()).toEqual([
    'counts of records or index entries that differ from what is there: 1',
  ])
})
