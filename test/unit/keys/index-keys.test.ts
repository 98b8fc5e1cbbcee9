import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { convertKeyToValue } from '../../../src/keys/convert-key-to-value.ts'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import { type IndexDefinition, forEachIndexKey, indexKeysOf } from '../../../src/keys/index-keys.ts'
import { injectKey } from '../../../src/keys/inject-key.ts'
import { writeNumberKeyBytes } from '../../../src/keys/number-key.ts'
import { indexKeyBlock } from '../../kit/index-key-block.ts'
import { key } from '../../kit/reference-keys.ts'

function encode(value: unknown): Uint8Array {
  const bytes = convertValueToKey(value)
  if (!bytes) throw new Error('not a key')
  return bytes
}

function entriesIn(block: Uint8Array | null | symbol): [number, unknown][] {
  if (!(block instanceof Uint8Array)) throw new Error('not a block')
  const entries: [number, unknown][] = []
  forEachIndexKey(block, (id, start, end) => {
    entries.push([id, convertKeyToValue(block, start, end)])
  })
  return entries
}

function index(id: number, keyPath: string | string[], multiEntry = false): IndexDefinition {
  return { id, keyPath, multiEntry }
}

const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex')

test('the worked example of the format holds', () => {
  const block = indexKeysOf({ a: 'a', b: [] }, [index(3, 'a'), index(200, 'b')])
  expect(hex(block)).toBe('0303306200c801025000')
})

test('what is written is read back', () => {
  const id = fc.oneof(fc.constantFrom(1, 127, 128, 16383, 16384, 2 ** 32 - 1), fc.nat())
  fc.assert(
    fc.property(fc.array(fc.tuple(id, key), { minLength: 1 }), (entries) => {
      const value = Object.fromEntries(entries.map(([, key], i) => [`k${i}`, key]))
      const block = indexKeysOf(
        value,
        entries.map(([id], i) => index(id, `k${i}`)),
      )
      const read: unknown[] = []
      if (block) {
        forEachIndexKey(block, (id, start, end) => {
          read.push([id, hex(block.slice(start, end))])
        })
      }
      expect(read).toEqual(entries.map(([id, value]) => [id, hex(encode(value))]))
    }),
  )
})

test('damaged blocks are refused or read in bounds', () => {
  let refused = 0
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (block) => {
      const entries: [number, Uint8Array][] = []
      try {
        forEachIndexKey(block, (id, start, end) => void entries.push([id, block.slice(start, end)]))
        expect(indexKeyBlock(entries)).toEqual(block)
      } catch (error) {
        expect(error).toBeInstanceOf(StorageError)
        refused++
      }
    }),
    { numRuns: 1000 },
  )
  expect(refused).toBeGreaterThan(100)
})

test('each index gets its entries, and those without a valid key get none', () => {
  const value = { a: 1, b: ['y', 'x', null, 'y'], c: {}, long: 'x'.repeat(300) }
  const indexes = [
    index(1, 'a'),
    index(2, 'b', true),
    index(3, 'b'),
    index(4, 'c'),
    index(5, 'nothing'),
    index(6, ['a', 'long']),
    index(7, ['a', 'nothing']),
    index(8, ['a', 'c']),
    index(9, 'a', true),
    index(300, 'long.length'),
  ]
  const entries = [
    [1, 1],
    [2, 'x'],
    [2, 'y'],
    [6, [1, value.long]],
    [9, 1],
    [300, 300],
  ]
  expect(entriesIn(indexKeysOf(value, indexes))).toEqual(entries)
  expect(indexKeysOf({}, indexes)).toBeNull()
  expect(indexKeysOf(value, [])).toBeNull()
})

test('the block is the same as one of keys encoded each by itself', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      const block = indexKeysOf({ a, b }, [index(1, 'a'), index(2, ['b', 'a'])])
      expect(block).toEqual(
        indexKeyBlock([
          [1, encode(a)],
          [2, encode([b, a])],
        ]),
      )
    }),
  )
})

test('a key to be generated is patched where its index key paths lead', () => {
  const record = { x: 'x'.repeat(200), tags: [2, 1] }
  const indexes = [
    index(1, 'id.n'),
    index(2, ['x', 'id.n', 'id.n']),
    index(3, ['id.n', 'nothing']),
    index(4, 'id.n', true),
    index(5, 'id'),
    index(6, ['tags', 'id.n']),
    index(7, 'tags', true),
    index(8, ['id', 'id.n']),
  ]
  const offsets: number[] = []
  const block = indexKeysOf(record, indexes, { generated: { keyPath: 'id.n', offsets } })
  if (!block) throw new Error('no entries')
  for (const offset of offsets) writeNumberKeyBytes(block, offset, 77)

  const injected = structuredClone(record)
  injectKey(injected, 'id.n', 77)
  expect(block).toEqual(indexKeysOf(injected, indexes))
  expect(offsets).toHaveLength(5)
})

test('an exception from evaluation is thrown on', () => {
  const value = Object.defineProperty({}, 'a', {
    get() {
      throw new RangeError('mine')
    },
  })
  expect(() => indexKeysOf(value, [index(1, 'a')])).toThrow(RangeError)
  expect(entriesIn(indexKeysOf({ a: 1 }, [index(1, 'a')]))).toEqual([[1, 1]])
})
