/**
 * A growing buffer to which keys are written, reused from call to call. Script may run in the middle of a conversion (a
 * getter in an array) and convert a key itself; so a writer is borrowed, and whoever comes while it is out gets another.
 */
import { keyTag, keyTerminator } from './key.ts'
import { numberKeyLength, writeNumberKeyBytes } from './number-key.ts'

/** A buffer that has grown beyond this is not kept. */
const keptSizeBytes = 65536

let spare: KeyWriter | null = null

/** An empty writer. */
export function borrowKeyWriter(): KeyWriter {
  const writer = spare ?? new KeyWriter()
  spare = null
  writer.length = 0
  return writer
}

/** Gives a writer back. One that is not given back, because of an exception, is merely lost. */
export function returnKeyWriter(writer: KeyWriter): void {
  if (writer.bytes.length <= keptSizeBytes) spare = writer
}

/** Writes keys one behind the other. */
export class KeyWriter {
  /** What is written so far, in the first `length` bytes; another array after it has grown. */
  bytes = new Uint8Array(256)
  length = 0

  /** Makes sure that `sizeBytes` more fit. */
  reserve(sizeBytes: number): void {
    const needed = this.length + sizeBytes
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  /** A copy of what is written from `start` on. */
  copy(start = 0): Uint8Array {
    return this.bytes.slice(start, this.length)
  }

  writeByte(byte: number): void {
    this.reserve(1)
    this.bytes[this.length++] = byte
  }

  /** Writes bytes as they are. */
  writeBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Writes the key of a number that is not NaN. */
  writeNumber(n: number): void {
    this.#writeDouble(keyTag.number, n)
  }

  /** Writes the key of a date, given its time value (not NaN). */
  writeDate(ms: number): void {
    this.#writeDouble(keyTag.date, ms)
  }

  #writeDouble(tag: number, n: number): void {
    this.reserve(numberKeyLength)
    this.bytes[this.length] = tag
    writeNumberKeyBytes(this.bytes, this.length + 1, n)
    this.length += numberKeyLength
  }

  /** Writes the key of a string. */
  writeString(string: string): void {
    this.reserve(string.length * 3 + 2)
    const { bytes } = this
    let at = this.length
    bytes[at++] = keyTag.string
    for (let i = 0; i < string.length; i++) {
      const unit = string.charCodeAt(i)
      if (unit <= 0x7e) {
        bytes[at++] = unit + 1
      } else if (unit <= 0x407e) {
        bytes[at++] = 0x80 | ((unit - 0x7f) >> 8)
        bytes[at++] = unit - 0x7f
      } else {
        bytes[at++] = 0xc0
        bytes[at++] = (unit - 0x407f) >> 8
        bytes[at++] = unit - 0x407f
      }
    }
    bytes[at++] = keyTerminator
    this.length = at
  }

  /** Writes the key of a byte sequence. */
  writeBinary(binary: Uint8Array): void {
    this.reserve(binary.length * 2 + 2)
    const { bytes } = this
    let at = this.length
    bytes[at++] = keyTag.binary
    for (let i = 0; i < binary.length; i++) {
      // `i` is below the length, so the byte is there.
      const byte = binary[i] as number
      if (byte <= 0xfd) {
        bytes[at++] = byte + 1
      } else {
        bytes[at++] = 0xff
        bytes[at++] = byte - 0xfe
      }
    }
    bytes[at++] = keyTerminator
    this.length = at
  }
}
