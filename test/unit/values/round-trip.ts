import { deserialize, type LateValue } from '../../../src/values/deserialize.ts'
import { complete, serialize } from '../../../src/values/serialize.ts'

/** What storage gives back for `value`; the bytes lie in the middle of a larger buffer, as they do in storage. */
export function roundTrip(value: unknown): unknown {
  const { bytes } = serialize(value).value
  const memory = new Uint8Array(bytes.length + 20).fill(0xee)
  memory.set(bytes, 7)
  const clone = deserialize(memory, 7, 7 + bytes.length)
  memory.fill(0xdd)
  return clone
}

/** The bytes of `value` as hexadecimal digits. */
export function hexOf(value: unknown): string {
  return Buffer.from(serialize(value).value.bytes).toString('hex')
}

/** The same of a value that takes time, to be written and to be read. */
export async function lateRoundTrip(value: unknown): Promise<unknown> {
  const { bytes } = (await complete(serialize(value))).value
  const late: LateValue[] = []
  const clone = deserialize(bytes, 0, bytes.length, { awaits: (it) => late.push(it) })
  bytes.fill(0xdd)
  return late[0] ? late[0].value() : clone
}
