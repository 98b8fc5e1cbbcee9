/**
 * Keys as spacekit-js writes them, in hexadecimal digits: a tag, and then
 *
 * | tag  | type   | body                                                                                    |
 * | ---- | ------ | --------------------------------------------------------------------------------------- |
 * | 0x10 | number | the double, big-endian; sign bit flipped if positive, all bits if negative (-0 is, too) |
 * | 0x20 | date   | the double, big-endian, with its sign bit flipped                                       |
 * | 0x30 | string | UTF-8, then 0x00                                                                        |
 * | 0x40 | binary | bytes, then 0x00                                                                        |
 * | 0x50 | array  | for each subkey its length in 4 bytes, big-endian, and the key                          |
 */
import { TextDecoder } from '../../base/text-coders.ts'

/** The key; null for what is none, such as the NaN that spacekit-js takes. */
export function readSpacekitKey(hex: unknown): IDBValidKey | null {
  if (typeof hex !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(hex)) return null
  return readKey(Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16)))
}

function readKey(bytes: Uint8Array<ArrayBuffer>): IDBValidKey | null {
  const body = bytes.slice(1)
  switch (bytes[0]) {
    case 0x10:
      return numberOf(body)
    case 0x20:
      return dateOf(body)
    case 0x30:
      return new TextDecoder().decode(body.subarray(0, -1))
    case 0x40:
      return body.slice(0, -1).buffer
    case 0x50:
      return arrayOf(body)
    default:
      return null
  }
}

function numberOf(body: Uint8Array<ArrayBuffer>): number | null {
  const isPositive = ((body[0] ?? 0) & 0x80) !== 0
  const bits = isPositive ? flipSign(body) : body.map((byte) => byte ^ 0xff)
  const number = doubleOf(bits)
  if (Number.isNaN(number)) return null
  // They are one key.
  return number === 0 ? 0 : number
}

function dateOf(body: Uint8Array<ArrayBuffer>): Date | null {
  const date = new Date(doubleOf(flipSign(body)))
  return Number.isNaN(date.getTime()) ? null : date
}

function arrayOf(body: Uint8Array<ArrayBuffer>): IDBValidKey[] | null {
  const keys: IDBValidKey[] = []
  const view = new DataView(body.buffer)
  for (let at = 0; at < body.length;) {
    if (at + 4 > body.length) return null
    const end = at + 4 + view.getUint32(at)
    const key = end > body.length ? null : readKey(body.slice(at + 4, end))
    if (key === null) return null
    keys.push(key)
    at = end
  }
  return keys
}

function flipSign(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.map((byte, i) => (i === 0 ? byte ^ 0x80 : byte))
}

function doubleOf({ buffer, length }: Uint8Array<ArrayBuffer>): number {
  return length === 8 ? new DataView(buffer).getFloat64(0) : NaN
}
