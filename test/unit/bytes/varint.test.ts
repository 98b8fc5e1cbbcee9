import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader } from '../../../src/bytes/byte-reader.ts'
import { ByteWriter } from '../../../src/bytes/byte-writer.ts'
import { longestVarint, varintLength } from '../../../src/bytes/varint.ts'

const number = fc.oneof(
  fc.constantFrom(0, 0x7f, 0x80, 0x3fff, 0x4000, 2 ** 32, 2 ** 53 - 1),
  fc.maxSafeNat(),
)

function written(n: number): Uint8Array {
  const writer = new ByteWriter({ initialBytes: 1, keptBytes: 1 })
  writer.uint(n)
  return writer.copy()
}

function readFrom(bytes: readonly number[]): number {
  const reader = new ByteReader((reason) => new RangeError(reason))
  reader.open(Uint8Array.from(bytes), 0, bytes.length)
  return reader.uint()
}

test('a number that is written is read back, and takes as many bytes as was said', () => {
  fc.assert(
    fc.property(number, (n) => {
      const bytes = written(n)
      expect(bytes).toHaveLength(varintLength(n))
      expect(readFrom([...bytes])).toBe(n)
    }),
  )
  expect(written(2 ** 53 - 1)).toHaveLength(longestVarint)
  expect([...written(200)]).toEqual([0xc8, 0x01])
})

test.each([
  ['ends too early', [0x80]],
  ['longer than it needs', [0x80, 0x00]],
  ['longer than it needs', [0xff, 0x80, 0x00]],
  ['too long', Array.from({ length: 9 }, () => 0xff)],
  ['too large', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
])('a number that %s is refused', (reason, bytes) => {
  expect(() => readFrom(bytes)).toThrow(reason)
})

test('a sized block has its size before it, and says how far its contents had to move', () => {
  for (const size of [0, 1, 127, 128, 16383, 16384]) {
    const writer = new ByteWriter({ initialBytes: 4, keptBytes: 4 })
    writer.byte(0xee)
    const start = writer.beginSized()
    writer.block(new Uint8Array(size).fill(7))
    const shift = writer.endSized(start)
    expect(shift).toBe(varintLength(size) - 1)
    expect([...writer.written()]).toEqual([0xee, ...written(size), ...Array(size).fill(7)])
  }
})

test('a buffer that has outgrown its limit is left to those who have a view of it', () => {
  const writer = new ByteWriter({ initialBytes: 4, keptBytes: 16 })
  writer.block(new Uint8Array(20).fill(1))
  const view = writer.written()
  expect(writer.isOutgrown).toBe(true)
  writer.letGo()
  writer.reset()
  writer.block(new Uint8Array(3).fill(2))
  expect(writer.isOutgrown).toBe(false)
  expect(view.every((byte) => byte === 1)).toBe(true)
})
