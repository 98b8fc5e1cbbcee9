/** The model's records and index entries, kept by the simplest means. */
import { cmp, type Key } from '../../kit/reference-keys.ts'
import { type IndexName, indexKinds, type Range, type StoreName, storeKinds } from './program.ts'
import type { Stored } from './text.ts'

/** A record of a store, or an entry of an index, which has the record's key as its primary key. */
export interface Entry {
  readonly key: Key
  readonly primaryKey: Key
  readonly value: Stored
}

/** An object store. Its arrays are replaced, never changed, so that a copy of the object is a state to go back to. */
export interface ModelStore {
  readonly name: StoreName
  /** The next number of the key generator; null: there is none. */
  currentNumber: number | null
  /** In the order of their keys. */
  records: readonly Entry[]
  indexes: ReadonlySet<IndexName>
}

/** A store without records. */
export function newStore(name: StoreName): ModelStore {
  const currentNumber = storeKinds[name].autoIncrement ? 1 : null
  return { name, currentNumber, records: [], indexes: new Set() }
}

/**
 * Stores a record. False, and nothing has changed, when there is one of that key and `overwrite` is false, or a unique index
 * objects.
 */
export function storeRecord(
  store: ModelStore,
  { key, value, overwrite }: { key: Key; value: Stored; overwrite: boolean },
): boolean {
  const at = positionOf(store.records, key)
  const isThere = at < store.records.length && cmp((store.records[at] as Entry).key, key) === 0
  if (isThere && !overwrite) return false
  const rest = isThere ? store.records.toSpliced(at, 1) : store.records
  if (!isUnique({ ...store, records: rest }, value)) return false
  store.records = rest.toSpliced(at, 0, { key, primaryKey: key, value })
  passOver(store, key)
  return true
}

/** Deletes the records in the range. */
export function deleteRange(store: ModelStore, range: Range): void {
  store.records = store.records.filter(({ key }) => !isIn(range, key))
}

/** What is in a store, or an index of it, in order. */
export function entriesOf(store: ModelStore, index: IndexName | null): readonly Entry[] {
  if (index === null) return store.records
  const entries: Entry[] = []
  for (const { key: primaryKey, value } of store.records) {
    for (const key of indexKeysOf(value, index)) entries.push({ key, primaryKey, value })
  }
  return entries.sort((a, b) => cmp(a.key, b.key) || cmp(a.primaryKey, b.primaryKey))
}

/** Whether a key is in the range. */
export function isIn({ lower, upper }: Range, key: Key): boolean {
  return (lower === null || cmp(key, lower) >= 0) && (upper === null || cmp(key, upper) <= 0)
}

/** Whether a new unique index could be made. */
export function hasUniqueKeys(store: ModelStore, index: IndexName): boolean {
  const entries = entriesOf(store, index)
  return entries.every(({ key }, i) => i === 0 || cmp((entries[i - 1] as Entry).key, key) !== 0)
}

function isUnique(store: ModelStore, value: Stored): boolean {
  for (const index of store.indexes) {
    if (!indexKinds[index].unique) continue
    const keys = indexKeysOf(value, index)
    for (const entry of entriesOf(store, index)) {
      if (keys.some((key) => cmp(key, entry.key) === 0)) return false
    }
  }
  return true
}

function indexKeysOf(value: Stored, index: IndexName): Key[] {
  const { tag = null, tags, only = null, number } = value
  switch (index) {
    case 'tag':
      return tag === null ? [] : [tag]
    case 'only':
      return only === null ? [] : [only]
    case 'pair':
      return tag === null ? [] : [[tag, number]]
    case 'tags':
      return tags.filter(
        (key, i): key is Key =>
          key !== null && tags.findIndex((other) => other !== null && cmp(other, key) === 0) === i,
      )
  }
}

/** https://w3c.github.io/IndexedDB/#possibly-update-the-key-generator */
function passOver(store: ModelStore, key: Key): void {
  if (store.currentNumber === null || typeof key !== 'number') return
  if (key >= store.currentNumber) store.currentNumber = Math.floor(key) + 1
}

/** Where the first record is whose key is not smaller. */
function positionOf(records: readonly Entry[], key: Key): number {
  const at = records.findIndex((record) => cmp(record.key, key) >= 0)
  return at < 0 ? records.length : at
}
