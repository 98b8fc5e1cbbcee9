import { expect, test } from 'vitest'
import { ByteArena, copyShortBytes, shortBytes } from '../../../src/bytes/byte-arena.ts'

/** Lengths on both sides of every limit, and enough of them for several buffers. */
const lengths = [0, 1, 9, 31, 32, 33, 511, 512, 513, 4095, 4096, 4097]
const rounds = 20

/** Whether all of its bytes are that one. (`toEqual()` takes milliseconds for a few thousand.) */
const isFullOf = (bytes: Uint8Array, byte: number): boolean => bytes.every((it) => it === byte)

test('room in an arena is of the length asked for, holds zeros, and is shared with nothing', () => {
  const arena = new ByteArena()
  const taken: Uint8Array[] = []
  for (let round = 0; round < rounds; round++) {
    for (const length of lengths) {
      const room = arena.take(length)
      expect(room.length).toBe(length)
      expect(isFullOf(room, 0)).toBe(true)
      room.fill(taken.length + 1)
      taken.push(room)
    }
  }
  expect(taken.every((room, i) => isFullOf(room, i + 1))).toBe(true)
})

test.each([
  ['an arena', (bytes: Uint8Array, length: number) => new ByteArena().copy(bytes, length)],
  ['no arena named', (bytes: Uint8Array, length: number) => copyShortBytes(bytes, 0, length)],
])('a copy in %s has the first bytes, and outlives them', (_title, copyOf) => {
  for (const length of lengths) {
    const bytes = new Uint8Array(length + 5).fill(7)
    const copy = copyOf(bytes, length)
    bytes.fill(0)
    expect(copy.length).toBe(length)
    expect(isFullOf(copy, 7)).toBe(true)
  }
})

test('a copy may begin and end anywhere in the bytes', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
  expect([...copyShortBytes(bytes, 3, 6)]).toEqual([3, 4, 5])
  expect([...copyShortBytes(bytes, 10, 60)]).toEqual(Array.from({ length: 50 }, (_, i) => i + 10))
})

test('short bytes are zeros at first', () => {
  shortBytes(9).fill(7)
  expect([...shortBytes(9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0])
})

test('short bytes that are held alone hold no large buffer', () => {
  const held = Array.from({ length: 1_000 }, () => shortBytes(9).buffer.byteLength)
  expect(Math.max(...held)).toBeLessThanOrEqual(8_192)
})
