/**
 * One page cache budget shared by the open databases: each may keep an equal share of it. Shares change only when the
 * number of databases passes a power of two, so that opening many costs no more than opening few.
 */

import { StorageError } from '../../errors.ts'

/** All databases of a thread together. */
const budgetKiB = 64 * 1024

/** What a database may always keep: SQLite's own default. */
const leastShareKiB = 2 * 1024

/** What takes part in the sharing: called with its share when it joins and whenever the share changes. */
export type CacheUser = (shareKiB: number) => void

/** The budget of one engine. */
export class CacheBudget {
  readonly #users = new Set<CacheUser>()
  #shareKiB = budgetKiB

  /** Adds a database. */
  join(user: CacheUser): void {
    this.#users.add(user)
    if (!this.#redistribute()) tell(user, this.#shareKiB)
  }

  /** Removes a closed database. */
  leave(user: CacheUser): void {
    this.#users.delete(user)
    this.#redistribute()
  }

  #redistribute(): boolean {
    const parts = 2 ** Math.ceil(Math.log2(Math.max(this.#users.size, 1)))
    const shareKiB = Math.max(budgetKiB / parts, leastShareKiB)
    if (shareKiB === this.#shareKiB) return false
    this.#shareKiB = shareKiB
    for (const user of this.#users) tell(user, shareKiB)
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
