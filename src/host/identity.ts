/** What a database is known by to clients that come back to it at another owner. */
import type { Storage, StorageTransaction } from '../storage/storage.ts'

/** Captured at load: a test may replace it. */
const { random } = Math

/** One open database's. Nothing is looked up or noted before a client needs it. */
export class Identity {
  readonly #storage: Storage
  /** null: it was not asked for. */
  #incarnation: number | null = null
  /** Whether the file has yet to be told. */
  isOwed = false

  constructor(storage: Storage) {
    this.#storage = storage
  }

  get(): number {
    if (this.#incarnation !== null) return this.#incarnation
    const known = this.#storage.incarnation
    this.isOwed = known === null
    this.#incarnation = known ?? Math.floor(random() * Number.MAX_SAFE_INTEGER)
    return this.#incarnation
  }

  /** Whether it was asked for, and is in the file. */
  get isNoted(): boolean {
    return this.#incarnation !== null && !this.isOwed
  }

  /** It is to be in the file once the transaction commits. */
  noteWith(transaction: StorageTransaction): void {
    if (this.isOwed && this.#incarnation !== null) transaction.noteIncarnation(this.#incarnation)
  }

  /** That transaction has committed. */
  noted(): void {
    this.isOwed = false
  }
}
