/**
 * From encoded keys to values, strictly: what is returned encodes to the same bytes, everything else is refused. Time and
 * memory are bounded by the length of the bytes.
 */
import { append } from '../base/own-property.ts'
import { damagedKey, keyTag, keyTerminator } from './key.ts'
import { numberKeyLength, readNumberKeyBytes } from './number-key.ts'

/** The largest time value of a Date, in ms. https://tc39.es/ecma262/#sec-timeclip */
const maximumTimeMs = 8.64e15

/** Up to this length, ASCII strings are read in a way of their own. */
const shortStringLength = 64

/** How many code units are turned into a string at once. */
const unitsAtOnce = 4096

const units = new Uint16Array(unitsAtOnce)

/** Where the key just read ends. Decoding returns two things, and this is the one that would need an object. */
let position = 0

/**
 * The value of the key that fills `bytes` from `start` to `end`.
 * https://w3c.github.io/IndexedDB/#convert-a-key-to-a-value
 * @throws StorageError 'corrupt' when the bytes are no key, or more than one.
 */
export function convertKeyToValue(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): IDBValidKey {
  const value = readKey(bytes, start)
  if (position !== end) throw damagedKey('it does not end where it should', position)
  return value
}

/**
 * Where the key that starts at `start` ends.
 * @throws StorageError 'corrupt' when no key starts there.
 */
export function keyEnd(bytes: Uint8Array, start: number): number {
  let depth = 0
  let at = start
  do {
    const tag = byteAt(bytes, at)
    if (tag === keyTag.array) {
      depth++
      at++
    } else if (tag === keyTerminator && depth > 0) {
      depth--
      at++
    } else {
      at = scalarKeyEnd(bytes, at, tag)
    }
  } while (depth > 0)
  return at
}

function scalarKeyEnd(bytes: Uint8Array, start: number, tag: number): number {
  switch (tag) {
    case keyTag.number:
      readNumberKeyBytes(bytes, start + 1)
      return start + numberKeyLength
    case keyTag.date:
      readTime(bytes, start + 1)
      return start + numberKeyLength
    case keyTag.string:
      return stringEnd(bytes, start + 1)
    case keyTag.binary:
      return binaryEnd(bytes, start + 1)
    default:
      throw damagedKey('unknown type', start)
  }
}

function readKey(bytes: Uint8Array, start: number): IDBValidKey {
  const tag = byteAt(bytes, start)
  return tag === keyTag.array ? readArray(bytes, start) : readScalar(bytes, start, tag)
}

function readScalar(bytes: Uint8Array, start: number, tag: number): IDBValidKey {
  switch (tag) {
    case keyTag.number:
      position = start + numberKeyLength
      return readNumberKeyBytes(bytes, start + 1)
    case keyTag.date:
      position = start + numberKeyLength
      return new Date(readTime(bytes, start + 1))
    case keyTag.string:
      return readString(bytes, start + 1)
    case keyTag.binary:
      return readBinary(bytes, start + 1)
    default:
      throw damagedKey('unknown type', start)
  }
}

/** Arrays may nest deeper than the JavaScript stack; hence the loop. */
function readArray(bytes: Uint8Array, start: number): IDBValidKey[] {
  const root: IDBValidKey[] = []
  const enclosing: IDBValidKey[][] = []
  let array: IDBValidKey[] | undefined = root
  position = start + 1
  while (array) {
    const tag = byteAt(bytes, position)
    if (tag === keyTerminator) {
      position++
      array = enclosing.pop()
    } else if (tag === keyTag.array) {
      const nested: IDBValidKey[] = []
      append(array, nested)
      append(enclosing, array)
      array = nested
      position++
    } else {
      append(array, readScalar(bytes, position, tag))
    }
  }
  return root
}

function readTime(bytes: Uint8Array, offset: number): number {
  const ms = readNumberKeyBytes(bytes, offset)
  if (!Number.isInteger(ms) || Math.abs(ms) > maximumTimeMs) {
    throw damagedKey('not the time of a date', offset)
  }
  return ms
}

