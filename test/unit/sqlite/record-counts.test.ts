/** Counts are remembered: whatever changes a store must make them forgotten. */
import { beforeEach, expect, test } from 'vitest'
import { encodeRange, unboundedRange } from '../../../src/keys/key-range.ts'
import type { DatabaseStorage } from '../../../src/storage/storage.ts'
import {
  bytes,
  directoryOn,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
} from '../../kit/test-directory.ts'

let database: DatabaseStorage
const all = encodeRange(unboundedRange)
const counts = (): number[] => [1, 2].map((indexId) => database.count(1, indexId - 1, all))

/** Counts before and after, so that what was known before would show. */
function countsAfter(work: () => void): number[] {
  counts()
  database.begin()
  work()
  expect(counts()).toEqual(counts())
  database.commit()
  return counts()
}

beforeEach(async () => {
  database = await openWithStore(directoryOn(), { indexes: [indexOf(1)] })
  database.begin()
  for (const key of 'abc') {
    database.put(recordOf(key, key, { indexKeys: indexKeys([1, 'x'], [1, 'y']) }))
  }
  database.commit()
})

test('a put changes the counts of its store', () => {
  expect(countsAfter(() => database.put(recordOf('d')))).toEqual([4, 6])
})

test('a put over a record changes the count of an index', () => {
  expect(countsAfter(() => database.put(recordOf('a')))).toEqual([3, 4])
})

test('a deletion changes the counts', () => {
  const range = { lower: bytes('b'), upper: null }
  expect(countsAfter(() => database.deleteRange(1, range))).toEqual([2, 4])
})

test('clearing leaves nothing to count', () => {
  expect(countsAfter(() => database.clear(1))).toEqual([0, 0])
})

test('filling an index changes its count', () => {
  const filled = countsAfter(() => {
    database.changeSchema({ type: 'deleteIndex', storeId: 1, indexId: 1 })
    database.changeSchema({ type: 'createIndex', storeId: 1, index: indexOf(2) })
    database.fillIndex(1, indexOf(2), () => indexKeys([2, 'z']))
  })
  expect([filled, database.count(1, 2, all)]).toEqual([[3, 0], 3])
})

test('a transaction rolled back gives back the former counts', () => {
  counts()
  database.begin()
  database.clear(1)
  expect(counts()).toEqual([0, 0])
  database.rollback()
  expect(counts()).toEqual([3, 6])
})

test('a count of some keys is not taken for that of all', () => {
  expect(database.count(1, 0, { lower: bytes('b'), upper: bytes('z') })).toBe(2)
  expect(counts()).toEqual([3, 6])
  expect(database.count(1, 0, { lower: bytes('b'), upper: bytes('z') })).toBe(2)
})
