/** How instances are made: of the language's types in all their variety, of the platform's where that takes arguments. */

const own = (object, key, value, rest = {}) =>
  Object.defineProperty(object, key, { value, writable: true, configurable: true, ...rest })
const prototypeless = (object) => Object.setPrototypeOf(object, null)
const without = (object, key) => (delete object[key], object)
const argumentsOf = function () {
  return arguments
}
const resizable = (size, maxByteLength) => {
  const buffer = new ArrayBuffer(size, { maxByteLength })
  if (buffer.resizable !== true) throw new TypeError('this runtime has none')
  new Uint8Array(buffer).fill(7)
  return buffer
}
const resized = (view, size) => (view.buffer.resize(size), view)
const detached = (value) => {
  structuredClone(value, { transfer: [value.buffer ?? value] })
  return value
}
const wasm = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)
const compiled = () => new WebAssembly.Module(wasm)

class Instance {
  #hidden = 1
  shown = 2
  get inherited() {
    return this.#hidden
  }
}
class Empty {}
class Tagged {
  get [Symbol.toStringTag]() {
    return 'Blob'
  }
}

const lists = {
  'a list': () => [1, 'two', [3], null, undefined],
  'a list with holes': () => without(without([0, 1, 2, 3], 0), 2),
  'a list with nothing but holes': () => Object.assign([], { length: 5 }),
  'a long sparse list': () => Object.assign([], { 100_000: 'far' }),
  'a list with properties': () => Object.assign([1, 2], { extra: 'x', '-1': 'y', 1.5: 'z' }),
  'a list with hidden elements': () => own([1, 2, 3], 1, 'hidden'),
  'a list with a getter': () =>
    Object.defineProperty([1, 2], 0, { get: () => 'got', enumerable: true }),
  'a list with a fixed length': () => Object.freeze([1, 2]),
  'a list of a class': () => new (class extends Array {})(1, 2, 3),
  'a list without a prototype': () => prototypeless([1, 2]),
}

const objects = {
  'an object': () => ({ a: 1, 'b c': { d: [2n] }, 7: 'seven', '': 0 }),
  'an object with symbols': () => ({ a: 1, [Symbol('s')]: 2, [Symbol.iterator]: 3 }),
  'an object with hidden properties': () => own({ a: 1 }, 'hidden', 2),
  'an object with getters': () => ({ a: 1, get b() { return { c: this.a } } }), // prettier-ignore
  'an object with __proto__': () => own({}, '__proto__', { x: 1 }, { enumerable: true }),
  'an object without a prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'an empty object without a prototype': () => Object.create(null),
  'an object that inherits': () => Object.assign(Object.create({ inherited: 1 }), { a: 2 }),
  'a frozen object': () => Object.freeze({ a: 1 }),
  'an instance of a class': () => new Instance(),
  'an instance of a class without fields': () => new Empty(),
  'an instance whose class has a tag': () => new Tagged(),
  'an object with a tag': () => ({ [Symbol.toStringTag]: 'Map', a: 1 }),
  'an object with toJSON': () => ({ a: 1, inner: own({}, 'toJSON', () => 2) }),
  'one object twice, and itself': () => {
    const shared = { list: [] }
    shared.list.push(shared, shared.list)
    return { shared, again: shared, map: new Map([[shared, shared.list]]) }
  },
  'deep nesting': () => Array.from({ length: 300 }).reduce((inner) => ({ inner }), 1),
  'only a prototype of Date': () => Object.create(Date.prototype),
  'only a prototype of Map': () => Object.create(Map.prototype),
  'only a prototype of Error': () =>
    Object.assign(Object.create(TypeError.prototype), { message: 'm' }),
  'only a prototype of Array': () =>
    Object.assign(Object.create(Array.prototype), { 0: 'a', length: 1 }),
  'a prototype': () => Instance.prototype,
  'RegExp.prototype': () => RegExp.prototype,
  'Map.prototype': () => Map.prototype,
  'Date.prototype': () => Date.prototype,
  'Error.prototype': () => Error.prototype,
  'the arguments of a call': () => argumentsOf(1, 2),
  'no arguments': () => argumentsOf(),
  'the global object': () => ({ it: globalThis }),
}

