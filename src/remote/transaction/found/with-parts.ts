/** Values that come in parts. */
import type { RecordBytes } from '../../../protocol/protocol.ts'

/** A record that has come without its value, with the value that these are the parts of. */
export function withParts(record: RecordBytes, parts: readonly Uint8Array[]): RecordBytes {
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
