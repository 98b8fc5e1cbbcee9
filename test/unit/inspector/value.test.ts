import { expect, test } from 'vitest'
import { estimateBytes, previewOf } from '../../../inspector/source/preview.ts'
import { bytesIn, hexLines, imageTypeOf } from '../../../inspector/view/value/bytes.ts'
import { describeJson } from '../../../inspector/view/value/describe.ts'
import { visibleNodes } from '../../../inspector/view/value/visible-nodes.ts'
import { cellAfter } from '../../../inspector/view/records/table-keys.ts'
import { renderValue } from '../../../src/rendering/render-value.ts'

test.each([
  [{ a: 1, b: { c: [1, 2] } }, '{ a: 1, b: { c: [2] } }'],
  [new Map([['x', 1]]), 'Map {["x", 1]}'],
  [new Set([1, 2]), 'Set {1, 2}'],
  [new Uint8Array(3), 'Uint8Array 3 bytes'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [12n, '12n'],
  [-0, '-0'],
  [undefined, 'undefined'],
])('a value is shown in a line', (value, text) => {
  expect(previewOf(value)).toBe(text)
})

test('a preview is short however large the value is', () => {
  const large = Array.from({ length: 1_000 }, () => ({ text: 'x'.repeat(1_000) }))
  expect(previewOf(large).length).toBeLessThanOrEqual(180)
})

test('the size of an error is that of its texts', () => {
  const error = new RangeError('x'.repeat(100), { cause: 'y'.repeat(100) })
  const stack = error.stack?.length ?? 0
  expect(estimateBytes(error)).toBeGreaterThanOrEqual(200 + stack)
  expect(estimateBytes(error)).toBeLessThan(250 + stack)
})

test('the size of a value that leads back to itself is finite', () => {
  const value: { self?: unknown } = {}
  value.self = value
  expect(estimateBytes(value)).toBeLessThan(100)
})

test('any part of Base64 can be read alone', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
  const base64 = Buffer.from(bytes).toString('base64')
  for (const [start, end] of [
    [0, 100],
    [1, 2],
    [31, 77],
    [98, 100],
  ] as const) {
    expect([...bytesIn(base64, start, end)]).toEqual([...bytes.subarray(start, end)])
  }
})

test('bytes are shown with their places and letters', () => {
  expect(hexLines(Uint8Array.from([72, 105, 0, 255]))).toBe('000000  48 69 00 ff              Hi··')
})

test.each([
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ffe0', 'image/jpeg'],
  ['474946383961', 'image/gif'],
  ['524946460000000057454250', 'image/webp'],
  ['3c7376673e', null],
])('an image is known by its first bytes', (hex, type) => {
  expect(imageTypeOf(Buffer.from(hex, 'hex').toString('base64'))).toBe(type)
})

test('a value that leads back to itself is shown with a number, and is no endless tree', () => {
  const value: { self?: unknown } = {}
  value.self = value
  const nodes = visibleNodes(renderValue(value), {
    paths: new Set(['[]', '["self"]']),
    shown: new Map(),
  })
  expect(nodes.map(({ name, part }) => [name, part.kind, part.id])).toEqual([
    ['', 'object', 0],
    ['self', 'ref', undefined],
  ])
})

test('of many members some are shown, and how many there are', () => {
  const nodes = visibleNodes(
    Array.from({ length: 250 }, (_, i) => i),
    {
      paths: new Set(['[]']),
      shown: new Map(),
    },
  )
  expect(nodes).toHaveLength(102)
  expect(nodes.at(-1)?.hidden).toBe(150)
})

test('the entries of a map are named by their keys', () => {
  const { members } = describeJson(
    renderValue(
      new Map<unknown, number>([
        ['a', 1],
        [{ b: 2 }, 3],
      ]),
    ),
  )
  expect(members).toEqual([
    ['"a"', 1],
    ['entry 1', { key: { b: 2 }, value: 3 }],
  ])
})

test.each([
  ['ArrowDown', { row: 1, column: 1 }],
  ['ArrowUp', { row: 0, column: 1 }],
  ['ArrowRight', { row: 0, column: 2 }],
  ['Home', { row: 0, column: 0 }],
  ['a', null],
])('the key %s leads within the grid, or nowhere', (key, cell) => {
  const size = { rows: 2, columns: 3 }
  expect(cellAfter({ key, ctrlKey: false }, { row: 0, column: 1 }, size)).toEqual(cell)
})
