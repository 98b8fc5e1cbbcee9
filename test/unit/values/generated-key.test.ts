import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { deserialize } from '../../../src/values/deserialize.ts'
import { serialize } from '../../../src/values/serialize.ts'
import { assertSameStructure } from './structure.ts'

/** What is read after the host has put 42 where the generated key belongs. */
function storeWithKey(value: unknown, keyPath: string): unknown {
  const serialized = serialize(value, keyPath)
  assert.ok(serialized.generatedKeyOffset > 0)
  const bytes = serialized.value.bytes.slice()
  new DataView(bytes.buffer).setFloat64(serialized.generatedKeyOffset, 42)
  return deserialize(bytes, 0, bytes.length)
}

const date = new Date(1)
const shared = { s: 1 }
const injected: readonly [unknown, string, unknown][] = [
  [{}, 'id', { id: 42 }],
  [{ a: 1 }, 'id', { a: 1, id: 42 }],
  [{ id: undefined, a: 1 }, 'id', { id: 42, a: 1 }],
  [{ a: 1 }, 'b.c', { a: 1, b: { c: 42 } }],
  [{ a: { x: 1 } }, 'a.b', { a: { x: 1, b: 42 } }],
  [{ a: {} }, 'a.b.c.d', { a: { b: { c: { d: 42 } } } }],
  [{ list: [] }, 'list.key', { list: Object.assign([], { key: 42 }) }],
  [[], 'id', Object.assign([], { id: 42 })],
  [
    new (class A {
      a = date
    })(),
    'id',
    { a: date, id: 42 },
  ],
  [[shared, shared], 'x.y', Object.assign([shared, shared], { x: { y: 42 } })],
  [JSON.parse('{"__proto__": {}}'), '__proto__.id', JSON.parse('{"__proto__": {"id": 42}}')],
]

const present: readonly [unknown, string][] = [
  [{ id: 1 }, 'id'],
  [{ id: 'any' }, 'id'],
  [{ id: null }, 'id'],
  [{ id: {} }, 'id'],
  [{ a: { b: 1 } }, 'a.b'],
  [[], 'length'],
  [{ a: 'text' }, 'a.length'],
  ['text', 'length'],
  [{ blob: new Blob(['x']) }, 'blob.size'],
]

const refused: readonly [unknown, string][] = [
  [1, 'id'],
  [null, 'id'],
  [undefined, 'id'],
  ['text', 'id'],
  [{ a: 1 }, 'a.b'],
  [{ a: null }, 'a.b'],
  [{ a: undefined }, 'a.b'],
  [new Date(), 'id'],
  [new Map(), 'id'],
  [{ a: /x/ }, 'a.b'],
]

describe('a generated key', () => {
  for (const [i, [value, keyPath, expected]] of injected.entries()) {
    test(`is put at "${keyPath}" (${i})`, () => {
      assertSameStructure(storeWithKey(value, keyPath), expected)
    })
  }

  for (const [i, [value, keyPath]] of present.entries()) {
    test(`has no place where "${keyPath}" has a value (${i})`, () => {
      assert.equal(serialize(value, keyPath).generatedKeyOffset, -1)
    })
  }

  for (const [i, [value, keyPath]] of refused.entries()) {
    test(`throws DataError where nothing can be put at "${keyPath}" (${i})`, () => {
      assert.throws(() => serialize(value, keyPath), { name: 'DataError' })
    })
  }

  test('does not change the original', () => {
    const value = { a: {} }
    storeWithKey(value, 'a.b')
    assert.deepEqual(value, { a: {} })
  })

  test('finds getters run once', () => {
    let runs = 0
    const value = {
      get a() {
        return { n: ++runs }
      },
    }
    serialize(value, 'a.id')
    assert.equal(runs, 1)
  })

  test('leaves no trace in a Blob it cannot be put into', () => {
    const blob = new Blob(['x'])
    assert.throws(() => serialize({ blob }, 'blob.id'), { name: 'DataError' })
    assert.deepEqual(
      Reflect.ownKeys(blob).filter((it) => it === 'id'),
      [],
    )
  })

  test('is at home beside Blobs of nested objects', () => {
    const blob = new Blob(['x'])
    const serialized = serialize({ a: { blob }, blob }, 'a.id')
    assert.deepEqual(serialized.blobs, [blob])
  })
})

test('a property that is inherited or not enumerable is not read where a generated key belongs', () => {
  const fail = (): never => {
    throw new Error('read')
  }
  const hidden = Object.defineProperty({}, 'id', { get: fail, enumerable: false })
  assert.deepEqual(storeWithKey(hidden, 'id'), { id: 42 })
  Object.defineProperty(Object.prototype, 'id', { get: fail, configurable: true })
  try {
    assert.deepEqual(Object.keys(storeWithKey({ a: 1 }, 'id') as object), ['a', 'id'])
  } finally {
    Reflect.deleteProperty(Object.prototype, 'id')
  }
})
