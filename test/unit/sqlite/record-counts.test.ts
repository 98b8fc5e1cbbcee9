/** Counts are remembered: every change of a store must make them forgotten. */
import { beforeEach, expect, test } from 'vitest'
import { encodeRange, unboundedRange } from '../../../src/keys/key-range.ts'
import type { Storage, StorageTransaction } from '../../../src/storage/storage.ts'
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
const counts = (): number[] => [1, 2].map((indexId) => database.count(1, indexId - 1, all))

/** Counts before and after, so that what was known before would show. */
function countsAfter(work: (transaction: StorageTransaction) => void): number[] {
  counts()
  const transaction = database.begin()
  work(transaction)
  expect(counts()).toEqual(counts())
  transaction.commit()
  return counts()
}

beforeEach(async () => {
  database = await openWithStore(directoryOn(), { indexes: [indexOf(1)] })
  const transaction = database.begin()
  for (const key of 'abc') {
    transaction.put(recordOf(key, key, { indexKeys: indexKeys([1, 'x'], [1, 'y']) }))
  }
  transaction.commit()
})

test('a put changes the counts of its store', () => {
  expect(countsAfter((it) => it.put(recordOf('d')))).toEqual([4, 6])
})

test('a put over a record changes the count of an index', () => {
  expect(countsAfter((it) => it.put(recordOf('a')))).toEqual([3, 4])
})

test('a deletion changes the counts', () => {
  const range = { lower: bytes('b'), upper: null }
  expect(countsAfter((it) => it.deleteRange(1, range))).toEqual([2, 4])
})

test('clearing leaves nothing to count', () => {
  expect(countsAfter((it) => it.clear(1))).toEqual([0, 0])
})

test('filling an index changes its count', () => {
  const filled = countsAfter((it) => {
    it.changeSchema({ type: 'deleteIndex', storeId: 1, indexId: 1 })
    it.changeSchema({ type: 'createIndex', storeId: 1, index: indexOf(2) })
    it.fillIndex(1, indexOf(2), () => indexKeys([2, 'z']))
  })
  expect([filled, database.count(1, 2, all)]).toEqual([[3, 0], 3])
})

test('a transaction rolled back gives back the former counts', () => {
  counts()
  const transaction = database.begin()
  transaction.clear(1)
  expect(counts()).toEqual([0, 0])
  transaction.rollback()
  expect(counts()).toEqual([3, 6])
})

test('a count of some keys is not taken for that of all', () => {
  expect(database.count(1, 0, { lower: bytes('b'), upper: bytes('z') })).toBe(2)
  expect(counts()).toEqual([3, 6])
  expect(database.count(1, 0, { lower: bytes('b'), upper: bytes('z') })).toBe(2)
})
