/**
 * Pages that a library simulates have classes written in JavaScript: like those of jsdom, with a tag and what they are
 * made of behind a symbol, and like those of happy-dom, without a tag.
 */
import assert from 'node:assert/strict'
import { describe, test, vi } from 'vitest'
import { install } from '../../../src/index.ts'
import { complete } from '../../../src/values/complete.ts'
import { deserialize, deserializeClone } from '../../../src/values/deserialize.ts'
import { knowPage } from '../../../src/values/platform-objects/interface-names.ts'
import { serialize } from '../../../src/values/serialize.ts'
import { memory } from '../../../vfs/memory.ts'
import { assertSameStructure } from './structure.ts'
import { roundTrip } from './round-trip.ts'

const impl = Symbol('impl')
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** jsdom's way, of versions whose Blobs have no methods to read them by. */
const branded = (() => {
  class Blob {
    [impl]: { _buffer: Uint8Array; type: string }
    constructor(text: string, type: string) {
      this[impl] = { _buffer: Buffer.from(text), type }
    }
    get size(): number {
      return this[impl]._buffer.length
    }
    get type(): string {
      return this[impl].type
    }
    slice(): void {}
  }
  class File extends Blob {
    get name(): string {
      assert.ok(this[impl])
      return 'n.txt'
    }
    get lastModified(): number {
      return 7
    }
  }
  class DOMException {
    [impl] = { name: 'DataError', message: 'm' }
    get name(): string {
      return this[impl].name
    }
    get message(): string {
      return this[impl].message
    }
  }
  class HTMLElement {
    [impl] = {}
  }
  const classes = { Blob, File, DOMException, HTMLElement }
  for (const [value, it] of Object.entries(classes)) {
    Object.defineProperty(it.prototype, Symbol.toStringTag, { value, configurable: true })
  }
  return classes
})()

/** happy-dom's way. */
const untagged = (() => {
  const content = Symbol('content')
  class Blob {
    type: string;
    [content]: Uint8Array
    constructor(text: string, type: string) {
      this[content] = bytesOf(text)
      this.type = type
    }
    get size(): number {
      return this[content].length
    }
    slice(): void {}
    arrayBuffer(): Promise<ArrayBufferLike> {
      return Promise.resolve(this[content].slice().buffer)
    }
  }
  class File extends Blob {
    name = 'n.txt'
    lastModified = 7
  }
  class EventTarget {
    [content] = {}
    addEventListener(): void {}
    removeEventListener(): void {}
    dispatchEvent(): void {}
  }
  class Node extends EventTarget {}
  class HTMLElement extends Node {}
  class Event {
    [content] = {}
    composedPath(): void {}
    preventDefault(): void {}
    stopPropagation(): void {}
  }
  class Headers {
    [content] = {}
  }
  class DOMException extends Error {
    override name: string
    constructor(message: string, name: string) {
      super(message)
      this.name = name
    }
  }
  return { Blob, File, EventTarget, Node, HTMLElement, Event, Headers, DOMException }
})()

async function storeAndRead(value: unknown): Promise<unknown> {
  const { bytes } = (await complete(serialize(value))).value
  return deserialize(bytes, 0, bytes.length)
}

