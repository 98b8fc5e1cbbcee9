import { expect, test } from 'vitest'
import { evaluateKeyPath, keyPathFailure } from '../../../src/keys/evaluate-key-path.ts'
import { isValidKeyPath } from '../../../src/keys/key-path.ts'

test.each([
  '',
  'a',
  'a.b.c',
  '$',
  '_',
  '_a1',
  'π',
  'aʹ',
  'äöü.ÄÖÜ',
  'a\u0301',
  'a\u200c\u200d',
  '\u{10400}b',
  '𝒳.𝒴',
  '℘',
  'if',
  '__proto__',
  'constructor.length',
])('%j is a valid key path', (path) => {
  expect(isValidKeyPath(path)).toBe(true)
  expect(isValidKeyPath([path, 'a'])).toBe(true)
})

test.each([
  ' ',
  'a b',
  ' a',
  'a ',
  'a.',
  '.a',
  '.',
  'a..b',
  'a. b',
  '1',
  'a.1',
  'a[0]',
  'a-b',
  '\u0301a',
  '\u200ca',
  '\ud800',
  'a\udc00',
  '\\u0061',
  'a\n',
  'a\0',
  '😀',
])('%j is no valid key path', (path) => {
  expect(isValidKeyPath(path)).toBe(false)
  expect(isValidKeyPath(['a', path])).toBe(false)
})

test('an empty list and what is neither string nor list are no valid key paths', () => {
  for (const value of [[], [['a']], [1], null, undefined, 1, {}]) {
    expect(isValidKeyPath(value)).toBe(false)
  }
})

const file = new File(['abc'], 'f.txt', { type: 'image/gif', lastModified: 7 })

test.each<[unknown, string | string[], unknown]>([
  [1, '', 1],
  [{ a: 1 }, 'a', 1],
  [{ a: { b: { c: 'x' } } }, 'a.b.c', 'x'],
  [{ a: null }, 'a', null],
  ['abc', 'length', 3],
  [{ a: 'abc' }, 'a.length', 3],
  [[1, 2], 'length', 2],
  [{ a: [1, 2] }, 'a.length', 2],
  [Object('ab'), 'length', 2],
  [Object.assign([1], { x: 5 }), 'x', 5],
  [{ length: 9 }, 'length', 9],
  [new Blob(['ab'], { type: 'image/png' }), 'size', 2],
  [new Blob(['ab'], { type: 'image/png' }), 'type', 'image/png'],
  [{ f: file }, 'f.size', 3],
  [file, 'type', 'image/gif'],
  [file, 'name', 'f.txt'],
  [file, 'lastModified', 7],
  [file, ['name', 'size'], ['f.txt', 3]],
  [{ a: 1, b: { c: 2 } }, ['b.c', 'a', ''], [2, 1, { a: 1, b: { c: 2 } }]],
  [JSON.parse('{"__proto__":{"a":4}}'), '__proto__.a', 4],
])('%o at %j is found', (value, keyPath, result) => {
  expect(evaluateKeyPath(value, keyPath)).toEqual(result)
})

test.each<[unknown, string | string[]]>([
  [1, 'a'],
  [null, 'a'],
  [undefined, 'a'],
  ['abc', 'size'],
  [{}, 'a'],
  [{}, 'constructor'],
  [{}, '__proto__'],
  [{ a: undefined }, 'a'],
  [{ a: null }, 'a.b'],
  [{ a: 1 }, 'a.length'],
  [{ a: 1 }, ['a', 'b']],
  [{}, 'size'],
  [{}, 'name'],
  [new Blob([]), 'name'],
  [new Blob([]), 'lastModified'],
  [new Date(0), 'getTime'],
  [new Map(), 'size'],
  [new Uint8Array(2), 'length'],
  [() => 1, 'length'],
])('%o has nothing at %j', (value, keyPath) => {
  expect(evaluateKeyPath(value, keyPath)).toBe(keyPathFailure)
})

test('a property that is not enumerable is not on the clone', () => {
  const value = Object.defineProperty({}, 'a', { value: 1 })
  expect(evaluateKeyPath(structuredClone(value), 'a')).toBe(keyPathFailure)
})

test('A key path of millions of identifiers is valid, and one with an empty one at its end is not', () => {
  const path = 'a.'.repeat(5_000_000)
  expect(isValidKeyPath(`${path}a`)).toBe(true)
  expect(isValidKeyPath(path)).toBe(false)
})
