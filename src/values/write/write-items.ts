/** Numbers and strings as items of the value format. */
import type { ByteWriter } from '../../bytes/byte-writer.ts'
import { shortLimit, Tag } from '../format.ts'

const textEncoder = new TextEncoder()

/** Writes a number, as short as it gets. */
export function writeNumber(out: ByteWriter, value: number): void {
  const integer = value | 0
  if (integer !== value || (integer === 0 && 1 / value < 0)) {
    out.byte(Tag.number)
    out.float64(value)
  } else if (integer >= 0 && integer <= shortLimit) {
    out.byte(Tag.smallInteger | integer)
  } else {
    out.byte(Tag.integer)
    out.uint(((integer << 1) ^ (integer >> 31)) >>> 0)
  }
}

/** Writes a string, as short as it gets. */
export function writeString(out: ByteWriter, value: string): void {
  const { length } = value
  if (length > shortLimit || !writeShortString(out, value, length)) writeLongString(out, value)
}

/** Writes a string, or the undefined item. */
export function writeOptionalString(out: ByteWriter, value: string | undefined): void {
  if (value === undefined) out.byte(Tag.undefined)
  else writeString(out, value)
}

/** False, and nothing written, if the string is not ASCII. */
function writeShortString(out: ByteWriter, value: string, length: number): boolean {
  out.reserve(length + 1)
  const { bytes } = out
  let at = out.length
  bytes[at++] = Tag.shortString | length
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i)
    if (unit > 0x7f) return false
    bytes[at++] = unit
  }
  out.length = at
  return true
}

function writeLongString(out: ByteWriter, value: string): void {
  if (!isWellFormed(value)) return writeUtf16String(out, value)
  const tagOffset = out.length
  out.byte(Tag.asciiString)
  // The size of an ASCII string is its length: nothing has to move then.
  out.uint(value.length)
  out.reserve(value.length * 3)
  const start = out.length
  const { written } = textEncoder.encodeInto(value, out.bytes.subarray(start))
  out.length = start + written
  if (written === value.length) return
  out.length = tagOffset
  out.byte(Tag.utf8String)
  const contents = out.beginSized()
  out.bytes.copyWithin(contents, start, start + written)
  out.length = contents + written
  out.endSized(contents)
}

function writeUtf16String(out: ByteWriter, value: string): void {
  const { length } = value
  out.byte(Tag.utf16String)
  out.uint(length * 2)
  out.reserve(length * 2)
  const { bytes } = out
  let at = out.length
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i)
    bytes[at++] = unit
    bytes[at++] = unit >> 8
  }
  out.length = at
}

const loneSurrogate = /\p{Surrogate}/u

function isWellFormed(value: string): boolean {
  return !loneSurrogate.test(value)
}
