/** A value of every type that can be stored, a key of every type, and a text that says all there is to say about a value. */

/** Title → makes the value; undefined where this runtime lacks the type. */
export const values = {
  primitives: () => [
    undefined,
    null,
    true,
    false,
    0,
    -0,
    NaN,
    Infinity,
    1.5,
    2 ** 53,
    '',
    'é\u{1F600}\ud800',
    0n,
    -(2n ** 70n),
  ],
  boxed: () => [new Number(1), new String('x'), new Boolean(false), Object(5n)],
  dates: () => [new Date(0), new Date(-1), new Date(NaN)],
  'regular expressions': () => [/a\/b/giu, new RegExp('')],
  'objects and arrays': () => {
    const shared = { inner: 1 }
    const sparse = [1, , 3] // eslint-disable-line no-sparse-arrays
    return { shared, again: shared, sparse, 10: 'ten', 'a key': [[]], ['__proto__']: 1 }
  },
  cycles: () => {
    const map = new Map()
    const object = { map, set: new Set([map]) }
    map.set(object, map)
    return object
  },
  'maps and sets': () => [
    new Map([
      [1, 'one'],
      [{ key: 1 }, new Set([NaN, -0])],
    ]),
    new Set(),
  ],
  errors: () => [new Error('e'), new TypeError('t', { cause: new RangeError('r') })],
  buffers: () => {
    const buffer = Uint8Array.from({ length: 64 }, (_, i) => i).buffer
    return { buffer, bytes: new Uint8Array(buffer, 8, 16), view: new DataView(buffer, 1, 2) }
  },
  'typed arrays': () => [
    new Int8Array([-1]),
    new Uint8ClampedArray([300]),
    new Int16Array([-2]),
    new Uint16Array([2]),
    new Int32Array([-3]),
    new Uint32Array([3]),
    new Float32Array([0.5]),
    new Float64Array([0.1]),
    new BigInt64Array([-1n]),
    new BigUint64Array([1n]),
  ],
  'half precision': () => typeof Float16Array === 'function' && new Float16Array([1.5]),
  'a resizable buffer': () => {
    const buffer = new ArrayBuffer(4, { maxByteLength: 16 })
    return buffer.resizable === true && [buffer, new Uint8Array(buffer)]
  },
  'a Blob': () => new Blob(['text', Uint8Array.of(0, 255)], { type: 'a/b' }),
  'a File': () => new File(['words'], 'näme.txt', { type: 'a/c', lastModified: 12345 }),
  'a DOMException': () => new DOMException('message', 'DataError'),
  'an extractable CryptoKey': () =>
    crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'AES-GCM' }, true, ['encrypt']),
  'a pair of extractable CryptoKeys': async () => {
    const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' }
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    }
    const d = 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'
    const [publicKey, privateKey] = [
      await crypto.subtle.importKey('jwk', jwk, ecdsa, true, ['verify']),
      await crypto.subtle.importKey('jwk', { ...jwk, d }, ecdsa, true, ['sign']),
    ]
    return { publicKey, privateKey }
  },
  'a CryptoKey that is not extractable': () =>
    crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ]),
  'a large value': () => Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7) % 256),
  depth: () => {
    let value = null
    for (let i = 0; i < 5000; i++) value = [value]
    return value
  },
  geometry: () =>
    typeof DOMMatrix === 'function' && [
      new DOMPoint(1, -0, NaN, 4),
      new DOMPointReadOnly(5),
      new DOMRect(1, 2, -3, Infinity),
      new DOMRectReadOnly(),
      DOMQuad.fromRect({ width: 1, height: 2 }),
      new DOMMatrix([1, 2, 3, 4, 5, 6]),
      DOMMatrixReadOnly.fromMatrix({ m34: 0.5 }),
    ],
  'an ImageData': () =>
    typeof ImageData === 'function' && new ImageData(Uint8ClampedArray.from([1, 2, 3, 255]), 1, 1),
  'a FileList': () => {
    if (typeof DataTransfer !== 'function') return false
    const { items, files } = new DataTransfer()
    items.add(new File(['one'], 'a', { lastModified: 1 }))
    items.add(new File([], 'b', { type: 'a/b', lastModified: 2 }))
    return files
  },
}

