/**
 * Transactions that have committed to the operating system and may not say so yet: strict ones until the disk has it, and
 * whatever committed behind them, so that answers come in the order of the commits.
 *
 * One sync serves all that committed before it began (group commit). A sync that fails leaves nobody knowing what the disk
 * holds: all that wait for it are aborted.
 */
import { type Failure, failureOf } from '../errors.ts'
import type { DatabaseStorage } from '../storage/storage.ts'

/** A transaction that has committed to the operating system. */
export interface CommittedWork {
  readonly isStrict: boolean
  /** It has what it asked for. */
  confirm(): void
  /** The disk may not have it. */
  lose(failure: Failure): void
}

/** One database's commits on their way to the disk. */
export class CommitQueue {
  readonly #storage: DatabaseStorage
  readonly #syncFailed: (failure: Failure) => void
  #waiting: CommittedWork[] = []
  #isSyncing = false

  constructor(storage: DatabaseStorage, syncFailed: (failure: Failure) => void) {
    this.#storage = storage
    this.#syncFailed = syncFailed
  }

  /** Nothing else is going on (`isAlone`): the thread may as well wait for the disk. */
  add(work: CommittedWork, { isAlone }: { isAlone: boolean }): void {
    if (this.#waiting.length === 0 && !work.isStrict) return work.confirm()
    this.#waiting.push(work)
    if (this.#isSyncing) return
    const { syncLater } = this.#storage
    if (isAlone || !syncLater) this.#syncNow()
    else void this.#syncAll(() => syncLater.call(this.#storage))
  }

  #syncNow(): void {
    const group = this.#takeGroup()
    try {
      this.#storage.sync()
    } catch (error) {
      return this.#lose(group, failureOf(error))
    }
    for (const work of group) work.confirm()
  }

  /** Goes on while strict transactions have committed meanwhile. Never rejects: a failure is told to those who wait. */
  async #syncAll(sync: () => Promise<void>): Promise<void> {
    this.#isSyncing = true
    while (this.#waiting.some((work) => work.isStrict)) {
      // Stays in place while it is synced, so that whatever commits meanwhile queues behind it.
      const count = this.#waiting.length
      try {
        await sync()
      } catch (error) {
        this.#isSyncing = false
        return this.#lose(this.#takeGroup(), failureOf(error))
      }
      for (const work of this.#waiting.splice(0, count)) work.confirm()
    }
    this.#isSyncing = false
    for (const work of this.#takeGroup()) work.confirm()
  }

  #takeGroup(): CommittedWork[] {
    const group = this.#waiting
    this.#waiting = []
    return group
  }

  #lose(group: readonly CommittedWork[], failure: Failure): void {
    for (const work of group) work.lose(failure)
    this.#syncFailed(failure)
  }
}
