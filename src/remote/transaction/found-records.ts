/** Records as a server gives them, and as those who asked for them get them. */
import type { OperationReceiver, RecordBytes, Scan } from '../../protocol/protocol.ts'
import { byteLength, type Row, textIn, writeBytes } from '../wire/statement.ts'

/** How a row of a statement is to be read. */
export interface Columns {
  readonly hasPrimaryKey: boolean
  readonly withValues: boolean
}

/** The columns of what a scan finds. */
export function columnsOf({ indexId, withValues }: Pick<Scan, 'indexId' | 'withValues'>): Columns {
  return { hasPrimaryKey: indexId !== 0, withValues }
}

/** Gives the records of a scan's rows, one by one; a value in parts comes in several rows. */
export function passRecords(
  rows: readonly Row[],
  columns: Columns,
  pass: (record: RecordBytes) => void,
): void {
  for (let i = 0; i < rows.length;) {
    const end = columns.withValues ? endOfRecord(rows, i, columns) : i + 1
    pass(recordIn(rows, i, end, columns))
    i = end
  }
}

/** The place behind the rows of the record that begins at `start`. */
function endOfRecord(rows: readonly Row[], start: number, { hasPrimaryKey }: Columns): number {
  const first = rows[start] as Row // The caller is within the rows.
  const part = hasPrimaryKey ? 3 : 2
  if (first[part] === null) return start + 1
  const identity = hasPrimaryKey ? 1 : 0
  let end = start + 1
  while (rows[end]?.[identity] === first[identity] && rows[end]?.[0] === first[0]) end++
  return end
}

function recordIn(
  rows: readonly Row[],
  start: number,
  end: number,
  { hasPrimaryKey, withValues }: Columns,
): RecordBytes {
  const row = rows[start] as Row // As above.
  const key = textIn(row, 0)
  const primaryKey = hasPrimaryKey ? textIn(row, 1) : null
  const parts = withValues ? partsIn(rows, start, end, hasPrimaryKey ? 2 : 1) : []
  return gathered(key, primaryKey, parts)
}

/** The texts of a value: its own, or those of its parts. */
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

/** A record. `primaryKey` null: it is the key. No parts: it comes without its value. */
function gathered(
  key: string | Uint8Array,
  primaryKey: string | null,
  parts: readonly string[],
): RecordBytes {
  const keyEnd = typeof key === 'string' ? byteLength(key) : key.length
  const valueStart = keyEnd + (primaryKey === null ? 0 : byteLength(primaryKey))
  const valueEnd = parts.reduce((sum, part) => sum + byteLength(part), valueStart)
  const { bytes, writing } = valueEnd <= scratch.bytes.length ? scratch : new Room(valueEnd)
  if (typeof key === 'string') writeBytes(writing, 0, key)
  else bytes.set(key)
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

/** A record under a key that is known. */
export function recordUnder(
  key: Uint8Array,
  primaryKey: string | null,
  parts: readonly string[],
): RecordBytes {
  return gathered(key, primaryKey, parts)
}

/** Gives a receiver its records. */
export function passTo(receiver: OperationReceiver): (record: RecordBytes) => void {
  return (record) => receiver.record(record)
}
