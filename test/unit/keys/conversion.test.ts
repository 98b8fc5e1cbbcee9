import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { convertKeyToValue } from '../../../src/keys/convert-key-to-value.ts'
import {
  convertValueToKey,
  convertValueToMultiEntryKeys,
  isOfKeyType,
} from '../../../src/keys/convert-value-to-key.ts'

/** What the value's key decodes to; null when it is no key. */
function roundTrip(value: unknown): unknown {
  const key = convertValueToKey(value)
  return key && convertKeyToValue(key)
}

function bytesIn(value: unknown): number[] {
  return [...new Uint8Array(roundTrip(value) as ArrayBuffer)]
}

const holed = [1, 2, 3]
delete holed[1]
const cyclic: unknown[] = []
cyclic.push([cyclic])
const detached = new ArrayBuffer(4)
const detachedViews = [new Uint8Array(detached), new DataView(detached), new Float64Array(0)]
structuredClone(detached, { transfer: [detached] })
const revoked = Proxy.revocable([], {})
revoked.revoke()

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a boolean', true],
  ['a bigint', 1n],
  ['a symbol', Symbol('a')],
  ['a function', () => 1],
  ['an object', {}],
  ['a Number object', Object(1)],
  ['a String object', Object('a')],
  ['a RegExp', /a/],
  ['an object that inherits from a Date', Object.create(new Date(0))],
  ['an object that calls itself a Date', { [Symbol.toStringTag]: 'Date' }],
  ['an array-like', { length: 0 }],
  ['a Proxy for a Date', new Proxy(new Date(0), {})],
  ['a Map', new Map()],
])('%s is of no key type', (_, value) => {
  expect(convertValueToKey(value)).toBeNull()
  expect(convertValueToKey([value])).toBeNull()
  expect(isOfKeyType(value)).toBe(false)
})

test.each([
  ['a Proxy for an array', new Proxy([], {})],
  ['a revoked Proxy for an array', revoked.proxy],
])('%s is of no key type', (_, value) => {
  expect(convertValueToKey(value)).toBeNull()
  expect(convertValueToKey([1, value])).toBeNull()
  expect(isOfKeyType(value)).toBe(false)
})

test.each([
  ['NaN', NaN],
  ['an invalid Date', new Date(NaN)],
  ['an array with a hole', holed],
  ['an array with an invalid element', ['a', undefined]],
  ['an array in a cycle', cyclic],
  ['a detached ArrayBuffer', detached],
  ['a view of a detached ArrayBuffer', detachedViews[0]],
  ['a DataView of a detached ArrayBuffer', detachedViews[1]],
])('%s is of a key type, but no key', (_, value) => {
  expect(convertValueToKey(value)).toBeNull()
  expect(isOfKeyType(value)).toBe(true)
})

test('a subclass instance of Date or Array is a key by its internal slots', () => {
  class Day extends Date {
    override getTime(): number {
      return 5
    }
  }
  class List extends Array<number> {}
  expect(roundTrip(new Day(7))).toEqual(new Date(7))
  expect(roundTrip(List.of(1, 2))).toEqual([1, 2])
})

test('buffers and views of them give their bytes', () => {
  const { buffer } = Uint8Array.of(9, 0, 255, 254, 1, 8, 0, 0)
  expect(bytesIn(buffer)).toEqual([9, 0, 255, 254, 1, 8, 0, 0])
  expect(bytesIn(new Uint8Array(buffer, 1, 3))).toEqual([0, 255, 254])
  expect(bytesIn(new Uint16Array(buffer, 2, 1))).toEqual([255, 254])
  expect(bytesIn(new DataView(buffer, 3, 2))).toEqual([254, 1])
  expect(bytesIn(new ArrayBuffer(0))).toEqual([])
  expect(bytesIn(detachedViews[2])).toEqual([])
})

