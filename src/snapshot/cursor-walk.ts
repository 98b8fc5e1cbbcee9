/** Reads a store record by record, some at a time, in a transaction that waits in between. */
import type { IDBCursorWithValue, IDBObjectStore, IDBRequest } from '../api/global/interfaces.ts'
import type { KeptTransaction } from '../requests/kept-transaction.ts'

/** What is needed of a record where the cursor is. */
export interface WalkedRecord {
  readonly key: IDBValidKey
  readonly value: unknown
}

/** From the first record on. */
export class CursorWalk {
  readonly #kept: KeptTransaction
  readonly #store: IDBObjectStore
  /** null: it has not begun. */
  #request: IDBRequest<IDBCursorWithValue | null> | null = null
  #records: WalkedRecord[] = []
  #limit = 0
  /** As many as were wanted are there, or all. */
  #read = (): void => {}

  constructor(kept: KeptTransaction, store: IDBObjectStore) {
    this.#kept = kept
    this.#store = store
  }

  /** The next ones, at most `limit`; none: it is at the end. Rejects when the transaction is aborted. */
  async next(limit: number): Promise<readonly WalkedRecord[]> {
    this.#records = []
    this.#limit = limit
    const read = new Promise<void>((resolve) => (this.#read = resolve))
    await this.#kept.ask(() => this.#step())
    await Promise.race([read, this.#kept.ended])
    return this.#records
  }

  #step(): IDBRequest {
    if (this.#request) {
      this.#request.result?.continue()
      return this.#request
    }
    this.#request = this.#store.openCursor()
    this.#request.addEventListener('success', () => this.#arrived())
    return this.#request
  }

  #arrived(): void {
    const cursor = this.#request?.result
    if (!cursor) return this.#read()
    this.#records.push({ key: cursor.primaryKey, value: cursor.value as unknown })
    if (this.#records.length < this.#limit) cursor.continue()
    else this.#read()
  }
}
