/**
 * The byte format of stored values, version 1. Independent of the engine that wrote it; every value can be read alone.
 *
 * A value is a version byte, then one item; a value with Blobs ends with their bytes. An item is a tag byte and what
 * follows it:
 *
 * | tag         | meaning             | follows                                                                    |
 * | ----------- | ------------------- | -------------------------------------------------------------------------- |
 * | 0x00        | absent              | stands where an array has a hole, a property vanished, an error has no cause |
 * | 0x01 – 0x04 | undefined, null, false, true |                                                                   |
 * | 0x05        | integer             | zigzag uint, 32 bits                                                       |
 * | 0x06        | number              | 8 bytes, float64                                                           |
 * | 0x07        | bigint              | uint (byte count × 2 + 1 if negative), magnitude, least significant first  |
 * | 0x08        | ASCII string        | uint byte count, bytes                                                     |
 * | 0x09        | UTF-8 string        | uint byte count, bytes                                                     |
 * | 0x0A        | UTF-16 string       | uint byte count, code units (strings with lone surrogates)                 |
 * | 0x10        | reference           | uint: the n-th object of the value, counted from 0 as objects begin        |
 * | 0x11, 0x12  | Boolean object      | (false, true)                                                              |
 * | 0x13        | Number object       | 8 bytes, float64                                                           |
 * | 0x14        | BigInt object       | as bigint                                                                  |
 * | 0x15        | String object       | string item                                                                |
 * | 0x16        | Date                | 8 bytes, float64: milliseconds, NaN if invalid                             |
 * | 0x17        | RegExp              | string item: source; string item: flags                                    |
 * | 0x20        | object              | uint: size of the header; header: the keys as string items; then an item per key |
 * | 0x21        | dense array         | uint: length; an item per element                                          |
 * | 0x22        | array               | uint: length; uint: count; (string item: key, item) × count                |
 * | 0x23        | Map                 | uint: count; (item, item) × count                                          |
 * | 0x24        | Set                 | uint: count; item × count                                                  |
 * | 0x25        | Error               | kind byte; string items or undefined: message, stack; item: cause          |
 * | 0x26        | DOMException        | string items: name, message; string item or undefined: stack               |
 * | 0x30        | ArrayBuffer         | uint: size; bytes                                                          |
 * | 0x31        | resizable ArrayBuffer | uint: size; uint: maximal size; bytes                                    |
 * | 0x32        | view                | kind byte; item: its buffer; uint: byte offset; uint: 0 if length-tracking, else length + 1 |
 * | 0x40        | Blob                | string item: type; uint: position in the blob section; uint: size          |
 * | 0x41        | File                | as Blob; string item: name; 8 bytes, float64: last modified                |
 * | 0x42        | FileList            | uint: count; item (a File) × count                                         |
 * | 0x43        | geometry, ImageData, QuotaExceededError | string item: interface name; uint: count; item × count |
 * | 0x44        | CryptoKey           | string item: type; items: extractable, algorithm, usages, key bytes        |
 * | 0x45        | kept object         | string item: interface name; string item: id, see `kept-objects/kept-store.ts`    |
 * | 0x80 – 0xBF | short ASCII string  | the low 6 bits are the byte count; bytes                                   |
 * | 0xC0 – 0xFF | small integer       | the low 6 bits are the number                                              |
 *
 * float64 is big-endian, as in keys. uint is a varint: 7 bits per byte, least significant first, high bit set on all but
 * the last byte. Code units and the bytes of ArrayBuffers are little-endian.
 *
 * The blob section: the bytes of all Blobs one after the other in the order of their items, then the section's size as a
 * float64. It comes last so that no offset moves when Blobs, whose bytes are read later than the rest is written, are added.
 *
 * Readers older than a tag call a value that has it damaged ("unknown tag"), and leave it as it is. Tag 0x45 came after the
 * first files were written; it stands only in values that could not be stored before.
 *
 * Worked example: `{ id: 7, tags: ['a', null] }`
 *
 *     01                          version 1
 *     20 08                       object, 8 bytes of header:
 *        82 69 64                   'id'
 *        84 74 61 67 73             'tags'
 *     C7                          7
 *     21 02                       dense array of 2:
 *        81 61                      'a'
 *        02                         null
 */
export const formatVersion = 1

/** What an item is. */
export const Tag = {
  absent: 0x00,
  undefined: 0x01,
  null: 0x02,
  false: 0x03,
  true: 0x04,
  integer: 0x05,
  number: 0x06,
  bigint: 0x07,
  asciiString: 0x08,
  utf8String: 0x09,
  utf16String: 0x0a,
  reference: 0x10,
  falseObject: 0x11,
  trueObject: 0x12,
  numberObject: 0x13,
  bigintObject: 0x14,
  stringObject: 0x15,
  date: 0x16,
  regExp: 0x17,
  object: 0x20,
  denseArray: 0x21,
  array: 0x22,
  map: 0x23,
  set: 0x24,
  error: 0x25,
  domException: 0x26,
  arrayBuffer: 0x30,
  resizableArrayBuffer: 0x31,
  view: 0x32,
  blob: 0x40,
  file: 0x41,
  fileList: 0x42,
  platformObject: 0x43,
  cryptoKey: 0x44,
  kept: 0x45,
  shortString: 0x80,
  smallInteger: 0xc0,
} as const

/** Short strings and small integers carry 6 bits in their tag. */
export const shortLimit = 0x3f

/** Kinds of view; the position is the kind byte. Only ever append. */
export const viewKinds = [
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const

/** Kinds of error; the position is the kind byte. The standard turns every other name into `Error`. Only ever append. */
export const errorKinds = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
] as const