/** In ascending order. */
export const keys = [
  -Infinity,
  -1.5,
  0,
  5e-324,
  1,
  Infinity,
  new Date(-5),
  new Date(0),
  '',
  '\0',
  'a',
  'ab',
  'é',
  '\ud800',
  '\uffff',
  new Uint8Array([]),
  new Uint8Array([0]),
  new Uint8Array([0, 1]),
  new Uint8Array([255]),
  [],
  [1],
  [1, 'a', [new Date(1)]],
  [new Uint8Array([1])],
  [[]],
]

/** A text that two values share only if script can tell no difference between them. */
export async function describe(value) {
  const seen = new Map()
  const parts = []
  await visit(value)
  return parts.join(' ')

  async function visit(part) {
    if (typeof part === 'object' && part !== null) {
      if (seen.has(part)) return parts.push(`#${seen.get(part)}`)
      seen.set(part, seen.size)
      const kind = Object.prototype.toString.call(part).slice(8, -1)
      parts.push(kind, ...(await slotsOf(part, kind)).map(String))
      for (const child of childrenOf(part, kind)) await visit(child)
      parts.push('.')
    } else {
      parts.push(typeof part, Object.is(part, -0) ? '-0' : JSON.stringify(String(part)))
    }
  }
}

async function slotsOf(value, kind) {
  if (kind === 'Blob' || kind === 'File') {
    const { name, type, lastModified } = value
    const bytes = new Uint8Array(await value.arrayBuffer())
    return kind === 'File' ? [type, bytes, name, lastModified] : [type, bytes]
  }
  if (kind === 'CryptoKey') {
    return [value.type, value.extractable, value.algorithm.name, value.usages, await proofOf(value)]
  }
  if (kind === 'ArrayBuffer') return [value.byteLength, value.maxByteLength, new Uint8Array(value)]
  if (ArrayBuffer.isView(value)) return [value.byteOffset, value.byteLength]
  if (kind === 'Date' || kind === 'Number') return [Number(value)]
  if (['String', 'Boolean', 'BigInt', 'RegExp'].includes(kind)) return [value.toString()]
  if (kind === 'DOMException' || kind === 'Error') return [value.name, value.message]
  if (kind === 'Array' || kind === 'FileList') return [value.length]
  if (kind === 'ImageData') return [value.width, value.height, value.colorSpace]
  return numbersOf(value, kind)
}

/** Bytes that only this key gives. */
async function proofOf(key) {
  if (!key.extractable)
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, new Uint8Array(1)))
  const format = { secret: 'raw', public: 'spki', private: 'pkcs8' }[key.type]
  return new Uint8Array(await crypto.subtle.exportKey(format, key))
}

/** Of geometry; its classes have their numbers in getters. */
function numbersOf(value, kind) {
  if (!/^DOM(Point|Rect|Matrix)/.test(kind)) return []
  const getters = []
  for (const name in value) if (typeof value[name] === 'number') getters.push(name, value[name])
  return getters
}

function childrenOf(value, kind) {
  if (ArrayBuffer.isView(value)) return [value.buffer]
  if (kind === 'Map') return [...value].flat()
  if (kind === 'Set' || kind === 'FileList') return [...value]
  if (kind === 'ImageData') return [value.data]
  if (kind === 'DOMQuad') return [value.p1, value.p2, value.p3, value.p4]
  if (kind === 'Error') return value.cause === undefined ? [] : [value.cause]
  if (kind === 'Object' || kind === 'Array') return Object.entries(value).flat()
  return []
}
