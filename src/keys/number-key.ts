/**
 * Doubles as eight bytes that sort by memcmp: big-endian, the sign bit flipped if positive, all bits if negative.
 */
import { shortBytes } from '../bytes/byte-arena.ts'
import { damagedKey, keyTag } from './key.ts'

/** Where the eight bytes of a number key begin, counted from its tag. */
export const numberKeyOffset = 1

/** How long a number or date key is. */
export const numberKeyLength = 9

const signBit = 0x80000000

/** Turns doubles into words and back; nothing stays in it between calls. */
const scratch = new DataView(new ArrayBuffer(8))

/** The key of a number that is not NaN. */
export function encodeNumberKey(n: number): Uint8Array {
  const key = shortBytes(numberKeyLength)
  key[0] = keyTag.number
  writeNumberKeyBytes(key, numberKeyOffset, n)
  return key
}

/** Writes the eight bytes of a number (not NaN) that follow the tag of its key, at `offset`. */
export function writeNumberKeyBytes(bytes: Uint8Array, offset: number, n: number): void {
  // Adding +0 turns -0 into +0 and leaves all others as they are.
  // Deviates: by the specification -0 comes back as -0, as it does in Chromium; but both are one key, and one key has one
  // form here, as in Firefox.
  scratch.setFloat64(0, n + 0)
  let high = scratch.getInt32(0)
  let low = scratch.getInt32(4)
  if (high < 0) {
    high = ~high
    low = ~low
  } else {
    high ^= signBit
  }
  bytes[offset] = high >>> 24
  bytes[offset + 1] = high >>> 16
  bytes[offset + 2] = high >>> 8
  bytes[offset + 3] = high
  bytes[offset + 4] = low >>> 24
  bytes[offset + 5] = low >>> 16
  bytes[offset + 6] = low >>> 8
  bytes[offset + 7] = low
}

/**
 * Reads the eight bytes at `offset`.
 * @throws StorageError 'corrupt' when they are cut short, or a NaN, or -0, which no key holds.
 */
export function readNumberKeyBytes(bytes: Uint8Array, offset: number): number {
  if (offset + 8 > bytes.length) throw damagedKey('cut short', bytes.length)
  let high = readWord(bytes, offset)
  let low = readWord(bytes, offset + 4)
  if (high < 0) {
    high ^= signBit
  } else {
    high = ~high
    low = ~low
  }
  scratch.setInt32(0, high)
  scratch.setInt32(4, low)
  const n = scratch.getFloat64(0)
  if (n !== n || (n === 0 && high !== 0)) throw damagedKey('not a number a key can hold', offset)
  return n
}

/** Four bytes, big-endian, as a signed integer; the caller has checked the length. */
function readWord(bytes: Uint8Array, offset: number): number {
  return (
    // All four lie inside, so none is undefined.
    ((bytes[offset] as number) << 24) |
    ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) |
    (bytes[offset + 3] as number)
  )
}