const leaves = {
  undefined: () => ({ it: undefined }),
  primitives: () => [
    null,
    true,
    0,
    -0,
    NaN,
    -Infinity,
    2 ** 53,
    1e-320,
    '',
    '\0',
    '\ud800',
    -1n,
    1n << 200n,
  ],
  'a boxed false': () => new Boolean(false),
  'a boxed NaN': () => new Number(NaN),
  'a boxed -0': () => new Number(-0),
  'a boxed string': () => new String('é\udc00'),
  'a boxed string with properties': () => Object.assign(new String('ab'), { extra: 1 }),
  'a boxed bigint': () => Object(-5n),
  'a boxed symbol': () => Object(Symbol('s')),
  'a boxed number without a prototype': () => prototypeless(new Number(5)),
  'a symbol': () => ({ it: Symbol('s') }),
  'a function': () => ({ it() {} }),
  'a class': () => ({ it: Instance }),
  'a Date': () => new Date(1e12),
  'an invalid Date': () => new Date(NaN),
  'a Date at its limit': () => new Date(-8.64e15),
  'a Date with properties': () => Object.assign(new Date(0), { extra: 1 }),
  'a Date of a class': () => new (class extends Date {})(5),
  'a Date without a prototype': () => prototypeless(new Date(6)),
  'a regular expression': () => /a\/b\n[/]/dgimsuy,
  'a regular expression with v': () => new RegExp('[a--b]', 'v'),
  'a regular expression in the middle': () => Object.assign(/x/g, { lastIndex: 5 }),
  'an empty regular expression': () => new RegExp(''),
  'a regular expression that lies': () => own(own(/x/g, 'flags', 'i'), 'source', 'y'),
}

const errors = {
  ...Object.fromEntries(
    [
      'Error',
      'EvalError',
      'RangeError',
      'ReferenceError',
      'SyntaxError',
      'TypeError',
      'URIError',
    ].map((name) => [name, () => new globalThis[name]('m')]),
  ),
  'an error without a message': () => new Error(),
  'an error with a cause': () => new Error('m', { cause: { why: [1] } }),
  'an error with an undefined cause': () => new TypeError('m', { cause: undefined }),
  'an error that is its own cause': () => {
    const error = new Error('m')
    return own(error, 'cause', error)
  },
  'an error whose cause is a getter': () =>
    Object.defineProperty(new Error('m'), 'cause', { get: () => 1 }),
  'an error with an enumerable cause': () => Object.assign(new Error('m'), { cause: 1 }),
  'an error with properties': () => Object.assign(new Error('m'), { code: 'E1', errno: 5 }),
  'an error without a stack': () => without(new Error('m'), 'stack'),
  'an error with a stack of its own': () => own(new Error('m'), 'stack', 'mine'),
  'an error with a number for a stack': () => own(new Error('m'), 'stack', 5),
  'an error with a number for a message': () => own(new Error('m'), 'message', 5),
  'an error whose message is a getter': () =>
    Object.defineProperty(new Error('m'), 'message', { get: () => 'got' }),
  'an error by another name': () => own(new TypeError('m'), 'name', 'RangeError'),
  'an error by an unknown name': () => own(new TypeError('m'), 'name', 'MyError'),
  'an error of a class': () => new (class MyError extends RangeError {})('m'),
  'an error of a class with a name': () => new (class extends Error { name = 'SyntaxError' })('m'), // prettier-ignore
  'an error without a prototype': () => prototypeless(new TypeError('m')),
  AggregateError: () => new AggregateError([new Error('1'), 2], 'm'),
  SuppressedError: () => new SuppressedError(new Error('1'), new Error('2'), 'm'),
}

