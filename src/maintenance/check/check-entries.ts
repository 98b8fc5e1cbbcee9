/** Looking for entries of an index that no record stands for. */
import { isA } from '../../base/thrown.ts'
import { StorageError } from '../../errors.ts'
import { forEachIndexKey, indexKeysOf } from '../../keys/index-keys.ts'
import { compareKeys } from '../../keys/key.ts'
import { encodeRange, unboundedRange } from '../../keys/key-range.ts'
import type { SqliteDatabase } from '../../sqlite/database.ts'
import type { IndexSchema, ObjectStoreSchema } from '../../storage/schema.ts'
import { deserialize } from '../../values/deserialize.ts'
import { textOf } from './key-as-text.ts'
import type { Findings } from './problem.ts'
import { type Entry, readEntries, valueUnder } from './read-batch.ts'

/** An index, and what is known of it. */
export interface CheckedIndex {
  readonly database: SqliteDatabase
  readonly store: ObjectStoreSchema
  readonly index: IndexSchema
  /** How many entries of records were found in it; null: not all records could be read. */
  readonly found: number | null
}

/** Reads the index only where it has more entries than records stand for, or that is not known. */
export function checkEntries(checked: CheckedIndex, findings: Findings): void {
  const { database, store, index, found } = checked
  if (database.count(store.id, index.id, encodeRange(unboundedRange)) === found) return
  const place = { store: store.name, index: index.name }
  let last: Entry | null = null
  for (;;) {
    const batch = readEntries(database, { storeId: store.id, indexId: index.id, after: last })
    if (batch.length === 0) return
    for (const entry of batch) {
      if (last && compareEntries(last, entry) >= 0) {
        return findings.add('key', 'keys stand out of order', place, textOf(entry.key))
      }
      last = entry
      if (isStray(checked, entry)) {
        findings.add('stray-entry', 'entries stand for no record', place, textOf(entry.primaryKey))
      }
    }
  }
}

function compareEntries(a: Entry, b: Entry): number {
  return compareKeys(a.key, b.key) || compareKeys(a.primaryKey, b.primaryKey)
}

function isStray({ database, store, index }: CheckedIndex, entry: Entry): boolean {
  const value = valueUnder(database, { storeId: store.id, key: entry.primaryKey })
  if (!value) return true
  const entries = entriesOf(value, index)
  let isListed = entries === 'unknown'
  if (entries instanceof Uint8Array) {
    forEachIndexKey(entries, (_, start, end) => {
      if (compareKeys(entries.subarray(start, end), entry.key) === 0) isListed = true
    })
  }
  return !isListed
}

/** null: none. */
function entriesOf(value: Uint8Array, index: IndexSchema): Uint8Array | null | 'unknown' {
  try {
    return indexKeysOf(deserialize(value, 0, value.length), [index])
  } catch (error) {
    if (isA(error, StorageError) && error.code === 'corrupt') return 'unknown'
    throw error
  }
}
