import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { convertKeyToValue, keyEnd } from '../../../src/keys/convert-key-to-value.ts'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import { compareKeys, keyType } from '../../../src/keys/key.ts'
import {
  encodeNumberKey,
  numberKeyOffset,
  writeNumberKeyBytes,
} from '../../../src/keys/number-key.ts'
import { type Key, cmp, key } from '../../kit/reference-keys.ts'

const runs = { numRuns: 1000 }

function encode(value: unknown): Uint8Array {
  const bytes = convertValueToKey(value)
  if (!bytes) throw new Error('not a key')
  return bytes
}

/** Two keys that are often near each other: the second is the first with something changed or appended. */
const pair = fc.oneof(
  fc.tuple(key, key),
  fc.tuple(key, key).map(([a, b]): [Key, Key] => [[a], [a, b]]),
  fc.tuple(key, key, key).map(([a, b, c]): [Key, Key] => [
    [a, b],
    [a, c],
  ]),
  fc.tuple(fc.string(), fc.string()).map(([a, b]): [Key, Key] => [a, a + b]),
)

test('encoded keys sort as the specification compares keys', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      expect(compareKeys(encode(a), encode(b))).toBe(cmp(a, b))
      expect(Math.sign(Buffer.compare(encode(a), encode(b)))).toBe(cmp(a, b))
    }),
    runs,
  )
})

test('a key decodes to the value it was made of', () => {
  fc.assert(
    fc.property(key, (value) => {
      const bytes = encode(value)
      const decoded = convertKeyToValue(bytes)
      expect(cmp(decoded as Key, value)).toBe(0)
      expect(encode(decoded)).toEqual(bytes)
      expect(keyEnd(bytes, 0)).toBe(bytes.length)
    }),
    runs,
  )
})

test('a key between other bytes decodes by its place', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      const bytes = Uint8Array.from([0xff, ...encode(a), ...encode(b)])
      const middle = keyEnd(bytes, 1)
      expect(encode(convertKeyToValue(bytes, 1, middle))).toEqual(encode(a))
      expect(encode(convertKeyToValue(bytes, middle))).toEqual(encode(b))
    }),
  )
})

test('no key begins another', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const [x, y] = [encode(a), encode(b)]
      if (cmp(a, b) !== 0) expect(compareKeys(x, y.subarray(0, x.length))).not.toBe(0)
    }),
    runs,
  )
})

test('key ++ FF lies after all that begins with the key and before every larger key', () => {
  fc.assert(
    fc.property(pair, key, ([a, b], primaryKey) => {
      const after = Uint8Array.from([...encode(a), 0xff])
      const entry = Uint8Array.from([...encode(a), ...encode(primaryKey)])
      expect(compareKeys(after, entry)).toBe(1)
      expect(compareKeys(after, encode(b))).toBe(cmp(a, b) === -1 ? -1 : 1)
    }),
    runs,
  )
})

test('the worked example of the format holds', () => {
  const hex = '50 10 bf f0 00 00 00 00 00 00 30 62 00 00'
  expect(Buffer.from(encode([1, 'a'])).toString('hex')).toBe(hex.replaceAll(' ', ''))
})

test('damaged bytes are refused or are the key they decode to', () => {
  const tags = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x7f, 0xc0, 0xff]
  const byte = fc.oneof(fc.constantFrom(...tags), fc.integer({ min: 0, max: 255 }))
  let refused = 0
  const check = (bytes: Uint8Array): void => {
    try {
      const value = convertKeyToValue(bytes)
      expect(encode(value)).toEqual(bytes)
      expect(keyEnd(bytes, 0)).toBe(bytes.length)
    } catch (error) {
      expect(error).toBeInstanceOf(StorageError)
      expect(error).toHaveProperty('code', 'corrupt')
      refused++
      expect(() => {
        if (keyEnd(bytes, 0) === bytes.length) throw new Error('keyEnd is less strict')
      }).not.toThrow('less strict')
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 24 }), check), runs)
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 24 }), (bytes) => check(Uint8Array.from(bytes))),
    runs,
  )
  fc.assert(
    fc.property(key, fc.nat(), byte, (value, at, changed) => {
      const bytes = encode(value)
      bytes[at % bytes.length] = changed
      check(bytes)
      check(bytes.subarray(0, at % bytes.length))
    }),
    runs,
  )
  expect(refused).toBeGreaterThan(500)
})

test.each([
  ['nothing', ''],
  ['NaN', '10fff8000000000000'],
  ['-0', '107fffffffffffffff'],
  ['a date that is no integer', '20bfe0000000000000'],
  ['a date out of range', '20ffeffffffffffff0'],
  ['a string without an end', '3062'],
  ['a code unit above 0xFFFF', '30c0bf8100'],
  ['an unknown lead byte', '30c1000000'],
  ['a byte escaped for no reason', '40ff0200'],
  ['an array without an end', '5050'],
  ['an unknown tag', '60'],
  ['bytes after the key', '306200306200'],
])('%s is no key', (_, hex) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
  expect(() => convertKeyToValue(bytes)).toThrow(StorageError)
})

test('long strings and binaries come back', () => {
  const string = 'ab\u00e9\u4e2d\ud83d'.repeat(20000)
  expect(convertKeyToValue(encode(string))).toBe(string)
  const binary = Uint8Array.from(randomBytes(100000))
  expect(new Uint8Array(convertKeyToValue(encode(binary)) as ArrayBuffer)).toEqual(binary)
})

test('arrays nested 100,000 levels deep come back', () => {
  let value: unknown[] = []
  for (let i = 0; i < 100_000; i++) value = [value]
  const bytes = encode(value)
  expect(bytes.length).toBe(200_002)
  expect(keyEnd(bytes, 0)).toBe(bytes.length)
  expect(encode(convertKeyToValue(bytes))).toEqual(bytes)
})

test('a number is patched into a key in place', () => {
  const bytes = encode([0, 'x'])
  writeNumberKeyBytes(bytes, 1 + numberKeyOffset, 42)
  expect(convertKeyToValue(bytes)).toEqual([42, 'x'])
  expect(encodeNumberKey(42)).toEqual(encode(42))
})

test('keyType() names the type', () => {
  const types = [1, new Date(0), 'a', new ArrayBuffer(1), []].map((value) => keyType(encode(value)))
  expect(types).toEqual(['number', 'date', 'string', 'binary', 'array'])
  expect(() => keyType(Uint8Array.of(0xff))).toThrow(StorageError)
})
