/** Records put together from the texts in a row. */
import type { RecordBytes } from '../../../protocol/protocol.ts'
import { byteLength, writeBytes } from '../../wire/statement.ts'

/** Room for a record. Its readers get no Buffer: what they cut out of one would be a view. */
class Room {
  readonly bytes: Uint8Array
  readonly writing: Buffer

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes)
    this.writing = Buffer.from(this.bytes.buffer)
  }
}

/** Where short records lie while they are passed on: their bytes are valid only that long. */
const scratch = new Room(64 * 1024)

/** A record under a key that is known. `primaryKey` null: it is the key. `value` null: it comes without its value. */
export function recordUnder(
  key: Uint8Array,
  primaryKey: string | null,
  value: string | null,
): RecordBytes {
  const keyEnd = key.length
  const valueStart = keyEnd + lengthOf(primaryKey)
  const valueEnd = valueStart + lengthOf(value)
  const { bytes, writing } = valueEnd <= scratch.bytes.length ? scratch : new Room(valueEnd)
  bytes.set(key)
  if (primaryKey !== null) writeBytes(writing, keyEnd, primaryKey)
  if (value !== null) writeBytes(writing, valueStart, value)
  const primaryKeyStart = primaryKey === null ? 0 : keyEnd
  const primaryKeyEnd = primaryKey === null ? keyEnd : valueStart
  return { bytes, keyStart: 0, keyEnd, primaryKeyStart, primaryKeyEnd, valueStart, valueEnd }
}

function lengthOf(text: string | null): number {
  return text === null ? 0 : byteLength(text)
}
