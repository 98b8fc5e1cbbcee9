import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareKeys } from '../../../src/keys/key.ts'
import {
  type EncodedRange,
  type KeyRange,
  encodeRange,
  isInRange,
  isInverted,
  onlyKey,
  unboundedRange,
} from '../../../src/keys/key-range.ts'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import { type Key, cmp, key } from '../../kit/reference-keys.ts'

function encode(value: unknown): Uint8Array {
  const bytes = convertValueToKey(value)
  if (!bytes) throw new Error('not a key')
  return bytes
}

/** What an engine does with the interval. */
function isInInterval(key: Uint8Array, { lower, upper }: EncodedRange): boolean {
  if (upper === null) return compareKeys(key, lower) === 0
  return compareKeys(key, lower) >= 0 && compareKeys(key, upper) < 0
}

/** A few keys close to each other, so that bounds are often met exactly. */
const nearKey: fc.Arbitrary<Key> = fc.oneof(
  fc.constantFrom<Key[]>(1, 2, 'a', 'ab', [], [1], [1, 2], ['a']),
  key,
)
const bound = fc.option(nearKey)
const bounds = fc.record({
  lower: bound,
  upper: bound,
  lowerOpen: fc.boolean(),
  upperOpen: fc.boolean(),
})

interface Bounds {
  lower: Key | null
  upper: Key | null
  lowerOpen: boolean
  upperOpen: boolean
}

function rangeOf({ lower, upper, lowerOpen, upperOpen }: Bounds): KeyRange {
  const encodeBound = (value: Key | null) => (value === null ? null : encode(value))
  return { lower: encodeBound(lower), upper: encodeBound(upper), lowerOpen, upperOpen }
}

/** https://w3c.github.io/IndexedDB/#in */
function isIn(value: Key, { lower, upper, lowerOpen, upperOpen }: Bounds): boolean {
  const behindLower = lower === null || cmp(lower, value) < (lowerOpen ? 0 : 1)
  return behindLower && (upper === null || cmp(value, upper) < (upperOpen ? 0 : 1))
}

test('a range and its interval of bytes hold the keys the specification says', () => {
  fc.assert(
    fc.property(bounds, nearKey, (values, value) => {
      const range = rangeOf(values)
      expect(isInRange(encode(value), range)).toBe(isIn(value, values))
      expect(isInInterval(encode(value), encodeRange(range))).toBe(isIn(value, values))
    }),
    { numRuns: 1000 },
  )
})

test('the interval holds the index entries of the keys in the range', () => {
  fc.assert(
    fc.property(bounds, nearKey, key, (values, value, primaryKey) => {
      const encoded = encodeRange(rangeOf(values))
      if (encoded.upper === null) return
      const entry = Uint8Array.from([...encode(value), ...encode(primaryKey)])
      const isBetween =
        compareKeys(entry, encoded.lower) >= 0 && compareKeys(entry, encoded.upper) < 0
      expect(isBetween).toBe(isIn(value, values))
    }),
    { numRuns: 1000 },
  )
})

test('a range of one key is encoded as that key', () => {
  const one = encode('a')
  expect(encodeRange(onlyKey(one))).toEqual({ lower: one, upper: null })
  const bounded = { lower: one, upper: encode('a'), lowerOpen: false, upperOpen: false }
  expect(encodeRange(bounded).upper).toBeNull()
})

test('the unbounded range holds the lowest and the highest', () => {
  const encoded = encodeRange(unboundedRange)
  for (const value of [-Infinity, [[[new ArrayBuffer(9)]]]]) {
    expect(isInRange(encode(value), unboundedRange)).toBe(true)
    expect(isInInterval(encode(value), encoded)).toBe(true)
  }
})

test('isInverted() is true only for a lower bound after the upper one', () => {
  const [low, high] = [encode(1), encode(2)]
  const open = { lowerOpen: true, upperOpen: true }
  expect(isInverted({ lower: high, upper: low, ...open })).toBe(true)
  expect(isInverted({ lower: low, upper: encode(1), ...open })).toBe(false)
  expect(isInverted({ lower: high, upper: null, ...open })).toBe(false)
})
