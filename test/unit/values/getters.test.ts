import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { deserialize } from '../../../src/values/deserialize.ts'
import { serialize } from '../../../src/values/serialize.ts'
import { roundTrip } from './round-trip.ts'
import { assertSameStructure } from './structure.ts'

describe('getters', () => {
  test('each runs once, in the order of the keys, depth first', () => {
    const log: string[] = []
    const logged = (name: string, value: unknown) => ({
      get: () => (log.push(name), value),
      enumerable: true,
    })
    const inner = Object.defineProperties({}, { c: logged('a.c', 1), d: logged('a.d', 2) })
    const value = Object.defineProperties({}, { a: logged('a', inner), b: logged('b', 3) })
    assertSameStructure(roundTrip(value), { a: { c: 1, d: 2 }, b: 3 })
    assert.deepEqual(log, ['a', 'a.c', 'a.d', 'b'])
  })

  test('those that are no enumerable property with a string for a key never run', () => {
    const hidden = { get: () => assert.fail('the getter ran') }
    for (const value of [{}, { 0: 'a' }, new (class {})(), Object.create(null)] as object[]) {
      for (const key of ['hidden', 'constructor', Symbol.toStringTag, Symbol.iterator, Symbol()]) {
        Object.defineProperty(value, key, hidden)
      }
      assertSameStructure(roundTrip(value), { ...value })
    }
  })

  test('what they throw is thrown as it is', () => {
    const thrown = { any: 'thing' }
    const value = {
      get x(): never {
        throw thrown
      },
    }
    assert.throws(
      () => serialize([value]),
      (error) => error === thrown,
    )
  })

  test('a property that a getter deletes is not stored', () => {
    const value = {
      get first() {
        delete (value as { second?: number }).second
        return 1
      },
      second: 2,
      toString: 3,
    }
    assertSameStructure(roundTrip(value), { first: 1, toString: 3 })
  })

  test('a property that the name of an error deletes is not stored', () => {
    const error = Object.defineProperty(new Error('e'), 'name', {
      get: () => (delete (value as { last?: number }).last, 'TypeError'),
    })
    const value = { error, last: 2 }
    const clone = roundTrip(value) as { error: unknown }
    assert.ok(clone.error instanceof TypeError)
    assert.deepEqual(Object.keys(clone), ['error'])
  })

  test('a property that a getter adds is not stored', () => {
    const value = {
      get first() {
        return ((value as { third?: number }).third = 1)
      },
      second: 2,
    }
    assertSameStructure(roundTrip(value), { first: 1, second: 2 })
  })

  test('an element that a getter deletes is a hole', () => {
    const value: unknown[] = [0, 1, 2]
    Object.defineProperty(value, 0, { enumerable: true, get: () => (delete value[2], 'x') })
    const expected: unknown[] = ['x', 1]
    expected.length = 3
    assertSameStructure(roundTrip(value), expected)
  })

  test('a Map that a getter changes is stored as it was', () => {
    const map = new Map<unknown, unknown>()
    map
      .set(
        {
          get x() {
            return map.clear()
          },
        },
        1,
      )
      .set('after', 2)
    const clone = roundTrip(map) as Map<unknown, unknown>
    assert.deepEqual([...clone.values()], [1, 2])
  })

  test('one that stores a value itself disturbs neither', () => {
    let inner = ''
    const value = {
      before: 'x'.repeat(100),
      get nested() {
        inner = Buffer.from(serialize({ inner: ['y', value.before] }).value.bytes).toString('hex')
        return 1
      },
      after: 2,
    }
    assertSameStructure(roundTrip(value), { before: value.before, nested: 1, after: 2 })
    const bytes = Buffer.from(inner, 'hex')
    assertSameStructure(deserialize(bytes, 0, bytes.length), { inner: ['y', value.before] })
  })
})

describe('reading', () => {
  test('runs no setter that a prototype has for a stored key or index', () => {
    const value = { id: 1, list: ['a', { id: 2 }] }
    const { bytes } = serialize(value).value
    const refuse = { configurable: true, set: () => assert.fail('a setter ran') }
    try {
      Object.defineProperty(Object.prototype, 'id', refuse)
      Object.defineProperty(Array.prototype, '0', refuse)
      Object.defineProperty(Object.prototype, 'list', refuse)
      const clone = deserialize(bytes, 0, bytes.length) as typeof value
      assert.deepEqual(Object.values(clone), [1, ['a', { id: 2 }]])
    } finally {
      for (const key of ['id', 'list']) Reflect.deleteProperty(Object.prototype, key)
      Reflect.deleteProperty(Array.prototype, '0')
    }
  })

  test('runs no method that script has put on a prototype', () => {
    const { bytes } = serialize([new Map([[1, 2]]), new Set([1]), new Uint8Array(3)]).value
    const { set } = Map.prototype
    const { add } = Set.prototype
    try {
      Map.prototype.set = () => assert.fail('patched set ran')
      Set.prototype.add = () => assert.fail('patched add ran')
      assert.doesNotThrow(() => deserialize(bytes, 0, bytes.length))
    } finally {
      Object.assign(Map.prototype, { set })
      Object.assign(Set.prototype, { add })
      for (const [prototype, name] of [
        [Map.prototype, 'set'],
        [Set.prototype, 'add'],
      ] as const) {
        Object.defineProperty(prototype, name, { enumerable: false })
      }
    }
  })
})
