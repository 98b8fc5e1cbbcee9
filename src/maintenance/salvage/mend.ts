/**
 * Making what was saved of a damaged database agree with itself: records whose values cannot be read are dropped, as the damaged
 * file has them, the entries of indexes follow the values, and key generators are beyond the keys that there are.
 */
import { isA } from '../../base/thrown.ts'
import { StorageError } from '../../errors.ts'
import { indexKeysOf } from '../../keys/index-keys.ts'
import { keyTag } from '../../keys/key.ts'
import { encodeRange, onlyKey } from '../../keys/key-range.ts'
import { numberKeyOffset, readNumberKeyBytes } from '../../keys/number-key.ts'
import type { SqliteDatabase } from '../../sqlite/database.ts'
import type { ObjectStoreSchema } from '../../storage/schema.ts'
import type { StorageTransaction } from '../../storage/storage.ts'
import { deserialize } from '../../values/deserialize.ts'
import { type CopiedRecord, readBatch } from '../check/read-batch.ts'

/** Store name → how many of its records were dropped. */
export type Dropped = ReadonlyMap<string, number>

/** 2^53: key generator maximum; the number after it that is a double says that none is left. */
const lastGeneratedNumber = 2 ** 53
const exhausted = 2 ** 53 + 2

export async function mend(database: SqliteDatabase): Promise<Dropped> {
  const dropped = new Map<string, number>()
  for (const store of database.schema.stores.values()) {
    dropped.set(store.name, mendStore(database, store))
  }
  return dropped
}

/** Gives how many records were dropped. */
function mendStore(database: SqliteDatabase, store: ObjectStoreSchema): number {
  let dropped = 0
  let last: Uint8Array | null = null
  let greatest = -Infinity
  for (;;) {
    const batch: readonly CopiedRecord[] = readBatch(database, { storeId: store.id, after: last })
    if (batch.length === 0) break
    inTransaction(database, (transaction) => {
      for (const record of batch) if (!mendRecord(transaction, store, record)) dropped++
    })
    for (const { key } of batch) {
      last = key
      if (key[0] === keyTag.number) greatest = readNumberKeyBytes(key, numberKeyOffset)
    }
  }
  raiseGenerator(database, store, Math.floor(Math.min(greatest, lastGeneratedNumber)))
  return dropped
}

function inTransaction(
  database: SqliteDatabase,
  work: (transaction: StorageTransaction) => void,
): void {
  const transaction = database.begin()
  try {
    work(transaction)
    transaction.commit()
  } catch (error) {
    transaction.rollback()
    throw error
  }
  while (database.care.pendingBytes() > 0 && database.care.housekeep());
}

/** False where it was dropped. */
function mendRecord(
  transaction: StorageTransaction,
  store: ObjectStoreSchema,
  { key, value }: CopiedRecord,
): boolean {
  const indexKeys = entriesOf(value, store)
  if (indexKeys === 'damaged') {
    transaction.deleteRange(store.id, encodeRange(onlyKey(key)))
    return false
  }
  if (indexKeys === 'unknown' || store.indexes.size === 0) return true
  try {
    transaction.put({ storeId: store.id, key, value, indexKeys, overwrite: true })
  } catch (error) {
    // Another record has a key of a unique index: this one keeps the entries it came with.
    if (!isA(error, StorageError) || error.code !== 'constraint') throw error
  }
  return true
}

/** null: none. `unknown`: the value is sound, and cannot be read here. */
function entriesOf(
  value: Uint8Array,
  { indexes }: ObjectStoreSchema,
): Uint8Array | null | 'damaged' | 'unknown' {
  try {
    const read = deserialize(value, 0, value.length)
    return indexes.size === 0 ? null : indexKeysOf(read, indexes.values())
  } catch (error) {
    if (!isA(error, StorageError) || error.code !== 'corrupt') throw error
    return error.facts.code === 'ERR_IDB_CORRUPT' ? 'damaged' : 'unknown'
  }
}

function raiseGenerator(
  database: SqliteDatabase,
  { id, autoIncrement }: ObjectStoreSchema,
  greatest: number,
): void {
  if (!autoIncrement || greatest < database.currentNumber(id)) return
  const next = greatest === lastGeneratedNumber ? exhausted : greatest + 1
  inTransaction(database, (transaction) => transaction.setCurrentNumber(id, next))
}
