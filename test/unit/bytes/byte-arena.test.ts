import { expect, test } from 'vitest'
import { ByteArena, copyShortBytes, shortBytes } from '../../../src/bytes/byte-arena.ts'

/** Lengths on both sides of every limit, and enough of them for several buffers. */
const lengths = [0, 1, 9, 31, 32, 33, 4095, 4096, 4097, 70_000]
const rounds = 20
const filled = (length: number): Uint8Array => new Uint8Array(length).fill(length % 251)

test('room in an arena is of the length asked for, holds zeros, and is shared with nothing', () => {
  const arena = new ByteArena()
  const taken: Uint8Array[] = []
  for (let round = 0; round < rounds; round++) {
    for (const length of lengths) {
      const room = arena.take(length)
      expect(room).toEqual(new Uint8Array(length))
      room.fill(length % 251)
      taken.push(room)
    }
  }
  for (const room of taken) expect(room).toEqual(filled(room.length))
})

test.each([
  ['an arena', (bytes: Uint8Array, length: number) => new ByteArena().copy(bytes, length)],
  ['no arena named', (bytes: Uint8Array, length: number) => copyShortBytes(bytes, 0, length)],
])('a copy in %s has the first bytes, and outlives them', (_title, copyOf) => {
  for (const length of lengths) {
    const bytes = filled(length + 5)
    const copy = copyOf(bytes, length)
    bytes.fill(0)
    expect(copy).toEqual(new Uint8Array(length).fill((length + 5) % 251))
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
