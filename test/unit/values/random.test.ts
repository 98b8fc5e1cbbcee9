import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { deserialize } from '../../../src/values/deserialize.ts'
import { serialize } from '../../../src/values/serialize.ts'
import { randomSharing, randomValue } from '../../kit/random-values.ts'
import { roundTrip } from './round-trip.ts'
import { assertSameStructure } from './structure.ts'

const anything = randomValue(fc.string({ unit: 'binary' }))
const shared = randomSharing(anything)

const seeds: readonly unknown[] = [
  { id: 1, name: 'n', date: new Date(0), tags: ['a', 'b'], nested: { id: 2 } },
  [new Map([[1, new Set([2])]]), new Error('e', { cause: [] }), /x/g, 5n, Object(1), 'é', '\ud800'],
  [
    new Uint8Array([1, 2, 3]),
    new ArrayBuffer(4),
    new DataView(new ArrayBuffer(2)),
    new DOMException('m', 'n'),
  ],
  Object.assign([1, 2], { x: 1 }),
]

/** A stored value with some of its bytes changed, or its end cut off. */
const damaged = fc
  .tuple(
    fc.oneof(fc.constantFrom(...seeds), anything),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    fc.nat(5),
  )
  .map(([value, changes, cut]) => {
    const bytes = serialize(value).value.bytes.slice()
    for (const [at, byte] of changes) bytes[1 + (at % Math.max(1, bytes.length - 1))] = byte
    return bytes.subarray(0, Math.max(1, bytes.length - cut))
  })

/** Reads; a StorageError is the only one that may come out. */
function assertReadsOrIsRefused(bytes: Uint8Array): void {
  try {
    deserialize(bytes, 0, bytes.length)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    assert.equal(error.code, 'corrupt')
  }
}

describe('random values', () => {
  test('survive', () => {
    fc.assert(
      fc.property(anything, (value) => assertSameStructure(roundTrip(value), value)),
      { numRuns: 1500 },
    )
  })

  test('survive with their shared objects', () => {
    fc.assert(
      fc.property(shared, (value) => assertSameStructure(roundTrip(value), value)),
      { numRuns: 300 },
    )
  })

  test('have the same bytes when stored again', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = serialize(value).value.bytes.slice()
        assert.deepEqual(serialize(deserialize(bytes, 0, bytes.length)).value.bytes.slice(), bytes)
      }),
      { numRuns: 500 },
    )
  })

  test('any strings survive', () => {
    const units = fc.array(fc.nat(0xffff), { maxLength: 200 })
    fc.assert(
      fc.property(units, (list) => {
        const string = String.fromCharCode(...list)
        assert.equal(roundTrip(string), string)
        assert.deepEqual(roundTrip({ [string]: 1 }), { [string]: 1 })
      }),
    )
  })
})

describe('random bytes', () => {
  test('are a value or a StorageError', () => {
    const bytes = fc.uint8Array({ maxLength: 100 }).map((it) => Uint8Array.of(1, ...it))
    fc.assert(fc.property(bytes, assertReadsOrIsRefused), { numRuns: 5000 })
    assert.deepEqual(Object.keys(Object.prototype), [])
  })

  test('in stored values leave a value or a StorageError', () => {
    fc.assert(fc.property(damaged, assertReadsOrIsRefused), { numRuns: 5000 })
  })
})
