/** Values that come in parts. */
import { StorageError } from '../../../errors.ts'
import type { RecordBytes } from '../../../protocol/protocol.ts'
import { chunkBytes } from '../../sql/tables.ts'

/**
 * A record that has come without its value, with the value that these are the parts of. `count`: how many it has.
 * @throws StorageError 'corrupt' where one is missing, too many or too short
 */
export function withParts(
  record: RecordBytes,
  parts: readonly (Uint8Array | undefined)[],
  count: number,
): RecordBytes {
  if (!areAll(parts, count)) throw missingPart()
  const valueStart = Math.max(record.keyEnd, record.primaryKeyEnd)
  const valueEnd = parts.reduce((sum, part) => sum + part.length, valueStart)
  const bytes = new Uint8Array(valueEnd)
  bytes.set(record.bytes.subarray(0, valueStart))
  let at = valueStart
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { ...record, bytes, valueStart, valueEnd }
}

function areAll(
  parts: readonly (Uint8Array | undefined)[],
  count: number,
): parts is readonly Uint8Array[] {
  if (parts.length !== count || parts.includes(undefined)) return false
  return parts.slice(0, -1).every((part) => part?.length === chunkBytes)
}

/** What a record is told with whose value is not all there. */
export function missingPart(): StorageError {
  return new StorageError('corrupt', 'The tables are damaged: a part of a value is missing')
}
