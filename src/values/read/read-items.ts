/** Integers and strings, which are items of the value format. */
import type { ByteReader } from '../../bytes/byte-reader.ts'
import { corrupt } from '../corrupt.ts'
import { shortLimit, Tag } from '../format.ts'
import { asciiString } from './string-cache.ts'

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The integer after Tag.integer. */
export function readInteger(reader: ByteReader): number {
  const zigzag = reader.uint()
  return (zigzag >>> 1) ^ -(zigzag & 1)
}

/** Reads a string item. */
export function readString(reader: ByteReader): string {
  const string = readStringOf(reader, reader.byte())
  if (string === undefined) throw corrupt('a string is missing')
  return string
}

/** Reads a string item or the undefined item. */
export function readOptionalString(reader: ByteReader): string | undefined {
  const tag = reader.byte()
  if (tag === Tag.undefined) return undefined
  const string = readStringOf(reader, tag)
  if (string === undefined) throw corrupt('a string is missing')
  return string
}

/** The string whose tag says how long it is. */
export function readShortString(reader: ByteReader, tag: number): string {
  const length = tag & shortLimit
  return asciiString(reader.bytes, reader.skip(length), length)
}

/** The string after `tag`; undefined if that is no string's. */
export function readStringOf(reader: ByteReader, tag: number): string | undefined {
  if (tag >= Tag.shortString && tag < Tag.smallInteger) return readShortString(reader, tag)
  switch (tag) {
    case Tag.asciiString:
    case Tag.utf8String:
      return readUtf8String(reader)
    case Tag.utf16String:
      return readUtf16String(reader)
    default:
      return undefined
  }
}

function readUtf8String(reader: ByteReader): string {
  const size = reader.uint()
  const start = reader.skip(size)
  try {
    return textDecoder.decode(reader.bytes.subarray(start, start + size))
  } catch (cause) {
    throw corrupt(`a string is not UTF-8 (${String(cause)})`)
  }
}

function readUtf16String(reader: ByteReader): string {
  const size = reader.uint()
  const start = reader.skip(size)
  if (size % 2 !== 0) throw corrupt('a string ends within a code unit')
  // A TextDecoder would replace the lone surrogates, for whose sake the string is stored so.
  let string = ''
  for (let at = start; at < start + size; at += 2) {
    const low = reader.bytes[at] as number // skip() checked
    const high = reader.bytes[at + 1] as number
    string += String.fromCharCode(low | (high << 8))
  }
  return string
}
