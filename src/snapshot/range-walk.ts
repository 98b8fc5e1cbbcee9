/** Reads a store some records at a time, each time from the last key on, which takes fewest messages. */
import type { IDBObjectStore, IDBRequest } from '../api/global/interfaces.ts'
import type { KeptTransaction } from '../requests/kept-transaction.ts'
import type { KeyRangeClass } from '../requests/key-range-class.ts'
import type { WalkedRecord } from './cursor-walk.ts'

/** From the first record on. */
export class RangeWalk {
  readonly #kept: KeptTransaction
  readonly #store: IDBObjectStore
  readonly #ranges: KeyRangeClass
  /** The key of the last record that was read; undefined: none was. */
  #after: IDBValidKey | undefined

  /** `ranges`: the class of those that the store takes. */
  constructor(kept: KeptTransaction, store: IDBObjectStore, ranges: KeyRangeClass) {
    this.#kept = kept
    this.#store = store
    this.#ranges = ranges
  }

  /** The next ones, at most `limit`; none: it is at the end. Rejects when the transaction is aborted. */
  async next(limit: number): Promise<readonly WalkedRecord[]> {
    const range = this.#after === undefined ? null : this.#ranges.lowerBound(this.#after, true)
    let asked: { keys: IDBRequest<IDBValidKey[]>; values: IDBRequest<unknown[]> } | undefined
    await this.#kept.ask(() => {
      const store = this.#store
      asked = { keys: store.getAllKeys(range, limit), values: store.getAll(range, limit) }
      return asked.values
    })
    if (!asked) throw new Error('unreachable: nothing was asked')
    const { keys, values } = asked
    this.#after = keys.result.at(-1)
    return keys.result.map((key, i) => ({ key, value: values.result[i] }))
  }
}
