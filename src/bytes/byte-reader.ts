import { readFloat64 } from './float64.ts'
import { longestVarint } from './varint.ts'

const noBytes = new Uint8Array(0)

/** Makes the error for bytes that are not what they should be. */
export type DamageError = (reason: string) => Error

/** Reads what a ByteWriter writes. At the end of the bytes every method throws the error that `damaged` makes. */
export class ByteReader {
  bytes: Uint8Array = noBytes
  offset = 0
  end = 0
  readonly #damaged: DamageError

  constructor(damaged: DamageError) {
    this.#damaged = damaged
  }

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

  get isAtEnd(): boolean {
    return this.offset >= this.end
  }

  byte(): number {
    if (this.offset >= this.end) throw this.#damaged('it ends too early')
    return this.bytes[this.offset++] as number // offset < end
  }

  /** An integer as `varint.ts` says. */
  uint(): number {
    const first = this.byte()
    return first < 0x80 ? first : this.#longUint(first & 0x7f)
  }

  #longUint(low: number): number {
    let value = low
    let scale = 0x80
    for (let i = 1; i < longestVarint; i++) {
      const byte = this.byte()
      if (byte === 0) throw this.#damaged('a number is longer than it needs to be')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return this.#safe(value)
      scale *= 0x80
    }
    throw this.#damaged('a number is too long')
  }

  #safe(value: number): number {
    if (value > Number.MAX_SAFE_INTEGER) throw this.#damaged('a number is too large')
    return value
  }

  /** A count of things that take at least `size` bytes each: never more than there is room for. */
  count(size = 1): number {
    const count = this.uint()
    if (count * size > this.end - this.offset) throw this.#damaged('a count exceeds its size')
    return count
  }

  float64(): number {
    return readFloat64(this.bytes, this.skip(8))
  }

  /** Where the next `size` bytes start; they count as read. */
  skip(size: number): number {
    const start = this.offset
    if (size > this.end - start) throw this.#damaged('it ends too early')
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
}
