import { expect, test } from 'vitest'
import { ValueBytes } from '../../../src/bytes/value-bytes.ts'

const some = (): Uint8Array => Uint8Array.of(1, 2, 3)

test('lent bytes change with their buffer until they are kept', () => {
  const buffer = some()
  const value = new ValueBytes(buffer, 'lent')
  buffer[0] = 7
  expect([...value.bytes]).toEqual([7, 2, 3])
  value.keep()
  buffer.fill(0)
  expect([...value.bytes]).toEqual([7, 2, 3])
})

test('bytes that last anyway are not copied when they are kept', () => {
  for (const hold of ['kept', 'own'] as const) {
    const bytes = some()
    const value = new ValueBytes(bytes, hold)
    value.keep()
    expect(value.bytes).toBe(bytes)
  }
})

test('only bytes alone in their buffer can be given away, and nothing of them is left', () => {
  const bytes = some()
  const value = new ValueBytes(bytes, 'own')
  expect(value.give()).toBe(bytes)
  expect(value.length).toBe(0)
  for (const hold of ['lent', 'kept'] as const) {
    const other = new ValueBytes(some(), hold)
    other.keep()
    expect(other.give()).toBeNull()
    expect([...other.bytes]).toEqual([1, 2, 3])
  }
})

test('kept bytes keep their own contents, short and long, many in one buffer', () => {
  const lengths = [0, 1, 4096, 4097, 3000, 3000, 65536, 5]
  const values = lengths.map((length, i) => {
    const value = new ValueBytes(new Uint8Array(length).fill(i + 1), 'lent')
    value.keep()
    return value
  })
  expect(values.map(({ bytes }) => bytes.length)).toEqual(lengths)
  expect(values.every(({ bytes }, i) => bytes.every((byte) => byte === i + 1))).toBe(true)
})

test('only the buffer of bytes of its own that were neither kept nor given away can be taken back, once', () => {
  const bytes = some()
  const value = new ValueBytes(bytes, 'own')
  expect(value.reclaim()?.buffer).toBe(bytes.buffer)
  expect(value.length).toBe(0)
  expect(value.reclaim()).toBeNull()
  const [kept, given] = [new ValueBytes(some(), 'own'), new ValueBytes(some(), 'own')]
  kept.keep()
  given.give()
  const others = (['lent', 'kept'] as const).map((hold) => new ValueBytes(some(), hold))
  for (const other of [kept, given, ...others]) expect(other.reclaim()).toBeNull()
  expect([...kept.bytes]).toEqual([1, 2, 3])
})
