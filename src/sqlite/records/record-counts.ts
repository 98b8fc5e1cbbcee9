/**
 * How many records each object store and index has, where they were counted since it last changed. Counting
 * visits every entry; programs ask again and again, mostly with nothing written in between.
 */

/** Removes the counts that another release has left in the file; those here are in memory alone. */
export const deleteCounts = 'DELETE FROM record_counts'

/** What is known of one database. */
export class RecordCounts {
  /** Store id → index id (0: the store itself) → count. */
  readonly #known = new Map<number, Map<number, number>>()

  /** The count of a store's or index's entries; `countAll` is called when it is not known. */
  get(storeId: number, indexId: number, countAll: () => number): number {
    const ofStore = this.#known.get(storeId) ?? new Map<number, number>()
    this.#known.set(storeId, ofStore)
    const count = ofStore.get(indexId) ?? countAll()
    ofStore.set(indexId, count)
    return count
  }

  /** The store is about to change. */
  forgetStore(storeId: number): void {
    if (this.#known.size > 0) this.#known.delete(storeId)
  }

  /** Any store may have changed. */
  forgetAll(): void {
    this.#known.clear()
  }
}
