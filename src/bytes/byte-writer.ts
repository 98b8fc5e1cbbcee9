import { writeFloat64 } from './float64.ts'
import { longestVarint, varintLength, writeVarint } from './varint.ts'

/** The sizes of a writer's buffer. */
export interface BufferSizes {
  /** At first, and what it has to spare after it has grown. */
  readonly initialBytes: number
  /** A buffer that has grown beyond this is let go after use. */
  readonly keptBytes: number
  /** A buffer of at least that size, and not of much more, which was let go and serves no one; null: there is none. Absent: nor is there ever. */
  readonly spare?: (sizeBytes: number) => Uint8Array<ArrayBuffer> | null
}

/** Writes into a buffer that grows and is used again. One class for all formats, as calls to it are then the fastest. */
export class ByteWriter {
  /** What is written lies in the first `length` bytes; another array after the buffer has grown. */
  bytes: Uint8Array<ArrayBuffer>
  length = 0
  readonly #sizes: BufferSizes

  constructor(sizes: BufferSizes) {
    this.bytes = new Uint8Array(sizes.initialBytes)
    this.#sizes = sizes
  }

  /** Starts over. Views of what was written are invalid from the next write on. */
  reset(): void {
    this.length = 0
  }

  /** Whether the buffer has grown so large that `letGo()` drops it. */
  get isOutgrown(): boolean {
    return this.bytes.length > this.#sizes.keptBytes
  }

  /** Drops a huge buffer: it belongs to those who have a view of it. */
  letGo(): void {
    if (this.isOutgrown) this.bytes = new Uint8Array(this.#sizes.initialBytes)
  }

  /** What was written, as a view of the buffer. (`subarray()` takes twice as long to make one.) */
  written(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.buffer, 0, this.length)
  }

  /** A copy of what was written from `start` on. */
  copy(start = 0): Uint8Array {
    return this.bytes.slice(start, this.length)
  }

  /** Makes room for `sizeBytes` more. Read `bytes` again afterwards: it may be another array. */
  reserve(sizeBytes: number): void {
    const needed = this.length + sizeBytes
    if (needed > this.bytes.length) this.#grow(needed)
  }

  #grow(needed: number): void {
    // What follows a large block is small: it must not double the buffer again.
    const size = Math.max(needed + this.#sizes.initialBytes, this.bytes.length * 2)
    const grown = this.#sizes.spare?.(size) ?? new Uint8Array(size)
    grown.set(this.written())
    this.bytes = grown
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** An integer from 0 to 2^53 - 1, as `varint.ts` says. */
  uint(value: number): void {
    this.reserve(longestVarint)
    if (value < 0x80) this.bytes[this.length++] = value
    else this.length = writeVarint(this.bytes, this.length, value)
  }

  float64(value: number): void {
    this.reserve(8)
    writeFloat64(this.bytes, this.length, value)
    this.length += 8
  }

  /** Copies `source` in. */
  block(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.length)
    this.length += source.length
  }

  /** A block of a few dozen bytes: a loop beats `set` there. */
  smallBlock(source: Uint8Array): void {
    const { length } = source
    this.reserve(length)
    const { bytes, length: offset } = this
    for (let i = 0; i < length; i++) bytes[offset + i] = source[i] as number // i < length
    this.length = offset + length
  }

  /** Begins a block whose size goes before it; returns where its contents start. */
  beginSized(): number {
    this.byte(0) // Most sizes are of one byte.
    return this.length
  }

  /** Ends the block whose contents start at `start`; returns how far they had to move to make room for their size. */
  endSized(start: number): number {
    const size = this.length - start
    const shift = varintLength(size) - 1
    if (shift > 0) {
      this.reserve(shift)
      this.bytes.copyWithin(start + shift, start, this.length)
      this.length += shift
    }
    writeVarint(this.bytes, start - 1, size)
    return shift
  }
}
