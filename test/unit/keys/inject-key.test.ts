import { expect, test } from 'vitest'
import { convertValueToKey } from '../../../src/keys/convert-value-to-key.ts'
import { extractKey } from '../../../src/keys/extract-key.ts'
import { canInjectKey, injectKey } from '../../../src/keys/inject-key.ts'
import { keyPathFailure } from '../../../src/keys/evaluate-key-path.ts'

test.each<[unknown, string, boolean]>([
  [{}, 'a', true],
  [{}, 'a.b.c', true],
  [[], 'a', true],
  [{ a: {} }, 'a.b', true],
  [{ a: [] }, 'a.b', true],
  [{ a: 1 }, 'a', true],
  [{ a: 1 }, 'a.b', false],
  [{ a: 'x' }, 'a.b.c', false],
  [{ a: null }, 'a.b', false],
  [{ a: undefined }, 'a.b', false],
  [1, 'a', false],
  ['x', 'a', false],
  [null, 'a', false],
  [{}, 'constructor.a', true],
  [new Date(), 'a', false],
  [{ a: new Map() }, 'a.b', false],
  [{ a: new Blob() }, 'a.b.c', false],
  [JSON.parse('{"__proto__": {}}'), '__proto__.a', true],
])('that a key can be injected into %o at %j is %j', (value, keyPath, expected) => {
  expect(canInjectKey(value, keyPath)).toBe(expected)
})

test('objects missing on the way are made', () => {
  const value = { a: { x: 1 } }
  injectKey(value, 'a.b.c', 5)
  expect(value).toEqual({ a: { x: 1, b: { c: 5 } } })
})

test('a key path through __proto__ sets own properties and pollutes nothing', () => {
  const value = {}
  injectKey(value, '__proto__.polluted', 1)
  injectKey(value, 'constructor.prototype.polluted', 1)
  expect(Object.hasOwn(value, '__proto__')).toBe(true)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(extractKey(value, '__proto__.polluted')).toEqual(convertValueToKey(1))
})

test('what script has put on Object.prototype is not run', () => {
  const fail = (): never => {
    throw new Error('script ran')
  }
  const value = {}
  Object.defineProperty(Object.prototype, 'trap', { set: fail, get: fail, configurable: true })
  Object.defineProperty(Object.prototype, 'get', { value: fail, configurable: true })
  try {
    injectKey(value, 'trap', 1)
  } finally {
    delete (Object.prototype as Record<string, unknown>)['trap']
    delete (Object.prototype as Record<string, unknown>)['get']
  }
  expect(Object.getOwnPropertyDescriptor(value, 'trap')?.value).toBe(1)
})

test('extractKey() tells a key, an invalid one and failure apart', () => {
  expect(extractKey({ a: [1] }, 'a')).toEqual(convertValueToKey([1]))
  expect(extractKey({ a: {} }, 'a')).toBeNull()
  expect(extractKey({ a: 1 }, 'b')).toBe(keyPathFailure)
  expect(extractKey({ a: 1, b: 'x' }, ['b', 'a'])).toEqual(convertValueToKey(['x', 1]))
})