test('a view is read by its internal slots, whatever properties it has', () => {
  const view = Object.defineProperties(Uint8Array.of(1, 2), {
    byteLength: { value: 1 },
    [Symbol.toStringTag]: { value: 'Date' },
    [Symbol.iterator]: { value: null },
  })
  expect(bytesIn(view)).toEqual([1, 2])
})

test('the bytes of a SharedArrayBuffer are a key', () => {
  const shared = new SharedArrayBuffer(2)
  new Uint8Array(shared).set([1, 2])
  expect(bytesIn(shared)).toEqual([1, 2])
  expect(bytesIn(new Uint8Array(shared, 1))).toEqual([2])
})

test('values of another realm are keys', () => {
  const source = `[new Date(3), [1, ['a']], Uint8Array.of(1, 2), new DataView(new ArrayBuffer(1))]`
  const [date, array, view, dataView] = runInNewContext(source)
  expect(roundTrip(date)).toEqual(new Date(3))
  expect(roundTrip(date)).toBeInstanceOf(Date)
  expect(roundTrip(array)).toEqual([1, ['a']])
  expect(bytesIn(view)).toEqual([1, 2])
  expect(bytesIn(dataView)).toEqual([0])
  expect(convertValueToKey(runInNewContext('new Proxy([], {})'))).toBeNull()
})

test('what a getter in an array throws is thrown on', () => {
  const array = Object.defineProperty([1], 0, {
    get() {
      throw new RangeError('mine')
    },
  })
  expect(() => convertValueToKey(array)).toThrow(RangeError)
  expect(convertValueToKey([1])).toEqual(convertValueToKey([1]))
})

test('a getter may convert keys itself', () => {
  const array = Object.defineProperty(['a', 'b', 'c'], 1, {
    get: () => roundTrip(['x', ['y']]),
  })
  expect(roundTrip(array)).toEqual(['a', ['x', ['y']], 'c'])
})

test('an array that grows during its conversion keeps its first length', () => {
  const array: unknown[] = [0]
  Object.defineProperty(array, 0, { get: () => array.push(7) })
  expect(roundTrip(array)).toEqual([2])
})

test('inherited elements do not fill holes', () => {
  const array = Object.setPrototypeOf(Array.of(), [1])
  array.length = 1
  expect(convertValueToKey(array)).toBeNull()
})

test('an array met twice side by side is no cycle', () => {
  const twice = [1]
  expect(roundTrip([twice, twice, [twice]])).toEqual([[1], [1], [[1]]])
})

test('a key keeps its bytes, however many others are made', () => {
  const values = [['a'], 'a', 1, new Date(1), Uint8Array.of(1).buffer, 'é'.repeat(300)]
  const keys = values.map((value) => convertValueToKey(value))
  const copies = keys.map((key) => key?.slice())
  for (let number = 0; number < 20_000; number++) {
    convertValueToKey(number)
    convertValueToKey(['b', `c ${number}`])
  }
  expect(keys).toEqual(copies)
})

test('multiEntry keys are sorted, each once, without what is no key', () => {
  const entries: unknown[] = [30, 10, null, 'a', 30, [1], {}, [1], NaN, [cyclic], 10]
  entries.push(entries, [entries])
  entries.length++
  const keys = convertValueToMultiEntryKeys(entries)
  expect(keys?.map((key) => convertKeyToValue(key))).toEqual([10, 30, 'a', [1]])
})

test('multiEntry keys leave out elements that throw', () => {
  const throwing = (): never => {
    throw new Error('mine')
  }
  const entries = Object.defineProperty([1, 2, 3], 1, { get: throwing })
  const keys = convertValueToMultiEntryKeys(entries)
  expect(keys?.map((key) => convertKeyToValue(key))).toEqual([1, 3])
})

test('the multiEntry keys of a value that is no array are its one key, or null', () => {
  expect(convertValueToMultiEntryKeys('a')).toEqual([convertValueToKey('a')])
  expect(convertValueToMultiEntryKeys([])).toEqual([])
  expect(convertValueToMultiEntryKeys({})).toBeNull()
})
