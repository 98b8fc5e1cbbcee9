import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { StorableClone } from '../../../src/core/records/storable-clone.ts'
import { extractKey } from '../../../src/keys/extract-key.ts'
import { indexKeysOf } from '../../../src/keys/index-keys.ts'
import { serialize } from '../../../src/values/serialize.ts'

class Point {
  x = 1
}

const tags = ['a', [1]]
const shared = {
  id: 5,
  name: 'n'.repeat(100),
  tags,
  sameTags: tags,
  at: new Date(1),
  bytes: new Uint8Array(2),
  deep: { x: 1, list: [7] },
  nothing: undefined,
}
const hole: unknown[] = [0]
hole.length = 2
const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]))

test.each<[unknown, string | string[]]>([
  [{ id: 5 }, 'id'],
  [{ id: -0, at: new Date(7) }, ['id', 'at']],
  [{ tags: ['x', 'y'], 'tags.x': 1 }, 'tags'],
  [{ tags: ['x', 'y'] }, 'tags.length'],
  [{ deep: { x: 1, list: [7] } }, 'deep.x'],
  [{ deep: { x: 1, list: [7] } }, 'deep.list'],
  [{ deep: { x: 1 } }, 'deep.y'],
  [{ deep: { x: 1 } }, 'deep'],
  [{ name: 'four' }, 'name.length'],
  [{ a: undefined, b: null }, 'a'],
  [{ a: undefined, b: null }, 'b'],
  [{}, 'constructor'],
  [shared, 'id'],
  [shared, 'tags'],
  [shared, 'sameTags'],
  [shared, ['id', 'deep.x', 'name']],
  [many, 'k63'],
  [many, 'k99'],
  ['abc', 'length'],
  [5, ''],
  [{ a: 1 }, ''],
  [[1, 2], ''],
  [[1, 2], 'length'],
  [new Point(), 'x'],
  [{ p: new Point() }, 'p.x'],
  [Object.assign(Object.create(null), { a: 1 }), 'a'],
  [Object.defineProperty({}, 'a', { value: 1 }), 'a'],
  [{ a: hole }, 'a'],
  [new Map(), 'size'],
  [runInNewContext('({ x: 1, d: new Date(5) })'), ['x', 'd']],
  [{ a: runInNewContext('new Date(5)') }, 'a'],
])('%o as bytes has at %j the key that its clone has there', (value, keyPath) => {
  const expected = extractKey(structuredClone(value), keyPath)
  expect(new StorableClone(serialize(value)).extractKey(keyPath)).toEqual(expected)
})

test('an object in itself has no key', () => {
  const list: unknown[] = []
  list.push(list)
  expect(new StorableClone(serialize({ list })).extractKey('list')).toBeNull()
})

test('a Blob among the properties is looked into', () => {
  const value = { first: new Blob(['x']), file: new File(['abc'], 'f.txt', { lastModified: 7 }) }
  const clone = new StorableClone(serialize(value))
  expect(clone.extractKey('file.lastModified')).toEqual(extractKey(7, ''))
  expect(clone.extractKey('first.size')).toEqual(extractKey(1, ''))
})

test('what a getter gave counts, and it runs once', () => {
  let runs = 0
  const value = {
    get id() {
      return ++runs
    },
    at: new Date(1),
    get last() {
      value.at.setTime(99)
      return 0
    },
  }
  const clone = new StorableClone(serialize(value))
  expect(clone.extractKey(['id', 'at'])).toEqual(extractKey([1, new Date(1)], ''))
  expect(runs).toBe(1)
})

test('a property that a getter deletes has no key', () => {
  const value: { first: number; id?: number } = {
    get first() {
      delete value.id
      return 1
    },
    id: 2,
  }
  const clone = new StorableClone(serialize(value))
  expect(clone.extractKey('id')).toEqual(extractKey({}, 'id'))
})

test('index entries are those of the clone, beside a key to be generated', () => {
  const value = { name: 'x', tags: ['b', 'a'] }
  const indexes = ['name', 'tags', 'id'].map((keyPath, id) => ({
    id,
    name: keyPath,
    keyPath,
    unique: false,
    multiEntry: keyPath === 'tags',
  }))
  const clone = new StorableClone(serialize(value, 'id'))
  const places = { keyPath: 'id', offsets: [] }
  expect(clone.indexKeys(new Map(indexes.map((it) => [it.id, it])), places)).toEqual(
    indexKeysOf(value, indexes, { generated: { keyPath: 'id', offsets: [] } }),
  )
})