const buffers = {
  'an ArrayBuffer': () => Uint8Array.of(1, 2, 3).buffer,
  'an empty ArrayBuffer': () => new ArrayBuffer(0),
  'an ArrayBuffer with properties': () => Object.assign(new ArrayBuffer(1), { extra: 1 }),
  'a resizable ArrayBuffer': () => resizable(3, 9),
  'a resizable ArrayBuffer that is full': () => resizable(9, 9),
  'an immutable ArrayBuffer': () => Uint8Array.of(1, 2).buffer.transferToImmutable(),
  'a detached ArrayBuffer': () => detached(new ArrayBuffer(8)),
  'a SharedArrayBuffer': () => new SharedArrayBuffer(8),
  'a growable SharedArrayBuffer': () => new SharedArrayBuffer(8, { maxByteLength: 16 }),
  ...Object.fromEntries(
    'Int8 Uint8 Uint8Clamped Int16 Uint16 Int32 Uint32 Float16 Float32 Float64 BigInt64 BigUint64'
      .split(' ')
      .map((it) => [
        `${it}Array`,
        () => {
          const constructor = globalThis[`${it}Array`]
          return constructor.of(it.startsWith('Big') ? 250n : 250.5)
        },
      ]),
  ),
  'a part of a buffer': () => new Uint16Array(new Uint8Array(16).fill(3).buffer, 4, 3),
  'two views of one buffer': () => {
    const { buffer } = Float64Array.of(1, 2)
    return [new Uint8Array(buffer, 1), new DataView(buffer, 2, 3), buffer]
  },
  'a view with properties': () => Object.assign(Uint8Array.of(1), { extra: 1 }),
  'a view of a class': () => new (class extends Uint8Array {})([1, 2]),
  'a DataView': () => new DataView(new ArrayBuffer(4), 1),
  'a tracking view': () => new Uint8Array(resizable(4, 8), 1),
  'a tracking view of a full buffer': () => new Uint16Array(resizable(8, 8)),
  'a tracking DataView': () => new DataView(resizable(4, 8)),
  'a fixed view of a resizable buffer': () => new Uint8Array(resizable(4, 8), 0, 4),
  'a view that is out of bounds': () => resized(new Uint8Array(resizable(8, 8), 4, 4), 5),
  'a tracking view that is out of bounds': () => resized(new Uint8Array(resizable(8, 8), 4), 2),
  'a DataView that is out of bounds': () => resized(new DataView(resizable(8, 8), 4, 4), 5),
  'a detached view': () => detached(new Float32Array(2)),
  'a view of shared memory': () => new Uint8Array(new SharedArrayBuffer(8)),
  'a Node Buffer': () => Buffer.from('text').subarray(1),
}

const collections = {
  'a Map': () =>
    new Map([
      [1, 'a'],
      [NaN, { b: new Map() }],
      [{}, undefined],
    ]),
  'a Map with properties': () => Object.assign(new Map([[1, 2]]), { extra: 1 }),
  'a Map of a class': () => new (class extends Map { get size() { return 5 } })([[1, 2]]), // prettier-ignore
  'a Map without a prototype': () => prototypeless(new Map([[1, 2]])),
  'a Set': () => new Set([1, -0, 'a', new Set()]),
  'a Set of a class': () => new (class extends Set {})([1]),
  'a WeakMap': () => new WeakMap(),
  'a WeakSet': () => new WeakSet(),
  'a WeakRef': () => new WeakRef({}),
}

