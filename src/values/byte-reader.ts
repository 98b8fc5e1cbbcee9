import { corrupt } from './corrupt.ts'
import { shortLimit, Tag } from './format.ts'
import { asciiString } from './string-cache.ts'

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A float64 and its bytes. (A DataView of the source would have to be made for each value.) */
const floatBytes = new Uint8Array(8)
const floatView = new DataView(floatBytes.buffer)

const noBytes = new Uint8Array(0)

/** Reads what ByteWriter writes. Every method throws a StorageError ('corrupt') at the end of the bytes. */
export class ByteReader {
  bytes: Uint8Array = noBytes
  offset = 0
  end = 0

  open(bytes: Uint8Array, start: number, end: number): void {
    if (start < 0 || end > bytes.length || start > end) {
      throw new RangeError(`No bytes from ${start} to ${end} among ${bytes.length}`)
    }
    this.bytes = bytes
    this.offset = start
    this.end = end
  }

  close(): void {
    this.bytes = noBytes
  }

  byte(): number {
    if (this.offset >= this.end) throw corrupt('it ends too early')
    return this.bytes[this.offset++] as number // offset < end
  }

  uint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return this.#safe(value)
      scale *= 0x80
    }
    throw corrupt('a number is too long')
  }

  /** A count of things that take at least `size` bytes each: never more than there is room for. */
  count(size = 1): number {
    const count = this.uint()
    if (count * size > this.end - this.offset) throw corrupt('a count exceeds its size')
    return count
  }

  float64(): number {
    const start = this.skip(8)
    for (let i = 0; i < 8; i++) floatBytes[i] = this.bytes[start + i] as number // skip() checked
    return floatView.getFloat64(0)
  }

  /** The integer after Tag.integer. */
  zigzag(): number {
    const bits = this.uint()
    return (bits >>> 1) ^ -(bits & 1)
  }

  /** Where the next `size` bytes start; they count as read. */
  skip(size: number): number {
    const start = this.offset
    if (size > this.end - start) throw corrupt('it ends too early')
    this.offset = start + size
    return start
  }

  /** A copy of the next `size` bytes. */
  block(size: number): Uint8Array<ArrayBuffer> {
    return this.copy(this.skip(size), size)
  }

  /** A copy of bytes that were skipped. (`slice` would not copy those of a Buffer.) */
  copy(start: number, size: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(size)
    copy.set(this.bytes.subarray(start, start + size))
    return copy
  }

  /** A string item. */
  string(): string {
    const string = this.stringOf(this.byte())
    if (string === undefined) throw corrupt('a string is missing')
    return string
  }

  /** A string item or the undefined item. */
  optionalString(): string | undefined {
    const tag = this.byte()
    if (tag === Tag.undefined) return undefined
    const string = this.stringOf(tag)
    if (string === undefined) throw corrupt('a string is missing')
    return string
  }

  /** The string whose tag says how long it is. */
  shortString(tag: number): string {
    const length = tag & shortLimit
    return asciiString(this.bytes, this.skip(length), length)
  }

  /** The string after `tag`; undefined if that is no string's. */
  stringOf(tag: number): string | undefined {
    if (tag >= Tag.shortString && tag < Tag.smallInteger) return this.shortString(tag)
    switch (tag) {
      case Tag.asciiString:
      case Tag.utf8String:
        return this.#utf8String()
      case Tag.utf16String:
        return this.#utf16String()
      default:
        return undefined
    }
  }

  #utf8String(): string {
    const size = this.uint()
    const start = this.skip(size)
    try {
      return textDecoder.decode(this.bytes.subarray(start, start + size))
    } catch (cause) {
      throw corrupt(`a string is not UTF-8 (${String(cause)})`)
    }
  }

  #utf16String(): string {
    const size = this.uint()
    const start = this.skip(size)
    if (size % 2 !== 0) throw corrupt('a string ends within a code unit')
    // A TextDecoder would replace the lone surrogates, for whose sake the string is stored so.
    let string = ''
    for (let at = start; at < start + size; at += 2) {
      const low = this.bytes[at] as number // skip() checked
      const high = this.bytes[at + 1] as number
      string += String.fromCharCode(low | (high << 8))
    }
    return string
  }

  #safe(value: number): number {
    if (value > Number.MAX_SAFE_INTEGER) throw corrupt('a number is too large')
    return value
  }
}
