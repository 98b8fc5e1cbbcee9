/**
 * One page cache budget shared by the open databases: each may keep an equal share of it. Shares change only when the
 * number of databases passes a power of two, so that opening many costs no more than opening few.
 */
import { StorageError } from '../../errors.ts'

/** The budget, unless a directory asks for another. */
export const usualCacheBytes = 64 * 1024 * 1024

/** What a database may keep as long as that is within the budget: SQLite's own default. */
const leastShareKiB = 2 * 1024

/** What takes part in the sharing: called with its share when it joins and whenever the share changes. */
export type CacheUser = (shareKiB: number) => void

/** The budget of one engine: all databases of a thread together. */
export class CacheBudget {
  /** Each with the budget that its directory asks for. */
  readonly #users = new Map<CacheUser, number>()
  /** Budget → how many ask for it. The largest is the one there is. */
  readonly #asked = new Map<number, number>()
  #shareKiB = 0

  /** Adds a database. */
  join(user: CacheUser, budgetBytes: number): void {
    this.#users.set(user, budgetBytes)
    this.#asked.set(budgetBytes, (this.#asked.get(budgetBytes) ?? 0) + 1)
    if (!this.#redistribute()) tell(user, this.#shareKiB)
  }

  /** Removes a closed database. */
  leave(user: CacheUser): void {
    const budgetBytes = this.#users.get(user)
    if (budgetBytes === undefined) return
    this.#users.delete(user)
    const left = (this.#asked.get(budgetBytes) ?? 0) - 1
    if (left > 0) this.#asked.set(budgetBytes, left)
    else this.#asked.delete(budgetBytes)
    this.#redistribute()
  }

  #redistribute(): boolean {
    if (this.#users.size === 0) return false
    const budgetKiB = Math.floor(Math.max(...this.#asked.keys()) / 1024)
    const parts = 2 ** Math.ceil(Math.log2(this.#users.size))
    const shareKiB = Math.max(Math.floor(budgetKiB / parts), Math.min(leastShareKiB, budgetKiB))
    if (shareKiB === this.#shareKiB) return false
    this.#shareKiB = shareKiB
    for (const user of this.#users.keys()) tell(user, shareKiB)
    return true
  }
}

/** Whether one can be told has nothing to do with the others, nor with the one that comes or goes. */
function tell(user: CacheUser, shareKiB: number): void {
  try {
    user(shareKiB)
  } catch (error) {
    // Until shares change again it keeps the one it has.
    if (!(error instanceof StorageError)) throw error
  }
}