const others = {
  'a Proxy of an object': () => new Proxy({ a: 1 }, {}),
  'a Proxy of a list': () => new Proxy([1], {}),
  'a Proxy of an empty object': () => new Proxy({}, {}),
  'a Proxy of an instance': () => new Proxy(new Instance(), {}),
  'a Proxy of a Date': () => new Proxy(new Date(), {}),
  'a Proxy of a Map': () => new Proxy(new Map(), {}),
  'a Proxy of an error': () => new Proxy(new Error('m'), {}),
  'a Proxy of a view': () => new Proxy(new Uint8Array(2), {}),
  'a Proxy of a buffer': () => new Proxy(new ArrayBuffer(2), {}),
  'a Proxy of a boxed string': () => new Proxy(new String('text'), {}),
  'a revoked Proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return { it: proxy }
  },
  'a Promise': () => [Promise.resolve(1)],
  'a generator': () => (function* () {})(),
  'an asynchronous generator': () => (async function* () {})(),
  'an iterator of a list': () => [1].values(),
  'an iterator of a Map': () => new Map().entries(),
  'an iterator of a Set': () => new Set().values(),
  'an iterator of a string': () => 'text'[Symbol.iterator](),
  'an iterator of matches': () => 'text'.matchAll(/t/g),
  'an iterator helper': () => [1].values().map(String),
  'a wrapped iterator': () => Iterator.from({ next: () => ({ done: true }) }),
  'the segments of a text': () => new Intl.Segmenter().segment('text'),
  'an iterator of segments': () => new Intl.Segmenter().segment('text')[Symbol.iterator](),
  ...Object.fromEntries(
    Object.getOwnPropertyNames(Intl).map((name) => [`Intl.${name}`, () => intl(name)]),
  ),
  'a FinalizationRegistry': () => new FinalizationRegistry(() => {}),
  'Temporal.Instant': () => Temporal.Instant.fromEpochMilliseconds(0),
  'Temporal.PlainDate': () => new Temporal.PlainDate(2020, 1, 2),
  'Temporal.PlainDateTime': () => new Temporal.PlainDateTime(2020, 1, 2),
  'Temporal.PlainTime': () => new Temporal.PlainTime(3),
  'Temporal.PlainMonthDay': () => new Temporal.PlainMonthDay(1, 2),
  'Temporal.PlainYearMonth': () => new Temporal.PlainYearMonth(2020, 1),
  'Temporal.ZonedDateTime': () => new Temporal.ZonedDateTime(0n, 'UTC'),
  'Temporal.Duration': () => Temporal.Duration.from({ hours: 1 }),
  'raw JSON': () => JSON.rawJSON('1'),
  'a module namespace': () => import('./example-module.mjs').then((it) => ({ it })),
  'WebAssembly.Module': compiled,
  'WebAssembly.Instance': () => new WebAssembly.Instance(compiled()),
  'WebAssembly.Memory': () => new WebAssembly.Memory({ initial: 1 }),
  'WebAssembly.Table': () => new WebAssembly.Table({ initial: 1, element: 'anyfunc' }),
  'WebAssembly.Global': () => new WebAssembly.Global({ value: 'i32' }, 1),
  'WebAssembly.Tag': () => new WebAssembly.Tag({ parameters: [] }),
  'WebAssembly.CompileError': () => new WebAssembly.CompileError('m'),
}

function intl(name) {
  if (name === 'DisplayNames') return new Intl.DisplayNames('en', { type: 'region' })
  if (name === 'Locale') return new Intl.Locale('en')
  if (typeof Intl[name] !== 'function') throw new TypeError('a function')
  return new Intl[name]()
}

export const languageRecipes = {
  ...lists,
  ...objects,
  ...leaves,
  ...errors,
  ...buffers,
  ...collections,
  ...others,
}