/** Reads the code units from `start` to the terminator. */
function readString(bytes: Uint8Array, start: number): string {
  let at = start
  let lead = byteAt(bytes, at)
  while (lead !== keyTerminator && lead <= 0x7f) lead = byteAt(bytes, ++at)
  if (lead !== keyTerminator || at - start > shortStringLength) return readLongString(bytes, start)
  position = at + 1
  return shortAsciiString(bytes, start, at)
}

/** Eight at a time: measured to be the fastest way for short strings, a cache of strings among those compared. */
function shortAsciiString(bytes: Uint8Array, start: number, end: number): string {
  let string = ''
  let at = start
  for (; at + 8 <= end; at += 8) {
    string += String.fromCharCode(
      unitAt(bytes, at),
      unitAt(bytes, at + 1),
      unitAt(bytes, at + 2),
      unitAt(bytes, at + 3),
      unitAt(bytes, at + 4),
      unitAt(bytes, at + 5),
      unitAt(bytes, at + 6),
      unitAt(bytes, at + 7),
    )
  }
  if (at + 4 <= end) {
    string += String.fromCharCode(
      unitAt(bytes, at),
      unitAt(bytes, at + 1),
      unitAt(bytes, at + 2),
      unitAt(bytes, at + 3),
    )
    at += 4
  }
  if (at + 2 <= end) {
    string += String.fromCharCode(unitAt(bytes, at), unitAt(bytes, at + 1))
    at += 2
  }
  return at < end ? string + String.fromCharCode(unitAt(bytes, at)) : string
}

/** The code unit of one byte, of which there must be one. */
function unitAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) - 1
}

function readLongString(bytes: Uint8Array, start: number): string {
  let at = start
  let string = ''
  let count = 0
  for (;;) {
    const lead = byteAt(bytes, at)
    if (lead === keyTerminator) break
    if (count === unitsAtOnce) {
      string += stringOfUnits(count)
      count = 0
    }
    if (lead <= 0x7f) {
      units[count++] = lead - 1
      at++
    } else {
      units[count++] = wideUnit(bytes, at, lead)
      at += lead < 0xc0 ? 2 : 3
    }
  }
  position = at + 1
  return string + stringOfUnits(count)
}

function stringOfUnits(count: number): string {
  // `apply` takes anything array-like; its type says otherwise.
  return String.fromCharCode.apply(null, units.subarray(0, count) as unknown as number[])
}

/** The code unit of two or three bytes at `offset`, the first of which is `lead`. */
function wideUnit(bytes: Uint8Array, offset: number, lead: number): number {
  if (lead < 0xc0) return (((lead & 0x3f) << 8) | byteAt(bytes, offset + 1)) + 0x7f
  const unit = ((byteAt(bytes, offset + 1) << 8) | byteAt(bytes, offset + 2)) + 0x407f
  if (lead > 0xc0 || unit > 0xffff) throw damagedKey('not a code unit', offset)
  return unit
}

function stringEnd(bytes: Uint8Array, start: number): number {
  let at = start
  for (;;) {
    const lead = byteAt(bytes, at)
    if (lead <= 0x7f) {
      at++
      if (lead === keyTerminator) return at
    } else {
      wideUnit(bytes, at, lead)
      at += lead < 0xc0 ? 2 : 3
    }
  }
}

function readBinary(bytes: Uint8Array, start: number): ArrayBuffer {
  const end = binaryEnd(bytes, start)
  let length = 0
  for (let at = start; at < end - 1; at++) {
    if (bytes[at] === 0xff) at++
    length++
  }
  const binary = new Uint8Array(length)
  let at = start
  for (let i = 0; i < length; i++) {
    const byte = byteAt(bytes, at++)
    binary[i] = byte === 0xff ? 0xfe + byteAt(bytes, at++) : byte - 1
  }
  position = end
  return binary.buffer
}

function binaryEnd(bytes: Uint8Array, start: number): number {
  let at = start
  for (;;) {
    const byte = byteAt(bytes, at++)
    if (byte === keyTerminator) return at
    if (byte === 0xff && byteAt(bytes, at++) > 1) throw damagedKey('not an escaped byte', at - 1)
  }
}

/** The byte at `offset`, of which there must be one. */
function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset]
  if (byte === undefined) throw damagedKey('cut short', offset)
  return byte
}
