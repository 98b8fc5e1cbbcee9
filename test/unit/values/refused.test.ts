import assert from 'node:assert/strict'
import { createContext, runInContext } from 'node:vm'
import { describe, test } from 'vitest'
import { serialize } from '../../../src/values/serialize.ts'

const isDataCloneError = (error: unknown): boolean =>
  (error as Error).constructor === DOMException && (error as Error).name === 'DataCloneError'

function detachedBuffer(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

function viewOfDetached(): Uint8Array {
  const view = new Uint8Array(8)
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}

function outOfBounds(
  View: new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView,
): ArrayBufferView {
  // `as`: TypeScript's library does not know resizable buffers yet.
  const buffer = new (ArrayBuffer as new (size: number, options: object) => ArrayBuffer)(8, {
    maxByteLength: 16,
  })
  const view = new View(buffer, 4, 4)
  ;(buffer as unknown as { resize(size: number): void }).resize(6)
  return view
}

class EventTargetOfScript extends EventTarget {}

const argumentsOf = function () {
  return arguments
} as (...items: unknown[]) => object // they are taken from `arguments`

function withoutPrototype(it: object): object {
  return Object.setPrototypeOf(it, null) as object
}

const refused: Record<string, unknown> = {
  'a function': () => 1,
  'a class': class Named {},
  'a symbol': Symbol('s'),
  'a Symbol object': Object(Symbol('s')),
  'a SharedArrayBuffer': new SharedArrayBuffer(8),
  'a view of a SharedArrayBuffer': new Uint8Array(new SharedArrayBuffer(8)),
  'a DataView of a SharedArrayBuffer': new DataView(new SharedArrayBuffer(8)),
  'a detached ArrayBuffer': detachedBuffer(),
  'a view of a detached ArrayBuffer': viewOfDetached(),
  'an out-of-bounds typed array': outOfBounds(Uint8Array),
  'an out-of-bounds DataView': outOfBounds(DataView),
  'a WeakMap': new WeakMap(),
  'a WeakSet': new WeakSet(),
  'a WeakRef': new WeakRef({}),
  'a Promise': Promise.resolve(),
  'a generator': (function* () {})(),
  'an iterator': [1].values(),
  'the arguments of a call': argumentsOf(1, 2),
  'the arguments of a call without any': argumentsOf(),
  'arguments without a prototype': withoutPrototype(argumentsOf(1)),
  'the segments of a text': new Intl.Segmenter().segment('text'),
  ...('rawJSON' in JSON && { 'raw JSON': (JSON.rawJSON as (text: string) => unknown)('1') }),
  'a number format': new Intl.NumberFormat(),
  'a Proxy': new Proxy({}, {}),
  'a Proxy of an array': new Proxy([], {}),
  'a Proxy of a Date': new Proxy(new Date(), {}),
  'a Proxy with traps that throw': new Proxy({}, { getPrototypeOf: () => assert.fail('trap ran') }),
  'the global object': globalThis,
  'an Event': new Event('x'),
  'an EventTarget': new EventTarget(),
  'an instance of a class that extends EventTarget': new EventTargetOfScript(),
  'an AbortSignal': new AbortController().signal,
  'a MessagePort': new MessageChannel().port1,
  'a MessageChannel': new MessageChannel(),
  'a URL': new URL('a:b'),
  'a ReadableStream': new ReadableStream(),
  'a module namespace': await import('./structure.ts'),
}

describe('what cannot be stored', () => {
  for (const [name, value] of Object.entries(refused)) {
    test(`${name} throws DataCloneError, alone and inside of others`, () => {
      assert.throws(() => serialize(value), isDataCloneError)
      assert.throws(() => serialize([{ value }]), isDataCloneError)
      assert.throws(() => serialize(new Map([[1, value]])), isDataCloneError)
      assert.throws(() => serialize(Object.assign([], { extra: value })), isDataCloneError)
    })
  }

  for (const source of [
    '() => 1',
    'Symbol()',
    'new WeakMap()',
    'Promise.resolve()',
    'new Proxy([], {})',
    '(function () { return arguments })(1)',
    'new Intl.Segmenter().segment("text")',
  ]) {
    test(`${source} of another realm throws DataCloneError`, () => {
      const value: unknown = runInContext(source, createContext({}))
      assert.throws(() => serialize([value]), isDataCloneError)
    })
  }

  test('however deep they lie', () => {
    for (const value of [argumentsOf(1), new URL('a:b')]) {
      const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => ({ inner }), value)
      assert.throws(() => serialize(deep), isDataCloneError)
    }
  })

  test('arguments that a generated key would be put in', () => {
    assert.throws(() => serialize(argumentsOf(1), 'id'), isDataCloneError)
  })

  test('a function is named in the message', () => {
    assert.throws(() => serialize({ f: function greet() {} }), /function cannot be stored: greet/)
  })

  test('a Proxy and a Promise come with what to do about them', () => {
    const proxy =
      'A Proxy cannot be stored, at value.f; store what it wraps, such as toRaw(state) in Vue'
    const promise =
      'A Promise object cannot be stored, at value.f; await it first, and store what it gives'
    assert.throws(() => serialize({ f: new Proxy({}, {}) }), { message: proxy })
    assert.throws(() => serialize({ f: Promise.resolve(1) }), { message: promise })
  })

  test('serialize() still works after an exception', () => {
    assert.throws(() => serialize([1, Symbol()]), isDataCloneError)
    assert.deepEqual([...serialize(5).value.bytes], [1, 0xc5])
  })
})
