/** Records that a server gives in one row. */
import { StorageError } from '../../../errors.ts'
import { emptyRecord, type RecordBytes } from '../../../protocol/protocol.ts'
import { byteLength, numberIn, type Row, writeBytes } from '../../wire/statement.ts'

/** The columns of a scan's rows, see `scanStatement()`. */
export const columns = { part: 0, number: 1, keys: 2, primaryKeys: 3, values: 4, parts: 5 }

/** Before the items of an array, and before each of them, see `wire/arrays.ts`. */
const [headerBytes, lengthBytes] = [20, 4]

/** Some records that follow each other, as three lists in the server's binary format. They are gone through once, in order. */
export class RecordGroup {
  /** The place of the first among all of the scan, from 1. */
  readonly first: number
  readonly count: number
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** Where the next item of each list is; null: there is no such list. */
  #key: number | null
  #primaryKey: number | null
  #value: number | null

  /** Of a row that is no part of a value. */
  constructor(row: Row) {
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
      return start + headerBytes
    })
    this.first = numberIn(row, columns.number)
    this.count = writing.readInt32BE(12)
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
    this.#key = keys
    this.#primaryKey = primaryKeys
    this.#value = values
  }

  /** Whether the next record's value comes in parts: no other is empty. */
  get isNextInParts(): boolean {
    return this.#value !== null && this.#view.getInt32(this.#value) === 0
  }

  /** The next record. */
  next(): RecordBytes {
    const record = emptyRecord(this.#bytes)
    if (this.#key !== null) {
      record.keyStart = record.primaryKeyStart = this.#key + lengthBytes
      this.#key = record.keyEnd = record.primaryKeyEnd = this.#endOfItem(this.#key)
    }
    if (this.#primaryKey !== null) {
      record.primaryKeyStart = this.#primaryKey + lengthBytes
      this.#primaryKey = record.primaryKeyEnd = this.#endOfItem(this.#primaryKey)
    }
    if (this.#value !== null) {
      record.valueStart = this.#value + lengthBytes
      this.#value = record.valueEnd = this.#endOfItem(this.#value)
    }
    return record
  }

  /** @throws StorageError 'corrupt' for an item that is null, as none is but in tables that were altered */
  #endOfItem(start: number): number {
    const length = this.#view.getInt32(start)
    if (length >= 0) return start + lengthBytes + length
    throw new StorageError('corrupt', 'The tables are damaged: a key or a value is missing')
  }
}
