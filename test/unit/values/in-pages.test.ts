/** What pages do, where nothing like Node's `util.types` tells what an object is: the same modules, loaded without it. */
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import { assertSameStructure } from './structure.ts'

type Serialize = (value: unknown) => { readonly value: { readonly bytes: Uint8Array } }
type Deserialize = (bytes: Uint8Array, start: number, end: number) => unknown

let serialize: Serialize
let deserialize: Deserialize

beforeAll(async () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
  vi.resetModules()
  ;({ serialize } = await import('../../../src/values/serialize.ts'))
  ;({ deserialize } = await import('../../../src/values/deserialize.ts'))
})

afterAll(() => {
  vi.restoreAllMocks()
  vi.resetModules()
})

const withPrototype = (object: object, prototype: object | null) =>
  Object.setPrototypeOf(object, prototype) as object

class Instance {
  x = 1
}

const cloned: Record<string, unknown> = {
  'an instance of a class': new Instance(),
  'one without properties': new (class {})(),
  'a boxed number by another prototype': withPrototype(new Number(5), Instance.prototype),
  'a boxed bigint': Object(5n),
  'a Date without a prototype': withPrototype(new Date(5), null),
  'a regular expression by another prototype': withPrototype(/x/g, {}),
  'a Map by another prototype': withPrototype(new Map([[1, 2]]), Instance.prototype),
  'a Set of a class': new (class extends Set {})([1]),
  'a list of a class': new (class extends Array<number> {})(1, 2),
  'an ArrayBuffer': new Uint8Array([1, 2]).buffer,
  'an object that inherits from Date': Object.create(Date.prototype),
  'an object that inherits from an error': Object.assign(Object.create(Error.prototype), { x: 1 }),
  'an object that inherits from a list': Object.assign(Object.create(Array.prototype), { 0: 1 }),
}

/** What a clone of an object by another prototype is like. */
const expected: Record<string, unknown> = {
  'a boxed number by another prototype': new Number(5),
  'a Date without a prototype': new Date(5),
  'a regular expression by another prototype': /x/g,
  'a Map by another prototype': new Map([[1, 2]]),
  'a Set of a class': new Set([1]),
  'a list of a class': [1, 2],
  'an instance of a class': { x: 1 },
  'one without properties': {},
  'an object that inherits from Date': {},
  'an object that inherits from an error': { x: 1 },
  'an object that inherits from a list': { 0: 1 },
}

const refused: Record<string, unknown> = {
  'a Proxy of a Date': new Proxy(new Date(), {}),
  'a Proxy of a Map': new Proxy(new Map([[1, 2]]), {}),
  'a Proxy of a regular expression': new Proxy(/x/, {}),
  'a Proxy of an error': new Proxy(new Error('m'), {}),
  'a Proxy of a view': new Proxy(new Uint8Array(2), {}),
  'a Proxy of an ArrayBuffer': new Proxy(new ArrayBuffer(2), {}),
  'a Proxy of a boxed string': new Proxy(new String('text'), {}),
  'a SharedArrayBuffer': new SharedArrayBuffer(1),
  'a boxed symbol': Object(Symbol()),
  'a WeakMap': new WeakMap(),
  'a Promise': Promise.resolve(),
  'the segments of a text': new Intl.Segmenter().segment('text'),
  'a URL': new URL('a:b'),
}

describe('in pages', () => {
  for (const [title, value] of Object.entries(cloned)) {
    test(`${title} is cloned`, () => {
      const { bytes } = serialize(value).value
      assertSameStructure(deserialize(bytes, 0, bytes.length), expected[title] ?? value)
    })
  }

  for (const [title, value] of Object.entries(refused)) {
    test(`${title} throws DataCloneError`, () => {
      assert.throws(() => serialize({ value }), { name: 'DataCloneError' })
    })
  }

  test('a Proxy of an ordinary object or list is stored as what it shows', () => {
    const value = [new Proxy({ a: 1 }, {}), new Proxy([1, 2], {})]
    const { bytes } = serialize(value).value
    assertSameStructure(deserialize(bytes, 0, bytes.length), [{ a: 1 }, [1, 2]])
  })
})
