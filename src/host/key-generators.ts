/**
 * The key generators of one database.
 * https://w3c.github.io/IndexedDB/#key-generator-construct
 */
import type { DatabaseStorage } from '../storage/storage.ts'

/** 2^53: the last number a key generator gives out. */
const lastNumber = 2 ** 53
/** Behind the last number; 2^53 + 1 is no double. */
const exhausted = 2 ** 53 + 2

/** Current numbers, in memory; only the one running writer changes them. */
export class KeyGenerators {
  readonly #numbers: Map<number, number>
  /** What the running transaction has changed → what it was before; undefined: never used. */
  readonly #before = new Map<number, number | undefined>()

  constructor(currentNumbers: ReadonlyMap<number, number>) {
    this.#numbers = new Map(currentNumbers)
  }

  /** The number the store's generator gives out next; null when there is none left. */
  current(storeId: number): number | null {
    // A generator that was never used stands at 1.
    const number = this.#numbers.get(storeId) ?? 1
    return number > lastNumber ? null : number
  }

  /**
   * Makes sure that `key`, just stored, is not given out later. Called after the record was stored: a failed operation
   * leaves the current number alone.
   * https://w3c.github.io/IndexedDB/#possibly-update-the-key-generator
   */
  passOver(storeId: number, key: number): void {
    const value = Math.floor(Math.min(key, lastNumber))
    const current = this.#numbers.get(storeId)
    if (value < (current ?? 1)) return
    if (!this.#before.has(storeId)) this.#before.set(storeId, current)
    this.#numbers.set(storeId, value === lastNumber ? exhausted : value + 1)
  }

  /** Stores what has changed, as the last thing before the commit. */
  store(storage: DatabaseStorage, storeExists: (storeId: number) => boolean): void {
    for (const storeId of this.#before.keys()) {
      const number = this.#numbers.get(storeId)
      if (number !== undefined && storeExists(storeId)) storage.setCurrentNumber(storeId, number)
    }
  }

  /** The transaction has committed: there is nothing to go back to. */
  keep(): void {
    if (this.#before.size > 0) this.#before.clear()
  }

  /** The transaction was aborted. */
  revert(): void {
    for (const [storeId, number] of this.#before) {
      if (number === undefined) this.#numbers.delete(storeId)
      else this.#numbers.set(storeId, number)
    }
    this.#before.clear()
  }
}
