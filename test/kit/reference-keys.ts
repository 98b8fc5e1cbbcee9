/** The specification's view of keys, written out plainly, and generators of them. What the tests compare with. */
import fc from 'fast-check'

export type Key = number | string | Date | ArrayBuffer | Key[]

const order = ['number', 'date', 'string', 'binary', 'array']

function typeOf(key: Key): string {
  if (Array.isArray(key)) return 'array'
  if (key instanceof Date) return 'date'
  return key instanceof ArrayBuffer ? 'binary' : typeof key
}

/** https://w3c.github.io/IndexedDB/#compare-two-keys */
export function cmp(a: Key, b: Key): number {
  if (typeOf(a) !== typeOf(b)) return Math.sign(order.indexOf(typeOf(a)) - order.indexOf(typeOf(b)))
  if (a instanceof Date && b instanceof Date) return cmp(a.getTime(), b.getTime())
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return cmp([...new Uint8Array(a)], [...new Uint8Array(b)])
  }
  if (!Array.isArray(a) || !Array.isArray(b)) return a < b ? -1 : a > b ? 1 : 0
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = cmp(a[i] as Key, b[i] as Key)
    if (order !== 0) return order
  }
  return Math.sign(a.length - b.length)
}

const edgeNumber = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  0.5,
  Infinity,
  -Infinity,
  5e-324,
  -5e-324,
  2 ** 53,
  -(2 ** 53),
  1e308,
)
const number = fc.oneof(edgeNumber, fc.integer(), fc.double({ noNaN: true }))
const date = fc.oneof(
  fc.constantFrom(new Date(0), new Date(8.64e15), new Date(-8.64e15), new Date(-1)),
  fc.date({ noInvalidDate: true }),
)
const edgeUnit = fc.constantFrom(
  0,
  1,
  0x7d,
  0x7e,
  0x7f,
  0x80,
  0xff,
  0x407e,
  0x407f,
  0x4080,
  0xd800,
  0xdbff,
  0xdc00,
  0xffff,
)
const string = fc.oneof(
  fc
    .array(fc.oneof(edgeUnit, fc.integer({ min: 0, max: 0xffff })), { maxLength: 8 })
    .map((units) => String.fromCharCode(...units)),
  fc.string(),
)
const byte = fc.oneof(
  fc.constantFrom(0, 1, 0x7f, 0x80, 0xfd, 0xfe, 0xff),
  fc.integer({ min: 0, max: 255 }),
)
const binary = fc.array(byte, { maxLength: 8 }).map((bytes) => Uint8Array.from(bytes).buffer)

/** Any key; arrays nest a few levels. */
export const key: fc.Arbitrary<Key> = fc.letrec<{ key: Key; array: Key[] }>((tie) => ({
  key: fc.oneof({ maxDepth: 3 }, number, date, string, binary, tie('array')),
  array: fc.array(tie('key'), { maxLength: 4 }),
})).key
