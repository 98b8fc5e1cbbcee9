/** Comparing the entries of an index with those that the records should have. */
import { isA } from '../../base/thrown.ts'
import { StorageError } from '../../errors.ts'
import { forEachIndexKey, indexKeysOf } from '../../keys/index-keys.ts'
import { compareKeys } from '../../keys/key.ts'
import type { SqliteDatabase } from '../../sqlite/database.ts'
import type { IndexSchema, ObjectStoreSchema } from '../../storage/schema.ts'
import { deserialize } from '../../values/deserialize.ts'
import { EntrySum, wholly } from './entry-sums.ts'
import { textOf } from './key-as-text.ts'
import type { Findings } from './problem.ts'
import {
  type CopiedRecord,
  type Entry,
  hasEntry,
  readBatch,
  readEntries,
  valueUnder,
} from './read-batch.ts'

/** An index, and what is known of it. */
export interface CheckedIndex {
  readonly database: SqliteDatabase
  readonly store: ObjectStoreSchema
  readonly index: IndexSchema
  /** The entries that the records should have; null: not all records could be read. */
  readonly due: EntrySum | null
}

/** Looks entries up one by one only where the index has others than it should. */
export function checkEntries(checked: CheckedIndex, findings: Findings): void {
  if (checked.due && sumOf(checked)?.equals(checked.due)) return
  findMissing(checked, findings)
  findStray(checked, findings)
}

/** null: they lead back, which would go on without end. */
function sumOf({ database, store, index }: CheckedIndex): EntrySum | null {
  const sum = new EntrySum()
  let last: Entry | null = null
  for (;;) {
    const batch = readEntries(database, { storeId: store.id, indexId: index.id, after: last })
    if (batch.length === 0) return sum
    for (const entry of batch) {
      if (last && compareEntries(last, entry) >= 0) return null
      last = entry
      sum.add(wholly(entry.key), wholly(entry.primaryKey))
    }
  }
}

function findMissing({ database, store, index }: CheckedIndex, findings: Findings): void {
  const place = { store: store.name, index: index.name }
  let last: Uint8Array | null = null
  for (;;) {
    const batch: readonly CopiedRecord[] = readBatch(database, { storeId: store.id, after: last })
    for (const { key, value } of batch) {
      if (last && compareKeys(last, key) >= 0) return
      last = key
      forEachEntry(value, index, (indexKey) => {
        const entry = { key: indexKey, primaryKey: key }
        if (hasEntry(database, { storeId: store.id, indexId: index.id, ...entry })) return
        findings.add('missing-entry', 'records have no entry', place, textOf(key))
      })
    }
    if (batch.length === 0) return
  }
}

function findStray(checked: CheckedIndex, findings: Findings): void {
  const { database, store, index } = checked
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
  let isListed = false
  const isKnown = forEachEntry(value, index, (key) => {
    if (compareKeys(key, entry.key) === 0) isListed = true
  })
  return isKnown && !isListed
}

/** Calls `visit` with the key of each entry that a value has in the index; false for one that cannot be read. */
function forEachEntry(
  value: Uint8Array,
  index: IndexSchema,
  visit: (key: Uint8Array) => void,
): boolean {
  const entries = entriesOf(value, index)
  if (entries === 'unknown') return false
  if (entries) forEachIndexKey(entries, (_, start, end) => visit(entries.subarray(start, end)))
  return true
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
