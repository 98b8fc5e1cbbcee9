import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatKey, readKey } from '../../../src/rendering/key-text.ts'
import { parseKey, renderKey } from '../../../src/rendering/keys.ts'
import type { Json } from '../../../src/rendering/json.ts'
import {
  formatRange,
  keyRangeOf,
  type RangeBounds,
  readRange,
} from '../../../src/rendering/range-text.ts'

const { keys } = fc.letrec<{ keys: IDBValidKey }>((tie) => ({
  keys: fc.oneof(
    { maxDepth: 3 },
    fc.double({ noNaN: true }).map((it) => it + 0),
    fc.date({ noInvalidDate: true }),
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((it) => it.slice().buffer),
    fc.array(tie('keys'), { maxLength: 4 }),
  ),
}))

const bound = fc.option(keys, { nil: undefined })
const ranges = fc
  .record({ lower: bound, upper: bound, lowerOpen: fc.boolean(), upperOpen: fc.boolean() })
  .map((it) => ({
    ...it,
    lowerOpen: it.lowerOpen && it.lower !== undefined,
    upperOpen: it.upperOpen && it.upper !== undefined,
  }))

describe('keys', () => {
  test('are the same when their rendering is parsed', () => {
    fc.assert(
      fc.property(keys, (key) => {
        assert.deepEqual(parseKey(JSON.parse(JSON.stringify(renderKey(key))) as Json), key)
      }),
    )
  })

  test('are the same when their text is read', () => {
    fc.assert(fc.property(keys, (key) => assert.deepEqual(readKey(formatKey(key)), key)))
  })

  test('are read, parsed and written however deep they are', () => {
    const depth = 100_000
    let key: IDBValidKey = [1, 'a']
    for (let i = 0; i < depth; i++) key = i % 2 ? [key] : [i, key]
    const text = formatKey(key)
    expect(formatKey(readKey(text))).toBe(text)
    expect(formatKey(parseKey(renderKey(key)))).toBe(text)
    expect(text.replaceAll(/[^[]/g, '')).toHaveLength(depth + 1)
    expect(() => readKey(text.slice(0, -1))).toThrow(/a comma is missing/)
  })

  test('are not written of an array that holds itself', () => {
    const array: unknown[] = []
    array.push(1, array)
    expect(() => formatKey(array as IDBValidKey)).toThrow(/needs a key/)
  })

  test('are not parsed from what no database takes for a key', () => {
    for (const json of [null, true, { a: 1 }, [null], { $: 'number', value: 'NaN' }]) {
      assert.throws(() => parseKey(json), { name: 'DataError' })
    }
  })
})

describe('readKey()', () => {
  test.each<[string, IDBValidKey]>([
    ['42', 42],
    ['-1.5e3', -1500],
    ['"a b"', 'a b'],
    ['a b', 'a b'],
    ['42nd', '42nd'],
    ['2026-01-31', '2026-01-31'],
    ['', ''],
    ['true', 'true'],
    ['[1, "b", [Infinity]]', [1, 'b', [Infinity]]],
    ['Date(2026-01-31)', new Date('2026-01-31')],
    ['{"$":"Date","value":"2026-01-31"}', new Date('2026-01-31')],
    ['Bytes(0aFF)', Uint8Array.of(10, 255).buffer],
  ])('reads %s', (text, key) => {
    expect(readKey(text)).toEqual(key)
  })

  test.each(['[1', '"a', '{"$":', 'Date(x)', 'Bytes(f)', '[1 2]', '[a]', '[1]x'])(
    'refuses %s',
    (text) => {
      assert.throws(() => readKey(text), { name: 'SyntaxError' })
    },
  )
})

describe('ranges', () => {
  test('are the same when their text is read', () => {
    fc.assert(
      fc.property(ranges, (range) => assert.deepEqual(readRange(formatRange(range)), range)),
    )
  })

  test.each<[string, RangeBounds]>([
    ['1..5', { lower: 1, upper: 5, lowerOpen: false, upperOpen: false }],
    ['1<..<5', { lower: 1, upper: 5, lowerOpen: true, upperOpen: true }],
    ['"a..b"..', { lower: 'a..b', upper: undefined, lowerOpen: false, upperOpen: false }],
    ['..', { lower: undefined, upper: undefined, lowerOpen: false, upperOpen: false }],
    ['7', { lower: 7, upper: 7, lowerOpen: false, upperOpen: false }],
    ['= 7', { lower: 7, upper: 7, lowerOpen: false, upperOpen: false }],
    ['>= 10', { lower: 10, upper: undefined, lowerOpen: false, upperOpen: false }],
    [' >10 ', { lower: 10, upper: undefined, lowerOpen: true, upperOpen: false }],
    ['<= "a > b"', { lower: undefined, upper: 'a > b', lowerOpen: false, upperOpen: false }],
    [
      '<Date(2026-01-31)',
      { lower: undefined, upper: new Date('2026-01-31'), lowerOpen: false, upperOpen: true },
    ],
    ['1 < .. < 5', { lower: 1, upper: 5, lowerOpen: true, upperOpen: true }],
    [' a b .. c ', { lower: 'a b', upper: 'c', lowerOpen: false, upperOpen: false }],
    ['">= 10"', { lower: '>= 10', upper: '>= 10', lowerOpen: false, upperOpen: false }],
    ['a->b', { lower: 'a->b', upper: 'a->b', lowerOpen: false, upperOpen: false }],
    ['', { lower: '', upper: '', lowerOpen: false, upperOpen: false }],
  ])('are read from %s', (text, range) => {
    expect(readRange(text)).toEqual(range)
  })

  test.each([
    '>=',
    '< ',
    '=> 5',
    '10 <',
    '1 < 5',
    '1 <= x',
    '1..<=5',
    '1<=..5',
    '>= 1..5',
    '>= "a" <',
  ])('are not read from %s, and the message says how to write one', (text) => {
    assert.throws(() => readRange(text), { name: 'SyntaxError', message: /in quotes$/ })
  })

  test('become the key ranges that the text means', () => {
    const [bounded, upTo, all] = ['1<..5', '..5', '..'].map((it) =>
      keyRangeOf(readRange(it), maker),
    )
    expect([bounded, upTo, all]).toEqual(['bound 1 5 true false', 'upperBound 5 false', null])
  })
})

/** Says what it was asked for. */
const maker = Object.fromEntries(
  ['bound', 'lowerBound', 'upperBound'].map((name) => [
    name,
    (...parts: unknown[]) => [name, ...parts].join(' '),
  ]),
) as unknown as typeof IDBKeyRange // three of its methods are asked for

describe('a text of millions of characters', () => {
  const long = 'x'.repeat(20_000_000)

  test('is read as the key that it is', () => {
    expect(readKey(formatKey(long)) === long).toBe(true)
    const lines = '\n'.repeat(10_000_000)
    expect(readKey(formatKey(lines)) === lines).toBe(true)
    const bytes = readKey(`Bytes(${'0a ff'.repeat(5_000_000)})`) as ArrayBuffer
    expect(bytes.byteLength).toBe(10_000_000)
    expect([...new Uint8Array(bytes, 0, 4)]).toEqual([0x0a, 0xff, 0x0a, 0xff])
  })

  test('is read as the range that it is', () => {
    const { lower, upper } = readRange(`${JSON.stringify(`${long}..`)}..<"y"`)
    expect(lower === `${long}..`).toBe(true)
    expect(upper).toBe('y')
  })

  test('is refused with its beginning where it is no key', () => {
    for (const text of [`"${long}`, `{"$":"${long}"}`, `Bytes(${long})`, `[${long}]`]) {
      const error = failureOf(() => readKey(text))
      expect(error).toMatchObject({ name: 'SyntaxError' })
      expect(error?.message.length).toBeLessThan(500)
    }
  })
})

function failureOf(call: () => unknown): Error | null {
  try {
    call()
    return null
  } catch (error) {
    return error as Error
  }
}
