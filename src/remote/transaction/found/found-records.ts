/** Records as a server gives them, and as those who asked for them get them. */
import { append, setElement } from '../../../base/own-property.ts'
import { StorageError } from '../../../errors.ts'
import type { RecordBytes } from '../../../protocol/protocol.ts'
import { remoteLimits } from '../../limits.ts'
import { chunkBytes } from '../../sql/tables.ts'
import { byteLength, numberIn, type Row, textIn, writeBytes } from '../../wire/statement.ts'

/** The columns of a scan's rows, see `scanStatement()`. */
const columns = { part: 0, number: 1, keys: 2, primaryKeys: 3, values: 4 }

/** More than any value has. */
const mostParts = remoteLimits.recordBytes / chunkBytes + 1

/** Before the items of an array, and before each of them, see `wire/arrays.ts`. */
const [headerBytes, lengthBytes] = [20, 4]

/** Some records that follow each other, as three lists in the server's binary format; one that is not there is empty. */
interface RecordGroup {
  /** The place of the first among all of the scan, from 1. */
  readonly first: number
  readonly count: number
  readonly bytes: Uint8Array
  /** Where the lists are in the bytes; null: there is none. */
  readonly keys: number | null
  readonly primaryKeys: number | null
  readonly values: number | null
}

/**
 * The records of a scan, which are passed on in order while its rows come. A row has records, or a part of a value in parts; where a value
 * is awaited, or an earlier row, what follows is kept.
 */
export class FoundRecords {
  readonly #pass: (record: RecordBytes) => void
  #next = 1
  #kept: RecordGroup[] = []
  /** Place of a record → the texts of its value's parts. */
  readonly #parts = new Map<number, string[]>()

  /** `pass` may throw, and then so does what is called here. */
  constructor(pass: (record: RecordBytes) => void) {
    this.#pass = pass
  }

  /** Takes the next row. */
  row(row: Row): void {
    if (row[columns.part] !== null) return this.#takePart(row)
    const group = groupIn(row)
    if (this.#kept.length > 0 || group.first !== this.#next || hasEmptyValue(group)) {
      append(this.#kept, group)
    } else this.#passGroup(group)
  }

  /** There are no more. */
  end(): void {
    const kept = this.#kept
    this.#kept = []
    for (const group of kept.sort((a, b) => a.first - b.first)) this.#passGroup(group)
  }

  #takePart(row: Row): void {
    const [place, part] = [numberIn(row, columns.number), numberIn(row, columns.part)]
    if (part < 0 || part >= mostParts) throw missingPart()
    const parts = this.#parts.get(place) ?? []
    setElement(parts, part, textIn(row, columns.values))
    this.#parts.set(place, parts)
  }

  #passGroup(group: RecordGroup): void {
    this.#next = group.first + group.count
    const { bytes, keys, primaryKeys, values, first } = group
    const view = viewOf(bytes)
    let [key, primaryKey, value] = [keys, primaryKeys, values].map(firstIn) as [
      number,
      number,
      number,
    ] // As many.
    for (let i = 0; i < group.count; i++) {
      const record = emptyRecord(bytes)
      if (keys !== null) {
        record.keyStart = record.primaryKeyStart = key + lengthBytes
        key = record.keyEnd = record.primaryKeyEnd = endOfItem(view, key)
      }
      if (primaryKeys !== null) {
        record.primaryKeyStart = primaryKey + lengthBytes
        primaryKey = record.primaryKeyEnd = endOfItem(view, primaryKey)
      }
      if (values !== null) {
        record.valueStart = value + lengthBytes
        value = record.valueEnd = endOfItem(view, value)
      }
      const parts = this.#parts.get(first + i)
      this.#pass(parts ? withValue(record, parts) : record)
    }
  }
}

function firstIn(start: number | null): number {
  return (start ?? 0) + headerBytes
}

/** Where the item ends that begins with its length at `start`. */
function endOfItem(view: DataView, start: number): number {
  return start + lengthBytes + view.getInt32(start)
}

function viewOf({ buffer, byteOffset, byteLength: sizeBytes }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, sizeBytes)
}

function emptyRecord(bytes: Uint8Array): RecordBytes {
  return {
    bytes,
    keyStart: 0,
    keyEnd: 0,
    primaryKeyStart: 0,
    primaryKeyEnd: 0,
    valueStart: 0,
    valueEnd: 0,
  }
}

function groupIn(row: Row): RecordGroup {
  const lists = [columns.keys, columns.primaryKeys, columns.values].map((it) => row[it] ?? null)
  const sizeBytes = lists.reduce((sum, list) => sum + (list === null ? 0 : byteLength(list)), 0)
  // Readers get no Buffer: what they cut out of one would be a view.
  const bytes = new Uint8Array(sizeBytes)
  const writing = Buffer.from(bytes.buffer)
  let end = 0
  const [keys = null, primaryKeys = null, values = null] = lists.map((list) => {
    if (list === null) return null
    const start = end
    writeBytes(writing, start, list)
    end += byteLength(list)
    return start
  })
  const count = writing.readInt32BE(12)
  return { first: numberIn(row, columns.number), count, bytes, keys, primaryKeys, values }
}

/** Whether a value is in parts: no other is empty. */
function hasEmptyValue({ bytes, count, values }: RecordGroup): boolean {
  if (values === null) return false
  const view = viewOf(bytes)
  let at = firstIn(values)
  for (let i = 0; i < count; i++) {
    const end = endOfItem(view, at)
    if (end === at + lengthBytes) return true
    at = end
  }
  return false
}

/** Whether no part is missing. */
function areAll(parts: readonly (string | undefined)[]): parts is readonly string[] {
  return !parts.includes(undefined)
}

function missingPart(): StorageError {
  return new StorageError('corrupt', 'The tables are damaged: a part of a value is missing')
}

/** A record whose value is put together from the texts of its parts. */
function withValue(record: RecordBytes, parts: readonly (string | undefined)[]): RecordBytes {
  if (!areAll(parts)) throw missingPart()
  const valueStart = Math.max(record.keyEnd, record.primaryKeyEnd)
  const valueEnd = parts.reduce((sum, part) => sum + byteLength(part), valueStart)
  const bytes = new Uint8Array(valueEnd)
  bytes.set(record.bytes.subarray(0, valueStart))
  const writing = Buffer.from(bytes.buffer)
  let at = valueStart
  for (const part of parts) {
    writeBytes(writing, at, part)
    at += byteLength(part)
  }
  return { ...record, bytes, valueStart, valueEnd }
}
