import { shortLimit, Tag } from './format.ts'

const initialSize = 16 * 1024
/** A buffer that grew beyond this is let go after use. */
const keptSize = 1024 * 1024

const textEncoder = new TextEncoder()

/** Writes tags, numbers and strings of the value format into a buffer that grows and is used again. */
export class ByteWriter {
  bytes = new Uint8Array(initialSize)
  offset = 0
  #view = new DataView(this.bytes.buffer)

  /** Starts over. Views of the old bytes are invalid from the next write on. */
  reset(): void {
    this.offset = 0
  }

  /** Whether the buffer has grown so large that `letGo()` drops it. */
  get isOutgrown(): boolean {
    return this.bytes.length > keptSize
  }

  /** Drops a huge buffer: it belongs to those who have a view of it. */
  letGo(): void {
    if (this.isOutgrown) this.#setBytes(new Uint8Array(initialSize))
  }

  /** What was written, as a view of the buffer. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.offset)
  }

  /** Makes room for `size` more bytes. Whoever holds `bytes` must read it again. */
  reserve(size: number): void {
    const needed = this.offset + size
    if (needed <= this.bytes.length) return
    // What follows a large block is small: it must not double the buffer again.
    this.#replaceBytes(Math.max(needed + initialSize, this.bytes.length * 2))
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.offset++] = value
  }

  uint(value: number): void {
    this.reserve(8) // 2^53 takes eight groups of seven bits
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.offset++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.bytes[this.offset++] = rest
  }

  float64(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.offset, value)
    this.offset += 8
  }

  /** A number item, as short as it gets. */
  number(value: number): void {
    const integer = value | 0
    if (integer !== value || (integer === 0 && 1 / value < 0)) {
      this.byte(Tag.number)
      this.float64(value)
    } else if (integer >= 0 && integer <= shortLimit) {
      this.byte(Tag.smallInteger | integer)
    } else {
      this.byte(Tag.integer)
      this.uint(((integer << 1) ^ (integer >> 31)) >>> 0)
    }
  }

  /** A string item, as short as it gets. */
  string(value: string): void {
    const { length } = value
    if (length > shortLimit || !this.#shortString(value, length)) this.#longString(value)
  }

  /** A string item, or the undefined item. */
  optionalString(value: string | undefined): void {
    if (value === undefined) this.byte(Tag.undefined)
    else this.string(value)
  }

  /** Copies `source` in. */
  block(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.offset)
    this.offset += source.length
  }

  /** A block of a few dozen bytes: a loop beats `set` there. */
  smallBlock(source: Uint8Array): void {
    const { length } = source
    this.reserve(length)
    const { bytes, offset } = this
    for (let i = 0; i < length; i++) bytes[offset + i] = source[i] as number // i < length
    this.offset = offset + length
  }

  /** Puts the size, as a uint, before the bytes that were written since `start`. */
  prefixSize(start: number): void {
    const size = this.offset - start
    this.uint(size)
    const prefixLength = this.offset - start - size
    const prefix = this.bytes.slice(this.offset - prefixLength, this.offset)
    this.bytes.copyWithin(start + prefixLength, start, start + size)
    this.bytes.set(prefix, start)
  }

  /** False, and nothing written, if the string is not ASCII. */
  #shortString(value: string, length: number): boolean {
    this.reserve(length + 1)
    const { bytes } = this
    let at = this.offset
    bytes[at++] = Tag.shortString | length
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 0x7f) return false
      bytes[at++] = unit
    }
    this.offset = at
    return true
  }

  #longString(value: string): void {
    if (!isWellFormed(value)) return this.#utf16String(value)
    this.reserve(1 + 8 + value.length * 3)
    const tagOffset = this.offset++
    // The size of an ASCII string is its length: nothing has to move then.
    this.uint(value.length)
    const start = this.offset
    const { written } = textEncoder.encodeInto(value, this.bytes.subarray(start))
    this.offset = start + written
    const isAscii = written === value.length
    this.bytes[tagOffset] = isAscii ? Tag.asciiString : Tag.utf8String
    if (isAscii) return
    this.bytes.copyWithin(tagOffset + 1, start, this.offset)
    this.offset -= start - tagOffset - 1
    this.prefixSize(tagOffset + 1)
  }

  #utf16String(value: string): void {
    this.byte(Tag.utf16String)
    this.uint(value.length * 2)
    this.reserve(value.length * 2)
    for (let i = 0; i < value.length; i++) {
      this.#view.setUint16(this.offset, value.charCodeAt(i), true)
      this.offset += 2
    }
  }

  #replaceBytes(size: number): void {
    const bytes = new Uint8Array(size)
    bytes.set(this.bytes.subarray(0, this.offset))
    this.#setBytes(bytes)
  }

  #setBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

const loneSurrogate = /\p{Surrogate}/u

function isWellFormed(value: string): boolean {
  return !loneSurrogate.test(value)
}
