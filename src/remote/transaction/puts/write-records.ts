/** Sends what stores records. */
import { append } from '../../../base/own-property.ts'
import { forEachIndexKey } from '../../../keys/index-keys.ts'
import { compareKeys } from '../../../keys/key.ts'
import { chunkBytes } from '../../sql/tables.ts'
import { nothing } from '../../sql/transaction-statements.ts'
import { byteaArray, intArray } from '../../wire/arrays.ts'
import type { Ground } from '../ground.ts'

/** A record to be stored, its generated key filled in. */
export interface Written {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly indexKeys: Uint8Array | null
}

/** The entries of records, as three lists. */
export interface Entries {
  readonly indexIds: number[]
  readonly keys: Uint8Array[]
  readonly primaryKeys: Uint8Array[]
}

/** Whether a value is stored in parts. */
export function isLong(value: { readonly length: number }): boolean {
  return value.length > chunkBytes
}

/** Stores records and replaces those with the same keys, no two of which are the same; `done` is called when it is done. */
export function writeRecords(
  { line, records: statements, schema, db }: Ground,
  storeId: number,
  written: readonly Written[],
  done: () => void,
): void {
  const keys = written.map(({ key }) => key)
  const hasIndexes = (schema.stores.get(storeId)?.indexes.size ?? 0) > 0
  const entries = hasIndexes ? entriesOf(written) : null
  if (entries) line.send(statements.removeEntries, [db, storeId, byteaArray(keys)])
  const short = written.filter(({ value }) => !isLong(value))
  const isLast = short.length === written.length && !entries?.keys.length
  if (short.length > 0) sendShort(short, isLast ? done : undefined)
  for (const record of written) if (isLong(record.value)) sendLong(record)
  if (isLast) return
  if (!entries?.keys.length) return line.send(nothing, [], done)
  line.send(statements.storeEntries, [db, storeId, ...entryArrays(entries)], done)

  function sendShort(records: readonly Written[], answered?: () => void): void {
    const [first, ...others] = records
    if (first && others.length === 0) {
      return line.send(statements.storeOne, [db, storeId, first.key, first.value], answered)
    }
    const stored = records.map(({ key }) => key)
    const values = byteaArray(records.map(({ value }) => value))
    const { lowest, highest } = endsOf(stored)
    const arrays = [byteaArray(stored), values, lowest, highest]
    line.send(statements.store, [db, storeId, ...arrays], answered)
  }

  function sendLong({ key, value }: Written): void {
    const count = Math.ceil(value.length / chunkBytes)
    line.send(statements.storeLong, [db, storeId, key, count])
    for (let no = 0; no < count; no++) {
      const part = value.subarray(no * chunkBytes, (no + 1) * chunkBytes)
      line.send(statements.storePart, [db, storeId, key, no, part])
    }
  }
}

/** The first and the last of keys in their order. */
function endsOf(keys: readonly Uint8Array[]): { lowest: Uint8Array; highest: Uint8Array } {
  let [lowest] = keys
  if (!lowest) throw new Error('unreachable: there are no keys')
  let highest = lowest
  for (const key of keys) {
    if (compareKeys(key, highest) > 0) highest = key
    else if (compareKeys(key, lowest) < 0) lowest = key
  }
  return { lowest, highest }
}

/** Entries as the server takes them: index ids, their keys, the keys of their records. */
export function entryArrays({ indexIds, keys, primaryKeys }: Entries): Uint8Array[] {
  return [intArray(indexIds), byteaArray(keys), byteaArray(primaryKeys)]
}

/** The entries of records in all indexes. */
export function entriesOf(written: readonly Pick<Written, 'key' | 'indexKeys'>[]): Entries {
  const entries: Entries = { indexIds: [], keys: [], primaryKeys: [] }
  for (const { key, indexKeys } of written) {
    if (!indexKeys) continue
    forEachIndexKey(indexKeys, (indexId, start, end) => {
      append(entries.indexIds, indexId)
      append(entries.keys, indexKeys.subarray(start, end))
      append(entries.primaryKeys, key)
    })
  }
  return entries
}
