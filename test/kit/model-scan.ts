/** Reading the model storage: all rows, sorted, filtered and cut, with no thought of speed. */
import type { EncodedRange } from '../../src/keys/key-range.ts'
import type { RecordBytes, RecordReceiver, Scan } from '../../src/storage/storage.ts'
import { bytesOf, type ModelState, recordsOf, textOf } from './model-state.ts'

/** A record of a store, or an entry of an index; keys as hexadecimal text. */
interface Row {
  readonly key: string
  readonly primaryKey: string
  readonly value: Uint8Array
}

/** Which rows. */
type Source = Pick<Scan, 'storeId' | 'indexId' | 'range'>

/** How many there are. */
export function countRows(state: ModelState, source: Source): number {
  return rowsOf(state, source).length
}

/** Passes on what a scan asks for. */
export function receiveRows(state: ModelState, scan: Scan, receive: RecordReceiver): void {
  const rows = directed(rowsOf(state, scan), scan).filter((row) => isBeyond(row, scan))
  let passedBytes = 0
  for (const row of rows.slice(scan.skip, scan.skip + scan.limit)) {
    if (passedBytes >= scan.limitBytes) return
    const record = recordBytes(row, scan)
    receive(record)
    passedBytes += record.bytes.length
  }
}

function rowsOf(state: ModelState, { storeId, indexId, range }: Source): Row[] {
  const rows = [...recordsOf(state, storeId)].flatMap(([primaryKey, { value, entries }]) => {
    if (indexId === 0) return [{ key: primaryKey, primaryKey, value }]
    const ofIndex = entries.filter((entry) => entry.indexId === indexId)
    return ofIndex.map(({ key }) => ({ key, primaryKey, value }))
  })
  return rows.filter(({ key }) => isInRange(key, range)).sort(compareRows)
}

/** The rows as the direction has them; in one of the `unique` ones the first of each key. */
function directed(rows: readonly Row[], { direction }: Scan): readonly Row[] {
  const isUnique = direction === 'nextunique' || direction === 'prevunique'
  const chosen = isUnique ? rows.filter(({ key }, i) => key !== rows[i - 1]?.key) : rows
  return direction.startsWith('next') ? chosen : chosen.toReversed()
}

function isBeyond(row: Row, { after, direction, inclusive }: Scan): boolean {
  if (!after) return true
  const isUnique = direction === 'nextunique' || direction === 'prevunique'
  const position = {
    key: textOf(after.key),
    primaryKey: isUnique ? row.primaryKey : textOf(after.primaryKey),
  }
  const order = compareRows(row, position) * (direction.startsWith('next') ? 1 : -1)
  return order > 0 || (inclusive && order === 0)
}

function compareRows(a: Omit<Row, 'value'>, b: Omit<Row, 'value'>): number {
  return compareTexts(a.key, b.key) || compareTexts(a.primaryKey, b.primaryKey)
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Whether a key, as hexadecimal text, lies in the range. */
export function isInRange(key: string, { lower, upper }: EncodedRange): boolean {
  if (upper === null) return key === textOf(lower)
  return textOf(lower) <= key && key < textOf(upper)
}

function recordBytes(row: Row, { indexId, withValues }: Scan): RecordBytes {
  const key = bytesOf(row.key)
  const primaryKey = indexId === 0 ? none : bytesOf(row.primaryKey)
  const value = withValues ? row.value : none
  const keysEnd = key.length + primaryKey.length
  return {
    bytes: concatenated([key, primaryKey, value]),
    keyStart: 0,
    keyEnd: key.length,
    primaryKeyStart: indexId === 0 ? 0 : key.length,
    primaryKeyEnd: keysEnd,
    valueStart: keysEnd,
    valueEnd: keysEnd + value.length,
  }
}

const none = new Uint8Array()

/** Large values among them: byte by byte it would take most of the time of some tests. */
function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const part of parts) {
    bytes.set(part, end)
    end += part.length
  }
  return bytes
}
