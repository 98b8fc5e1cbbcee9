/** Counts of ranges that take long: in pieces they are what they are in one walk. */
import { beforeAll, expect, test } from 'vitest'
import { type EncodedRange, encodeRange, unboundedRange } from '../../../src/keys/key-range.ts'
import { pieceRows } from '../../../src/sqlite/records/range-count.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import {
  bytes,
  directoryOn,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  transact,
} from '../../kit/test-directory.ts'

/** More than are counted before the engine is stopped for the first time. */
const total = 60_000
const keyOf = (number: number): string => String(number).padStart(5, '0')
const from = (lower: string, upper = '\xff') => ({ lower: bytes(lower), upper: bytes(upper) })

let database: Storage

beforeAll(async () => {
  database = await openWithStore(directoryOn(), { indexes: [indexOf(1)] })
  transact(database, (transaction) => {
    for (let number = 0; number < total; number++) {
      // Few keys, each of many entries.
      const keys = indexKeys([1, keyOf(number % 7)])
      transaction.put(recordOf(keyOf(number), 'v', { indexKeys: keys }))
    }
  })
})

/** The count, and how many pieces it took; 0: it was there at once. */
function countInPieces(indexId: number, range: EncodedRange) {
  const counted = database.countInPieces?.(1, indexId, range)
  if (typeof counted === 'number' || counted === undefined) return { count: counted, pieces: 0 }
  for (let pieces = 1; ; pieces++) {
    const count = counted.next()
    if (count !== null) return { count, pieces }
  }
}

test('a range of few records is counted at once', () => {
  expect(countInPieces(0, from(keyOf(59_000)))).toEqual({ count: 1_000, pieces: 0 })
  const third = { lower: bytes(keyOf(3)), upper: null }
  expect(countInPieces(1, third)).toEqual({ count: 8_571, pieces: 0 })
})

test.each([
  ['a store', 0, from('00001'), total - 1],
  ['a store, to an upper bound', 0, from('00001', '55001'), 55_000],
  ['an index, with many entries of one key', 1, from('00000\x01'), total - 8_572],
  ['an index, to an upper bound', 1, from('00000', '00006'), total - 8_571],
])('a range of many records is counted in pieces: %s', (_title, indexId, range, count) => {
  expect(database.count(1, indexId, range)).toBe(count)
  const pieces = Math.floor(count / pieceRows) + 1
  expect(countInPieces(indexId, range)).toEqual({ count, pieces })
})

test('a count in pieces leaves the transaction that writes as it is', () => {
  const transaction = database.begin()
  transaction.put(recordOf('00000x'))
  expect(countInPieces(0, from('00000')).count).toBe(total + 1)
  transaction.put(recordOf('00000y'))
  transaction.commit()
  expect(database.count(1, 0, from('00000', '00001'))).toBe(3)
  transact(database, (it) => it.deleteRange(1, from('00000x', '00000z')))
})

test('a whole index that was counted in pieces is known from then on', () => {
  const all = encodeRange(unboundedRange)
  // An entry that comes twice: how many there are has to be counted again.
  transact(database, (transaction) => {
    const twice = indexKeys([1, 'k'], [1, 'k'])
    transaction.put(recordOf('99999', 'v', { indexKeys: twice }))
  })
  const count = total + 1
  expect(countInPieces(1, all)).toEqual({ count, pieces: Math.floor(count / pieceRows) + 1 })
  expect(countInPieces(1, all)).toEqual({ count, pieces: 0 })
})
