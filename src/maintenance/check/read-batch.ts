/** Records and index entries as copies, a piece at a time. */
import { append } from '../../base/own-property.ts'
import { encodeRange, onlyKey, unboundedRange } from '../../keys/key-range.ts'
import type { Scan, Storage } from '../../storage/storage.ts'

/** A stored record. */
export interface CopiedRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** An entry of an index. */
export interface Entry {
  readonly key: Uint8Array
  readonly primaryKey: Uint8Array
}

/** How many are read at once, and how many bytes about. */
const batchSize = 256
const batchBytes = 1024 * 1024

const everything = encodeRange(unboundedRange)

/** The next records of a store; none at its end. */
export function readBatch(
  database: Storage,
  { storeId, after }: { storeId: number; after: Uint8Array | null },
): CopiedRecord[] {
  const batch: CopiedRecord[] = []
  const position = after && { key: after, primaryKey: after }
  database.scan(scanOf({ storeId, after: position, withValues: true }), (record) => {
    const { bytes } = record
    append(batch, {
      key: bytes.slice(record.keyStart, record.keyEnd),
      value: bytes.slice(record.valueStart, record.valueEnd),
    })
  })
  return batch
}

/** The next entries of an index; none at its end. */
export function readEntries(
  database: Storage,
  { storeId, indexId, after }: { storeId: number; indexId: number; after: Entry | null },
): Entry[] {
  const batch: Entry[] = []
  database.scan(scanOf({ storeId, indexId, after }), (record) => append(batch, entryOf(record)))
  return batch
}

/** Whether an index has that entry. */
export function hasEntry(
  database: Storage,
  { storeId, indexId, ...entry }: Entry & { readonly storeId: number; readonly indexId: number },
): boolean {
  let isThere = false
  const range = encodeRange(onlyKey(entry.key))
  const scan = scanOf({ storeId, indexId, range, after: entry, inclusive: true, limit: 1 })
  database.scan(scan, (record) => {
    isThere = isSame(entryOf(record).primaryKey, entry.primaryKey)
  })
  return isThere
}

/** The value under a key; null: there is no such record. */
export function valueUnder(
  database: Storage,
  { storeId, key }: { storeId: number; key: Uint8Array },
): Uint8Array | null {
  let value: Uint8Array | null = null
  const range = encodeRange(onlyKey(key))
  database.scan(scanOf({ storeId, range, limit: 1, withValues: true }), (record) => {
    value = record.bytes.slice(record.valueStart, record.valueEnd)
  })
  return value
}

function scanOf(wanted: Partial<Scan> & Pick<Scan, 'storeId'>): Scan {
  return {
    indexId: 0,
    range: everything,
    direction: 'next',
    after: null,
    inclusive: false,
    skip: 0,
    limit: batchSize,
    limitBytes: batchBytes,
    withValues: false,
    ...wanted,
  }
}

function entryOf(record: Parameters<Parameters<Storage['scan']>[1]>[0]): Entry {
  const { bytes } = record
  return {
    key: bytes.slice(record.keyStart, record.keyEnd),
    primaryKey: bytes.slice(record.primaryKeyStart, record.primaryKeyEnd),
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
