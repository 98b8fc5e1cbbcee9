/** Records put together from the texts in a row. */
import type { RecordBytes } from '../../../protocol/protocol.ts'
import { byteLength, type Row, textIn, writeBytes } from '../../wire/statement.ts'

/** The texts of a value: its own, or those of its parts, which come in several rows. */
export function partsIn(
  rows: readonly Row[],
  start: number,
  end: number,
  column: number,
): readonly string[] {
  const first = rows[start] as Row // The caller is within the rows.
  if (first[column + 1] === null) return [textIn(first, column)]
  return rows.slice(start, end).map((row) => textIn(row, column + 1))
}

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

/** A record under a key that is known. `primaryKey` null: it is the key. No parts: it comes without its value. */
export function recordUnder(
  key: Uint8Array,
  primaryKey: string | null,
  parts: readonly string[],
): RecordBytes {
  const keyEnd = key.length
  const valueStart = keyEnd + (primaryKey === null ? 0 : byteLength(primaryKey))
  const valueEnd = parts.reduce((sum, part) => sum + byteLength(part), valueStart)
  const { bytes, writing } = valueEnd <= scratch.bytes.length ? scratch : new Room(valueEnd)
  bytes.set(key)
  if (primaryKey !== null) writeBytes(writing, keyEnd, primaryKey)
  let at = valueStart
  for (const part of parts) {
    writeBytes(writing, at, part)
    at += byteLength(part)
  }
  const primaryKeyStart = primaryKey === null ? 0 : keyEnd
  const primaryKeyEnd = primaryKey === null ? keyEnd : valueStart
  return { bytes, keyStart: 0, keyEnd, primaryKeyStart, primaryKeyEnd, valueStart, valueEnd }
}
