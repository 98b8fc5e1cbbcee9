import { describe, expect, test } from 'vitest'
import { Malformed } from '../../../src/port/malformed.ts'
import { type Parcel, ParcelReader, ParcelWriter } from '../../../src/port/parcel.ts'
import { frameOf } from '../../../src/port/stream/frame.ts'
import { FrameReader } from '../../../src/port/stream/frame-reader.ts'
import { serialize } from '../../../src/values/serialize.ts'

const limit = 64 * 1024 * 1024
const large = new Uint8Array(100_000).map((_, i) => i)

/** What there is to send: a parcel with a bit of everything. */
function sampleParcel(): Parcel {
  const writer = new ParcelWriter()
  for (const number of [1, -1, 0.5, Infinity, 2 ** 53]) writer.number(number)
  writer.bytes(Uint8Array.of(1, 2, 3))
  writer.object(sampleObject)
  writer.bytes(large)
  writer.bytes(null)
  return writer.take().parcel
}

const sampleObject = {
  type: 'opened',
  version: undefined,
  limit: Infinity,
  name: 'a\ud800b',
  salvaged: null,
  schema: { stores: new Map([[1, { keyPath: ['a', 'b'], range: { lower: Uint8Array.of(9) } }]]) },
}

function readSample(parcel: Parcel) {
  const reader = new ParcelReader(parcel)
  const numbers = [1, 2, 3, 4, 5].map(() => reader.number())
  const short = [...reader.bytes()]
  const object = reader.object()
  const long = reader.bytes()
  const missing = reader.optionalBytes()
  return { numbers, short, object, long, missing, isAtEnd: reader.isAtEnd }
}

function bytesOf(parcel: Parcel): Uint8Array {
  return Uint8Array.from(frameOf(parcel).flatMap((part) => [...part]))
}

/** The parcels of the bytes, which come in chunks of that size. */
function readIn(chunkBytes: number, bytes: Uint8Array, longest = limit): Parcel[] {
  const parcels: Parcel[] = []
  const reader = new FrameReader(longest, (parcel) => parcels.push(parcel))
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.read(bytes.subarray(at, at + chunkBytes))
  }
  return parcels
}

describe('a parcel', () => {
  test('arrives as it was sent, its objects and large byte strings included', () => {
    const [parcel, ...others] = readIn(limit, bytesOf(sampleParcel()))
    expect(others).toEqual([])
    expect(readSample(parcel!)).toEqual({
      numbers: [1, -1, 0.5, Infinity, 2 ** 53],
      short: [1, 2, 3],
      object: sampleObject,
      long: large,
      missing: null,
      isAtEnd: true,
    })
  })

  test.each([1, 7, 15, 16, 17, 1000])('arrives in chunks of %i bytes', (chunkBytes) => {
    const bytes = bytesOf(sampleParcel())
    const parcels = readIn(chunkBytes, Uint8Array.from([...bytes, ...bytes]))
    expect(parcels.map((parcel) => readSample(parcel).long)).toEqual([large, large])
  })

  test('longer than what is taken on trust arrives whole', () => {
    const writer = new ParcelWriter()
    const value = new Uint8Array(5_000_001).fill(7)
    writer.bytes(value)
    const parts = frameOf(writer.take().parcel)
    const parcels: Parcel[] = []
    const reader = new FrameReader(limit, (parcel) => parcels.push(parcel))
    for (const part of parts) {
      for (let at = 0; at < part.length; at += 65_536) reader.read(part.subarray(at, at + 65_536))
    }
    expect(new ParcelReader(parcels[0]).bytes().length).toBe(value.length)
  })

  test('lends its large values once its sender is trusted, and nothing else', () => {
    const parcels: ParcelReader[] = []
    const reader = new FrameReader(limit, (parcel) => parcels.push(new ParcelReader(parcel)))
    reader.allow(limit)
    for (const filling of [1, 2]) {
      const writer = new ParcelWriter()
      writer.bytes(new Uint8Array(70_000).fill(filling))
      writer.bytes(new Uint8Array(80_000).fill(filling))
      for (const part of frameOf(writer.take().parcel)) reader.read(part)
      if (filling === 1) expect(parcels[0]?.bytes()[0]).toBe(1)
    }
    // The second frame lies where the first one lay.
    const [value, later] = parcels.map((it) => it.value())
    expect(value?.length).toBe(80_000)
    expect(later?.length).toBe(70_000)
    later?.keep()
    later?.bytes.fill(9)
    expect([value?.bytes[79_999], parcels[1]?.bytes()[0]]).toEqual([2, 2])
  })

  test('without objects needs none of their format', () => {
    const writer = new ParcelWriter()
    writer.number(10)
    writer.number(5)
    expect(bytesOf(writer.take().parcel).join(' ')).toBe(
      '16 0 0 0 16 0 0 0 2 0 0 0 0 0 0 0 0 0 0 0 0 0 36 64 0 0 0 0 0 0 20 64',
    )
  })
})

/** A frame with that head, followed by as much as is given. */
function frame(head: readonly number[], ...body: readonly number[]): Uint8Array {
  return new Uint8Array([...new Uint8Array(new Uint32Array(head).buffer), ...body])
}

const objects = (value: unknown): number[] => [...serialize(value).value.bytes]
const withObjects = (value: unknown, ...rest: readonly number[]): Uint8Array => {
  const body = objects(value)
  return frame([body.length + rest.length, 0, 0, body.length], ...body, ...rest)
}

describe('a frame is malformed', () => {
  test.each<[title: string, bytes: Uint8Array]>([
    ['that is longer than is allowed', frame([limit + 1, 0, 0, 0])],
    ['of 2^32 - 1 bytes', frame([2 ** 32 - 1, 0, 0, 0])],
    ['whose contents are longer than the whole', frame([8, 16, 0, 0])],
    ['whose parts are together longer than the whole', frame([8, 2 ** 32 - 1, 0, 2 ** 32 - 1])],
    ['that lacks its numbers', frame([8, 8, 2, 0], 0, 0, 0, 0, 0, 0, 0, 0)],
    ['with 2^32 - 1 numbers', frame([8, 8, 2 ** 32 - 1, 0])],
    ['with bytes left over', frame([3, 0, 0, 0], 1, 2, 3)],
    ['whose objects are nonsense', frame([3, 0, 0, 3], 1, 2, 3)],
    ['whose objects are no list', withObjects({ a: 1 })],
    ['whose large byte string is missing', withObjects([5], 1, 2, 3)],
    ['with a byte string of a negative length', withObjects([-1])],
    ['with a byte string of half a byte', withObjects([0.5], 1)],
    ['with bytes after its large byte strings', withObjects([2], 1, 2, 3)],
    ['of text', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')],
  ])('%s', (_title, bytes) => {
    expect(() => readIn(limit, bytes)).toThrow(Malformed)
  })

  test('as soon as its head is there: nothing else is waited for', () => {
    const [parcel] = readIn(3, frame([0, 0, 0, 0]))
    expect(parcel?.numberCount).toBe(0)
    expect(() => readIn(1, frame([101, 0, 0, 0]), 100)).toThrow('is longer than 100 bytes')
  })
})

test('a head that promises much costs nothing until it comes', () => {
  const before = process.memoryUsage().arrayBuffers
  const readers = Array.from({ length: 50 }, () => new FrameReader(2 ** 30, () => {}))
  for (const reader of readers) reader.read(frame([2 ** 30, 2 ** 30, 1, 0], 1, 2, 3))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(80 * 1024 * 1024)
})
