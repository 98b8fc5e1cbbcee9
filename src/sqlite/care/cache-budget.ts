/**
 * One page cache budget shared by the open databases: each may keep an equal share of it. These shares change only when the
 * number of databases passes a power of two, so that opening many costs no more than opening few. What some do not use of theirs is
 * lent to those that need more. A database that comes to need its own has it at once, and what was lent of it is taken back soon
 * after: until then the budget is exceeded by that.
 */
import { StorageError } from '../../errors.ts'

/** The budget, unless a directory asks for another. */
export const usualCacheBytes = 64 * 1024 * 1024

/** What a database may keep as long as that is within the budget: SQLite's own default. */
const leastShareKiB = 2 * 1024

/** How many reads pass before it is looked again who needs how much. */
const readsBetweenLooks = 1024

/** As many as the beginning of a transaction that writes counts for. */
const readsPerTransaction = 16

/** What takes part in the sharing. */
export interface CacheUser {
  /** How much it keeps now. */
  usedKiB(): number
  /** Called with what it may keep when it joins and whenever that changes. */
  take(shareKiB: number): void
}

/** The budget of one engine: all databases of a thread together. */
export class CacheBudget {
  /** Each with the budget that its directory asks for. */
  readonly #users = new Map<CacheUser, number>()
  /** Budget → how many ask for it. The largest is the one there is. */
  readonly #asked = new Map<number, number>()
  #budgetKiB = 0
  /** What each may keep in any case. */
  #shareKiB = 0
  /** Since it was last looked. */
  #reads = 0

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

  /** A database has read something: now and then what each of them needs is looked at. */
  noteRead(): void {
    this.#note(1)
  }

  /** A database begins to write. */
  noteTransaction(): void {
    this.#note(readsPerTransaction)
  }

  #note(reads: number): void {
    this.#reads += reads
    if (this.#reads < readsBetweenLooks) return
    this.#reads = 0
    if (this.#users.size > 1) this.#lend()
  }

  /** Those that use less than their share lend the rest to the others. */
  #lend(): void {
    const hungry: CacheUser[] = []
    let freeKiB = this.#budgetKiB
    for (const user of this.#users.keys()) {
      const neededKiB = neededOf(user.usedKiB())
      if (neededKiB >= this.#shareKiB) hungry.push(user)
      else {
        freeKiB -= neededKiB
        tell(user, this.#shareKiB)
      }
    }
    const shareKiB = Math.max(Math.floor(freeKiB / hungry.length), this.#shareKiB)
    for (const user of hungry) tell(user, shareKiB)
  }

  #redistribute(): boolean {
    if (this.#users.size === 0) return false
    const budgetKiB = Math.floor(Math.max(...this.#asked.keys()) / 1024)
    const parts = 2 ** Math.ceil(Math.log2(this.#users.size))
    const shareKiB = Math.max(Math.floor(budgetKiB / parts), Math.min(leastShareKiB, budgetKiB))
    this.#budgetKiB = budgetKiB
    if (shareKiB === this.#shareKiB) return false
    this.#shareKiB = shareKiB
    for (const user of this.#users.keys()) tell(user, shareKiB)
    return true
  }
}

/** Room to double, in steps of which there are few: what is lent changes seldom. */
function neededOf(usedKiB: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2 * usedKiB, leastShareKiB)))
}

/** Whether one can be told has nothing to do with the others, nor with the one that comes or goes. */
function tell(user: CacheUser, shareKiB: number): void {
  try {
    user.take(shareKiB)
  } catch (error) {
    // Until shares change again it keeps the one it has.
    if (!(error instanceof StorageError)) throw error
  }
}
