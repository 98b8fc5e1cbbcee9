import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { viewKinds } from '../../../src/values/format.ts'
import { serialize } from '../../../src/values/serialize.ts'
import { roundTrip } from './round-trip.ts'
import { assertSameStructure } from './structure.ts'

type Resizable = ArrayBuffer & { resize(size: number): void; maxByteLength: number }
/** `as`: TypeScript's library does not know resizable buffers yet. */
const resizable = (size: number, maxByteLength: number): Resizable =>
  new (ArrayBuffer as unknown as new (size: number, options: object) => Resizable)(size, {
    maxByteLength,
  })

const bytes = Uint8Array.from({ length: 64 }, (_, i) => i * 3)

describe('ArrayBuffers', () => {
  for (const size of [0, 1, 64, 5000, 3_000_000]) {
    test(`one of ${size} bytes survives`, () => {
      const value = new Uint8Array(size).fill(7).buffer
      assertSameStructure(roundTrip(value), value)
    })
  }

  test('a resizable one keeps its maximal size', () => {
    const buffer = resizable(4, 100)
    new Uint8Array(buffer).set([1, 2, 3, 4])
    assertSameStructure(roundTrip(buffer), buffer)
    assert.equal((roundTrip(buffer) as Resizable).maxByteLength, 100)
  })

  test('the buffer of a large one serves the next, unless it was kept', () => {
    const large = (byte: number) => new Uint8Array(2_000_000).fill(byte).buffer
    const first = serialize(large(1)).value.bytes.buffer
    const second = serialize(large(2)).value
    assert.equal(second.bytes.buffer, first)
    second.keep()
    const third = serialize(large(3)).value
    assert.notEqual(third.bytes.buffer, first)
    assert.equal(second.bytes.at(-1), 2)
    assert.equal(third.bytes.at(-1), 3)
  })

  test('a huge one leaves no huge buffer behind', () => {
    serialize(new ArrayBuffer(3_000_000))
    assert.ok(serialize(1).value.bytes.buffer.byteLength < 100_000)
  })
})

describe('views', () => {
  for (const kind of viewKinds) {
    const View = (globalThis as unknown as Record<string, Uint8ArrayConstructor | undefined>)[kind]
    test.skipIf(!View)(`a ${kind} keeps its bytes, its place and its buffer`, () => {
      if (!View) return assert.fail('skipped')
      const buffer = bytes.slice().buffer
      const views = [
        new View(buffer),
        new View(buffer, 8, 3),
        new View(buffer, 16),
        new View(buffer, 64),
      ]
      assertSameStructure(roundTrip(views), views)
      assertSameStructure(roundTrip(new View(buffer, 8, 2)), new View(buffer, 8, 2))
    })
  }

  test('one of a Buffer from a pool takes the whole pool along, as the standard has it', () => {
    const clone = roundTrip(Buffer.from('abc')) as Uint8Array
    assert.equal(Object.getPrototypeOf(clone), Uint8Array.prototype)
    assert.equal(Buffer.from(clone).toString(), 'abc')
  })

  for (const [size, max] of [
    [8, 16],
    [8, 8],
    [8, 12],
  ] as const) {
    test(`those of a resizable buffer of ${size} of ${max} bytes stay fixed or length-tracking`, () => {
      const buffer = resizable(size, max)
      new Uint8Array(buffer).set([1, 2, 3, 4, 5, 6, 7, 8])
      const value = [
        new Uint8Array(buffer),
        new Uint8Array(buffer, 0, 8),
        new Uint16Array(buffer, 2),
        new DataView(buffer, 3),
        new DataView(buffer, 3, 5),
        new Uint16Array(buffer, 6, 1),
      ]
      const clone = roundTrip(value) as [Uint8Array, ...ArrayBufferView[]]
      assertSameStructure(clone, value)
      assert.equal(Buffer.from(buffer).toString('hex'), '0102030405060708')
      ;(clone[0].buffer as Resizable).resize(7)
      buffer.resize(7)
      const lengths = (views: readonly ArrayBufferView[]) =>
        views.slice(0, 4).map((it) => it.byteLength)
      assert.deepEqual(lengths(clone), lengths(value))
      assert.deepEqual(lengths(value), [7, 0, 4, 4])
      assert.throws(() => clone[4]?.byteLength, TypeError)
    })
  }
})
