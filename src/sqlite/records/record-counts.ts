/**
 * How many records each object store has, and how many entries each index. Counting visits every entry, so a count is
 * carried along from the beginning of its store or index, or from the first time that it was counted.
 */
import { append } from '../../base/own-property.ts'
import type { DatabaseSchema } from '../../storage/schema.ts'

/** One store's or index's. */
export class RecordCount {
  /** As the transaction that is open sees it, if there is one; NaN: not known. */
  value = NaN
  /** What it was before the transaction; means nothing unless that has changed it. */
  before = NaN
  /** Whether the transaction may have changed it. */
  isChanged = false
  /** The one that the transaction has changed before it; null: none, or it is not changed. */
  next: RecordCount | null = null
  /** Whether the file has what it was before the transaction. */
  isStored = false
}

/** A count and whose it is. `indexId` 0: the store's own. */
export interface OwnedCount {
  readonly storeId: number
  readonly indexId: number
  readonly count: RecordCount
}

/** The counts of one database. */
export class RecordCounts {
  readonly #ofStores = new Map<number, RecordCount>()
  readonly #ofIndexes = new Map<number, RecordCount>()
  /** The last that the transaction has changed, which leads to the others: nothing is made for them. */
  #changed: RecordCount | null = null

  /** A store's or an index's count; `countAll` is called when it is not known. */
  get(storeId: number, indexId: number, countAll: () => number): number {
    const count = this.of(storeId, indexId)
    if (Number.isNaN(count.value)) count.value = countAll()
    return count.value
  }

  of(storeId: number, indexId: number): RecordCount {
    return indexId === 0 ? countIn(this.#ofStores, storeId) : countIn(this.#ofIndexes, indexId)
  }

  /** Those that were asked for or changed so far, of stores and indexes that the schema has. */
  known({ stores }: DatabaseSchema): OwnedCount[] {
    const known: OwnedCount[] = []
    const add = (storeId: number, indexId: number): void => {
      const count = this.of(storeId, indexId)
      if (!Number.isNaN(count.value)) append(known, { storeId, indexId, count })
    }
    for (const [storeId, { indexes }] of stores) {
      add(storeId, 0)
      for (const indexId of indexes.keys()) add(storeId, indexId)
    }
    return known
  }

  /** Whether the transaction has made one that is in the file another. */
  get hasChangedStored(): boolean {
    for (let it = this.#changed; it; it = it.next) {
      // One that is not known is not as before.
      if (it.isStored && it.value !== it.before) return true
    }
    return false
  }

  /** The transaction has added records to a store, or deleted them. */
  addRecords(storeId: number, change: number): void {
    this.#change(countIn(this.#ofStores, storeId)).value += change
  }

  /** The same of an index. */
  addEntries(indexId: number, change: number): void {
    this.#change(countIn(this.#ofIndexes, indexId)).value += change
  }

  /** The store is new, or has been emptied. */
  clearStore(storeId: number): void {
    this.#change(countIn(this.#ofStores, storeId)).value = 0
  }

  /** The index is new, or has been emptied. */
  clearIndex(indexId: number): void {
    this.#change(countIn(this.#ofIndexes, indexId)).value = 0
  }

  /** An entry was there already that was to be added: in a damaged file. */
  forgetIndexes(): void {
    for (const count of this.#ofIndexes.values()) this.#change(count).value = NaN
  }

  /** The transaction was committed. */
  committed(): void {
    for (let it = this.#changed; it;) {
      const { next } = it
      it.isChanged = false
      it.next = null
      it = next
    }
    this.#changed = null
  }

  /** It was rolled back. */
  rolledBack(): void {
    for (let it = this.#changed; it; it = it.next) it.value = it.before
    this.committed()
  }

  #change(count: RecordCount): RecordCount {
    if (count.isChanged) return count
    count.isChanged = true
    count.before = count.value
    count.next = this.#changed
    this.#changed = count
    return count
  }
}

function countIn(counts: Map<number, RecordCount>, id: number): RecordCount {
  const known = counts.get(id)
  if (known) return known
  const count = new RecordCount()
  counts.set(id, count)
  return count
}