for (const [way, { Blob: ItsBlob, File: ItsFile }] of Object.entries({ branded, untagged })) {
  describe(`Blobs of a simulated page (${way})`, () => {
    test('they are read, and become Blobs of this realm', async () => {
      const blob = new ItsBlob('hello', 'text/x')
      const [clone, again, empty] = (await storeAndRead([
        blob,
        blob,
        new ItsBlob('', ''),
      ])) as Blob[]
      assert.ok(clone instanceof Blob && !(clone instanceof File))
      assert.equal(clone, again)
      assert.deepEqual([clone.type, await clone.text(), empty?.size], ['text/x', 'hello', 0])
    })

    test('Files keep name and time', async () => {
      const clone = (await storeAndRead(new ItsFile('abc', 'a/b'))) as File
      assert.ok(clone instanceof File)
      const { name, lastModified, type } = clone
      assert.deepEqual([name, lastModified, type, await clone.text()], ['n.txt', 7, 'a/b', 'abc'])
    })

    test('they survive a generated key that is put beside them', async () => {
      const serialized = serialize({ a: { file: new ItsFile('abc', 'a/b') } }, 'a.id')
      const { bytes } = (await complete(serialized)).value
      const clone = deserialize(bytes, 0, bytes.length) as { a: { file: File; id: number } }
      assert.ok(clone.a.file instanceof File)
      assert.deepEqual(
        [await clone.a.file.text(), clone.a.file.name, clone.a.id],
        ['abc', 'n.txt', 0],
      )
    })

    test('their attributes are there for key paths before they are read', () => {
      const clone = deserializeClone(serialize(new ItsFile('abc', 'a/b'))) as File
      const attributes = ['size', 'type', 'name', 'lastModified'] as const
      assert.ok(attributes.every((name) => Object.hasOwn(clone, name)))
      assert.deepEqual(
        attributes.map((name) => clone[name]),
        [3, 'a/b', 'n.txt', 7],
      )
    })

    test('they are read where they are the global ones', async () => {
      vi.stubGlobal('Blob', ItsBlob)
      vi.stubGlobal('File', ItsFile)
      vi.resetModules()
      const inPage = await import('../../../src/values/serialize.ts')
      const { complete: completeInPage } = await import('../../../src/values/complete.ts')
      const stored = inPage.serialize([new ItsBlob('hello', 'text/x'), new ItsFile('abc', 'a/b')])
      const completed = await completeInPage(stored).finally(() => {
        vi.unstubAllGlobals()
        vi.resetModules()
      })
      const { bytes } = completed.value
      const [blob, file] = deserialize(bytes, 0, bytes.length) as [Blob, File]
      assert.deepEqual([blob.type, await blob.text()], ['text/x', 'hello'])
      const { name, lastModified, type } = file
      assert.deepEqual([name, lastModified, type, await file.text()], ['n.txt', 7, 'a/b', 'abc'])
    })

    test('one of a class that script derived is a Blob', async () => {
      class Derived extends ItsBlob {}
      const clone = (await storeAndRead(new Derived('abc', ''))) as Blob
      assert.equal(await clone.text(), 'abc')
    })

    test('those whose bytes nothing gives are refused by name', () => {
      const blob = new ItsBlob('abc', '')
      for (const key of Object.getOwnPropertySymbols(blob))
        Object.defineProperty(blob, key, { value: { length: 3, _buffer: [1, 2, 3] } })
      Object.defineProperty(blob, 'arrayBuffer', { value: undefined })
      assert.throws(() => serialize({ blob }), { name: 'DataCloneError', message: /Blob/ })
    })

    test('what only has their prototype is refused', () => {
      const fake: unknown = Object.create(ItsBlob.prototype)
      assert.throws(() => serialize(fake), { name: 'DataCloneError', message: /Blob/ })
    })
  })
}

describe('other objects of a simulated page', () => {
  const refused = {
    branded: [branded.HTMLElement],
    untagged: [untagged.HTMLElement, untagged.Event],
  }
  for (const [way, classes] of Object.entries(refused)) {
    for (const Class of classes) {
      test(`a ${Class.name} is refused by name (${way})`, () => {
        const message = new RegExp(`A ${Class.name} object`)
        assert.throws(() => serialize({ it: new Class() }), { name: 'DataCloneError', message })
      })
    }
  }

  test('a DOMException stays one', () => {
    const clone = roundTrip(new branded.DOMException()) as DOMException
    assert.ok(clone instanceof DOMException)
    assert.deepEqual([clone.name, clone.message], ['DataError', 'm'])
  })

  test('all classes of a page that was made known are refused by name', () => {
    assertSameStructure(roundTrip(new untagged.Headers()), {}) // a class of script's, as far as one can see
    const window = { ...untagged, Date, own: 1 }
    knowPage(window)
    assert.throws(() => serialize(new untagged.Headers()), /A Headers object cannot be stored/)
    assert.throws(() => serialize(new untagged.HTMLElement()), /A HTMLElement object cannot/)
    const clone = roundTrip(new untagged.DOMException('m', 'AbortError')) as DOMException
    assert.ok(clone instanceof DOMException)
    assert.deepEqual([clone.name, clone.message], ['AbortError', 'm'])
  })

  test('a class that script gives such a page later is its own affair', () => {
    const window: Record<string, unknown> = { ...untagged }
    knowPage(window)
    class Model {
      x = 1
    }
    window['Model'] = Model
    knowPage(window)
    assertSameStructure(roundTrip(new Model()), { x: 1 })
  })

  test('a page that IndexedDB was installed in is known', () => {
    class Storage {}
    assertSameStructure(roundTrip(new Storage()), {})
    install({ target: { Storage }, vfs: memory() })
    assert.throws(() => serialize(new Storage()), /A Storage object cannot be stored/)
  })

  test('the page around this module is known', async () => {
    vi.stubGlobal('document', {})
    vi.stubGlobal('Headers', untagged.Headers)
    vi.resetModules()
    try {
      const { serialize: serializeInPage } = await import('../../../src/values/serialize.ts')
      assert.throws(() => serializeInPage(new untagged.Headers()), { name: 'DataCloneError' })
    } finally {
      vi.unstubAllGlobals()
      vi.resetModules()
    }
  })
})

describe('classes of script that only share a name', () => {
  test('their instances are stored with the properties they have', () => {
    class Blob {
      size = 1
      type = 'a'
    }
    class Node {
      next = null
    }
    class Event {
      at = 5
    }
    class EventTarget {
      listeners = [1]
      addEventListener(): void {}
    }
    class Emitter extends EventTarget {}
    for (const Class of [Blob, Node, Event, EventTarget, Emitter]) {
      const instance = new Class()
      assertSameStructure(roundTrip(instance), { ...instance })
    }
  })
})
