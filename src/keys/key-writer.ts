/**
 * Keys of each type into a writer, which is reused from call to call. Script may run in the middle of a conversion (a
 * getter in an array) and convert a key itself; so a writer is borrowed, and a call that comes while it is out gets another.
 */
import { ByteWriter } from '../bytes/byte-writer.ts'
import { keyTag, keyTerminator } from './key.ts'
import { numberKeyLength, writeNumberKeyBytes } from './number-key.ts'

let spare: ByteWriter | null = null

/** An empty writer. */
export function borrowKeyWriter(): ByteWriter {
  const writer = spare ?? new ByteWriter({ initialBytes: 256, keptBytes: 65536 })
  spare = null
  writer.reset()
  return writer
}

/** Gives a writer back. One that is not given back, because of an exception, is merely lost. */
export function returnKeyWriter(writer: ByteWriter): void {
  writer.letGo()
  spare = writer
}

/** Writes the key of a number that is not NaN. */
export function writeNumberKey(writer: ByteWriter, n: number): void {
  writeDouble(writer, keyTag.number, n)
}

/** Writes the key of a date, given its time value (not NaN). */
export function writeDateKey(writer: ByteWriter, ms: number): void {
  writeDouble(writer, keyTag.date, ms)
}

function writeDouble(writer: ByteWriter, tag: number, n: number): void {
  writer.reserve(numberKeyLength)
  writer.bytes[writer.length] = tag
  writeNumberKeyBytes(writer.bytes, writer.length + 1, n)
  writer.length += numberKeyLength
}

/** Writes the key of a string. */
export function writeStringKey(writer: ByteWriter, string: string): void {
  writer.reserve(string.length * 3 + 2)
  const { bytes } = writer
  let at = writer.length
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
  writer.length = at
}

/** Writes the key of a byte sequence. */
export function writeBinaryKey(writer: ByteWriter, binary: Uint8Array): void {
  writer.reserve(binary.length * 2 + 2)
  const { bytes } = writer
  let at = writer.length
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
  writer.length = at
}
