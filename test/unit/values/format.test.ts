import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { deserialize } from '../../../src/values/deserialize.ts'
import { hexOf } from './round-trip.ts'
import { assertSameStructure } from './structure.ts'

const shared = {}

/** Bytes that files already hold: a change here makes those files unreadable. */
const golden: readonly [unknown, string][] = [
  [{ id: 7, tags: ['a', null] }, '01 2008 826964 8474616773 c7 2102 8161 02'],
  [undefined, '01 01'],
  [Object.assign([1], { x: 2 }), '01 220102 8130 c1 8178 c2'],
  [[0, 63, 64, -1, 2147483647, -2147483648], '01 2106 c0 ff 058001 0501 05feffffff0f 05ffffffff0f'],
  [[-0, 1.5, 2 ** 53], '01 2103 068000000000000000 063ff8000000000000 064340000000000000'],
  [[0n, 255n, -256n], '01 2103 0700 0702ff 07050001'],
  ['x'.repeat(64), `01 0840${'78'.repeat(64)}`],
  ['é\ud800', '01 0a04 e90000d8'],
  ['é', '01 0902 c3a9'],
  [
    [Object(false), Object(true), Object(1), Object(2n), Object('s')],
    '01 2105 11 12 133ff0000000000000 140202 158173',
  ],
  [[new Date(0), new Date(NaN)], '01 2102 160000000000000000 167ff8000000000000'],
  [/a/gi, '01 17 8161 826769'],
  [[shared, shared], '01 2102 2000 1001'],
  [new Map([[1, new Set(['a'])]]), '01 2301 c1 2401 8161'],
  [Uint8Array.of(1, 2).subarray(1), '01 3202 30020102 01 02'],
]

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

describe('the byte format', () => {
  for (const [i, [value, hex]] of golden.entries()) {
    test(`value ${i} has the bytes ${hex.slice(0, 60)}, and is read from them`, () => {
      const bytes = bytesOf(hex)
      assert.equal(hexOf(value), hex.replaceAll(' ', ''))
      assertSameStructure(deserialize(bytes, 0, bytes.length), value)
    })
  }

  const wrong: Record<string, readonly [string, RegExp]> = {
    'a newer version': ['02 01', /newer version/],
    'no version': ['00 01', /no format version/],
    'no bytes': ['', /ends too early/],
    'an absent value': ['01 00', /missing/],
    'an unknown tag': ['01 7f', /unknown tag 0x7f/],
    'bytes after the value': ['01 01 01', /left over/],
    'a reference to nothing': ['01 10 00', /reference/],
    'a reference to an object not finished': ['01 32 02 10 00 00 00', /reference/],
    'more elements than bytes': ['01 21 ffffff7f', /count/],
    'a string that is too long': ['01 08 ffffff7f', /ends too early/],
    'an unknown kind of view': ['01 32 7f 3000 00 00', /unknown kind of view/],
    'a view beyond its buffer': ['01 32 02 3000 00 05', /does not fit/],
    'a view of no buffer': ['01 32 02 2000 00 00', /without a buffer/],
    'bad UTF-8': ['01 09 02 c328', /UTF-8/],
    'a bad regular expression': ['01 17 8128 80', /regular expression/],
    'an endless number': ['01 05 ffffffffffffffffff', /too long/],
    'a resizable buffer beyond all memory': ['01 31 00 ffffffffffffff0f', /resizable/],
    'two Blobs of the same bytes': [
      '01 2102 40800002 40800002 6162 4000000000000000',
      /begin where the last ended/,
    ],
  }
  for (const [name, [hex, message]] of Object.entries(wrong)) {
    test(`${name} is a StorageError that says so`, () => {
      const bytes = bytesOf(hex)
      assert.throws(
        () => deserialize(bytes, 0, bytes.length),
        (error) =>
          error instanceof StorageError && error.code === 'corrupt' && message.test(error.message),
      )
    })
  }

  test('a type that this runtime lacks is named', () => {
    const bytes = bytesOf('01 3208 3000 00 00')
    const read = () => deserialize(bytes, 0, bytes.length)
    if ('Float16Array' in globalThis) assert.doesNotThrow(read)
    else assert.throws(read, /Float16Array, which this runtime lacks/)
  })
})
