/** The entries of records in unique indexes, and which record has each. */
import { append } from '../../../base/own-property.ts'
import { forEachIndexKey } from '../../../keys/index-keys.ts'
import type { IndexSchema, ObjectStoreSchema } from '../../../protocol/protocol.ts'
import { bytesIn, numberIn, type Row } from '../../wire/statement.ts'
import { latin1 } from './key-set.ts'
import type { PendingPut } from './put-operation.ts'

/** An entry that no other record may have. */
export interface UniqueEntry {
  readonly index: IndexSchema
  readonly key: Uint8Array
}

/** The entries of puts, in their order. */
export function uniqueEntries(
  store: ObjectStoreSchema,
  puts: readonly PendingPut[],
): UniqueEntry[] {
  const entries: UniqueEntry[] = []
  for (const { operation } of puts) {
    eachUnique(store, operation.indexKeys, (it) => append(entries, it))
  }
  return entries
}

/** Visits those of a record, whose keys of indexes are `block`; null: it has none. */
export function eachUnique(
  { indexes }: ObjectStoreSchema,
  block: Uint8Array | null,
  visit: (entry: UniqueEntry) => void,
): void {
  if (!block) return
  forEachIndexKey(block, (id, start, end) => {
    const index = indexes.get(id)
    if (index?.unique) visit({ index, key: block.subarray(start, end) })
  })
}

/** Which record has a key of a unique index. */
export class Holders {
  readonly #holders = new Map<string, Uint8Array>()
  /** Record → what it has. */
  readonly #held = new Map<string, string[]>()

  holderOf(entry: UniqueEntry): Uint8Array | undefined {
    return this.#holders.get(nameOf(entry))
  }

  give(entry: UniqueEntry, primaryKey: Uint8Array): void {
    const [name, record] = [nameOf(entry), latin1(primaryKey)]
    this.#holders.set(name, primaryKey)
    const held = this.#held.get(record)
    if (held) append(held, name)
    else this.#held.set(record, [name])
  }

  /** The record is to be replaced. */
  takeAllOf(primaryKey: Uint8Array): void {
    const record = latin1(primaryKey)
    for (const name of this.#held.get(record) ?? []) this.#holders.delete(name)
    this.#held.delete(record)
  }
}

/** The holders that `findEntries` has found of these entries. */
export function holdersOf(unique: readonly UniqueEntry[], rows: readonly Row[]): Holders {
  const holders = new Holders()
  for (const row of rows) {
    const entry = unique[numberIn(row, 0) - 1]
    if (entry) holders.give(entry, bytesIn(row, 1))
  }
  return holders
}

function nameOf({ index, key }: UniqueEntry): string {
  return `${index.id} ${latin1(key)}`
}
