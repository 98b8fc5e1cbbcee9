import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { roundTrip } from './round-trip.ts'
import { assertSameStructure } from './structure.ts'

const shared = { shared: true }
const cyclic: Record<string, unknown> = { list: [] }
cyclic.self = cyclic
;(cyclic.list as unknown[]).push(cyclic, cyclic.list)

/** An array of that length with just these elements. */
function arrayOf(length: number, elements: object): unknown[] {
  const array: unknown[] = []
  array.length = length
  return Object.assign(array, elements)
}

const withProperties = Object.assign([1, 2], { extra: 'x', [-1]: 'minus' })
const cyclicMap = new Map<unknown, unknown>()
cyclicMap.set(cyclicMap, new Set([cyclicMap]))

const values: Record<string, readonly unknown[]> = {
  undefined: [undefined],
  null: [null],
  booleans: [true, false],
  integers: [0, 1, 63, 64, -1, -64, -65, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32, 2 ** 53],
  numbers: [-0, 0.1, -1.5, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE],
  bigints: [0n, 1n, -1n, 255n, 256n, -(2n ** 64n), 2n ** 4000n, -123456789012345678901234567890n],
  'ASCII strings': ['', 'a', '\0', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(70_000)],
  'other strings': [
    'é',
    '\u{1f600}',
    'ÿ'.repeat(64),
    '€'.repeat(127),
    '\ufeffbom',
    'ab\u{10ffff}'.repeat(9000),
  ],
  'strings with lone surrogates': ['\ud800', 'a\udc00b', '\udc00\ud800', 'x'.repeat(99) + '\udfff'],
  'primitive objects': [
    Object(true),
    Object(false),
    Object(-0),
    Object(7n),
    Object('s'),
    Object('\ud800'),
  ],
  dates: [new Date(0), new Date(-1e12), new Date(1.5e12), new Date(NaN), new Date(-8.64e15)],
  'regular expressions': [/a/, /a\/b/gi, /[/]/dgimsuy, new RegExp(''), new RegExp('\n'), /\u{61}/u],
  objects: [
    {},
    { a: 1 },
    { '': 0 },
    { é: 1, '\ud800': 2 },
    { b: 1, a: 2, 1: 3, 0: 4 },
    { a: undefined },
  ],
  'objects with many keys': [
    Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, i])),
  ],
  'objects with treacherous keys': [
    JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": 2, "toString": 3, "hasOwnProperty": 4}',
    ),
  ],
  arrays: [[], [1], [[], [[]]], [undefined, null], Array.from({ length: 5000 }, (_, i) => i)],
  'sparse arrays': [
    arrayOf(10, { 0: 1, 2: 3 }),
    arrayOf(2, {}),
    arrayOf(100, {}),
    arrayOf(4_000_000_001, { 4_000_000_000: 'far' }),
    arrayOf(3, { 1: 1 }),
    arrayOf(4_294_967_295, {}),
  ],
  'arrays with properties': [
    withProperties,
    Object.assign([], { '01': 1, length2: 2 }),
    arrayOf(2, { 1: 1, a: 0 }),
  ],
  maps: [
    new Map(),
    new Map<unknown, unknown>([
      [1, 2],
      [{}, []],
      [NaN, undefined],
      ['a', new Map([[1, 1]])],
    ]),
    cyclicMap,
  ],
  sets: [new Set(), new Set([1, 'a', {}, undefined, NaN]), new Set([new Set([new Set()])])],
  'shared objects': [
    [shared, shared, { shared }],
    Array.from({ length: 100 }, (_, i) => (i % 2 ? shared : { i })),
  ],
  'cyclic objects': [cyclic],
}

for (const [name, list] of Object.entries(values)) {
  describe(name, () => {
    for (const [i, value] of list.entries()) {
      test(`${name} ${i} survives, alone and inside of others`, () => {
        assertSameStructure(roundTrip(value), value)
        const nested = { list: [value, value], map: new Map([[value, value]]) }
        assertSameStructure(roundTrip(nested), nested)
      })
    }
  })
}

test('lastIndex of a regular expression is not stored', () => {
  const regExp = /a/g
  regExp.lastIndex = 3
  assert.equal((roundTrip(regExp) as RegExp).lastIndex, 0)
})

test('own properties of a regular expression that shadow its flags do not count', () => {
  const regExp = Object.defineProperty(/a/g, 'flags', { value: 'y' })
  assert.equal((roundTrip(regExp) as RegExp).flags, 'g')
})

test('an instance of a class becomes a plain object of its own properties', () => {
  class Point {
    x = 1
    #hidden = 2
    get hidden(): number {
      return this.#hidden
    }
  }
  assertSameStructure(roundTrip(new Point()), { x: 1 })
})

test('an object without prototype becomes a plain object', () => {
  assertSameStructure(roundTrip(Object.assign(Object.create(null), { a: 1 })), { a: 1 })
})

test('symbol keys, inherited and non-enumerable properties are left out', () => {
  const value = Object.create(
    { inherited: 1 },
    { hidden: { value: 2 }, own: { value: 3, enumerable: true } },
  )
  value[Symbol('key')] = 4
  assertSameStructure(roundTrip(value), { own: 3 })
})

test('a prototype is not polluted by a key called __proto__', () => {
  const clone = roundTrip(JSON.parse('[{"__proto__": {"polluted": true}}]')) as object[]
  assert.equal(Object.getPrototypeOf(clone[0]), Object.prototype)
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
})

test('objects of a type are recognised although their prototype was replaced', () => {
  class Stamp extends Date {}
  assertSameStructure(roundTrip(new Stamp(5)), new Date(5))
  const map = Object.setPrototypeOf(new Map([[1, 2]]), null)
  assertSameStructure(roundTrip(map), new Map([[1, 2]]))
})

test('an object that only inherits from a type is an ordinary one', () => {
  assertSameStructure(roundTrip(Object.create(Map.prototype)), {})
  assertSameStructure(roundTrip(Object.create(Array.prototype)), {})
})