/** Of a page, or of a runtime; each fails where there is no such type. */
export const platformRecipes = (window) => {
  const make = (name, ...parts) => new window[name](...parts)
  const point = () => make('DOMPoint', 1, 2.5, -0, NaN)
  return {
    'a Blob': () => make('Blob', ['text', Uint8Array.of(0, 255)], { type: 'Text/X-Odd;a=B' }),
    'an empty Blob': () => make('Blob', []),
    'a Blob of an impossible type': () => make('Blob', ['x'], { type: 'é' }),
    'a part of a Blob': () => make('Blob', ['0123456789'], { type: 'a/b' }).slice(2, 5, 'c/d'),
    'a Blob of a class': () => new (class extends window.Blob {})(['x'], { type: 'a/b' }),
    'a Blob with properties': () => Object.assign(make('Blob', ['x']), { extra: 1 }),
    'a File': () =>
      make('File', ['text'], 'näme/\u{1F600}.txt', { type: 'a/b', lastModified: 5.9 }),
    'an empty File': () => make('File', [], '', { lastModified: -1 }),
    'one Blob twice': () => {
      const blob = make('Blob', ['x'])
      return [blob, { blob }, make('Blob', ['y'])]
    },
    'a FileList': () => {
      const transfer = make('DataTransfer')
      transfer.items.add(make('File', ['one'], 'a', { lastModified: 1 }))
      return transfer.files
    },
    'an empty FileList': () =>
      Object.assign(window.document.createElement('input'), { type: 'file' }).files,
    'a DOMException': () => make('DOMException', 'm', 'DataError'),
    'a DOMException by an unknown name': () => make('DOMException', 'm', 'Mine'),
    'a DOMException without anything': () => make('DOMException'),
    'a QuotaExceededError': () => make('QuotaExceededError', 'm', { quota: 5, requested: 7 }),
    'a DOMPoint': point,
    'a DOMPointReadOnly': () => make('DOMPointReadOnly', 1, 2, 3, 4),
    'a DOMRect': () => make('DOMRect', 1, 2, -3, Infinity),
    'a DOMRectReadOnly': () => make('DOMRectReadOnly', 1, 2, 3, 4),
    'the DOMRect of an element': () => window.document.documentElement.getBoundingClientRect(),
    'a DOMQuad': () => make('DOMQuad', point(), point(), point(), point()),
    'a flat DOMMatrix': () => make('DOMMatrix', [1, 2, 3, 4, 5, 6]),
    'a flat DOMMatrix with -0': () => make('DOMMatrix', [1, -0, -0, 1, 0, 0]),
    'a DOMMatrix in space': () =>
      make(
        'DOMMatrix',
        Array.from({ length: 16 }, (_, i) => i),
      ),
    'a flat DOMMatrixReadOnly': () => make('DOMMatrixReadOnly', [1, 2, 3, 4, 5, 6]),
    'a DOMMatrixReadOnly in space': () => window.DOMMatrixReadOnly.fromMatrix({ m34: 0.5 }),
    'an ImageData': () =>
      make('ImageData', Uint8ClampedArray.from([1, 2, 3, 255, 5, 6, 7, 8]), 1, 2),
    'an ImageData of another colour space': () =>
      make('ImageData', 2, 1, { colorSpace: 'display-p3' }),
    'an ImageData of floats': () => make('ImageData', 1, 1, { pixelFormat: 'rgba-float16' }),
    'an ImageBitmap': () => window.createImageBitmap(make('ImageData', 1, 1)),
    'an AudioData': () =>
      make('AudioData', {
        format: 'u8',
        sampleRate: 8000,
        numberOfFrames: 1,
        numberOfChannels: 1,
        timestamp: 0,
        data: Uint8Array.of(1),
      }),
    'a VideoFrame': () =>
      make('VideoFrame', new Uint8Array(4), {
        format: 'RGBA',
        codedWidth: 1,
        codedHeight: 1,
        timestamp: 0,
      }),
    'an EncodedVideoChunk': () =>
      make('EncodedVideoChunk', { type: 'key', timestamp: 0, data: new Uint8Array(1) }),
    'an extractable CryptoKey': () =>
      window.crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', true, ['encrypt']),
    'a CryptoKey pair': () =>
      window.crypto.subtle
        .generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
        .then((it) => ({ ...it })),
    'an RTCCertificate': () =>
      window.RTCPeerConnection.generateCertificate({ name: 'ECDSA', namedCurve: 'P-256' }),
    'a CropTarget': () => window.CropTarget.fromElement(window.document.body),
    'a FileSystemDirectoryHandle': () => window.navigator.storage.getDirectory(),
    'a FileSystemFileHandle': async () =>
      (await window.navigator.storage.getDirectory()).getFileHandle('file', { create: true }),
    'a Response': () => make('Response', 'text'),
    'a Request': () => make('Request', 'http://localhost/'),
    'a URL': () => make('URL', 'a:b'),
    'an Event': () => make('Event', 'x'),
    'a CustomEvent': () => make('CustomEvent', 'x', { detail: 1 }),
    'a MessagePort': () => make('MessageChannel').port1,
    'an AbortSignal': () => make('AbortController').signal,
    'a BroadcastChannel': () => {
      const channel = make('BroadcastChannel', 'x')
      channel.close()
      return channel
    },
    'a reader': () => make('ReadableStream').getReader(),
    'a Range': () => window.document.createRange(),
    'a computed style': () => window.getComputedStyle(window.document.body),
    'a data set': () => window.document.body.dataset,
    'a list of classes': () => window.document.body.classList,
    'a KeyRange': () => window.IDBKeyRange.only(1),
  }
}
