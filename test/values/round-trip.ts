import { deserialize } from '../../src/values/deserialize.ts'
import { serialize } from '../../src/values/serialize.ts'

/** What storage gives back for `value`; the bytes lie in the middle of a larger buffer, as they do in storage. */
export function roundTrip(value: unknown): unknown {
  const { bytes } = serialize(value)
  const memory = new Uint8Array(bytes.length + 20).fill(0xee)
  memory.set(bytes, 7)
  const clone = deserialize(memory, 7, 7 + bytes.length)
  memory.fill(0xdd)
  return clone
}

/** The bytes of `value` as hexadecimal digits. */
export function hexOf(value: unknown): string {
  return Buffer.from(serialize(value).bytes).toString('hex')
}
