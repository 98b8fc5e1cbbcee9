/**
 * Transactions that have committed to the operating system and may not say so yet: strict ones until the disk has it, and
 * all that ended after them, so that answers come in the order of the commits.
 *
 * One sync serves all that committed before it began (group commit). So that there is something to gather, transactions
 * that overlap one of these may start: they follow it, and are told when it has said `committed`. After a sync that
 * fails it is unknown what the disk holds: all that wait for it are lost, and all that ran on top of them with the connection.
 */
import { append } from '../base/own-property.ts'
import type { Failure } from '../errors.ts'
import type { StorageDurability } from '../storage/storage.ts'
import { Fifo } from '../base/fifo.ts'
import { queueTurn } from '../event-loop/turn.ts'

/** A transaction that waits to say how it ended. */
export interface SettlingWork {
  /** Its scope. */
  readonly storeIds: readonly number[]
  /** Whether it must not say so before the disk has it. */
  readonly needsSync: boolean
  /** It may say so. */
  confirm(): void
  /** The disk may not have it. */
  lose(failure: Failure): void
}

/** A transaction that started before another one, which it overlaps, has said `committed`. */
export interface Follower {
  /** Now it has. */
  caughtUp(): void
}

interface Entry {
  readonly work: SettlingWork
  /** Ascending in the order of the queue. */
  readonly number: number
  readonly followers: Follower[]
}

/** One database's commits on their way to the disk. */
export class CommitQueue {
  readonly #durability: StorageDurability
  readonly #syncFailed: (error: unknown, lost: readonly SettlingWork[]) => void
  /** Empty when no sync is under way. */
  readonly #waiting = new Fifo<Entry>()
  /** Store id → the last one in the queue that has it in its scope. */
  readonly #lastOfStore = new Map<number, Entry>()
  #lastNumber = 0
  #isSyncing = false

  /** `syncFailed`: loses all that waited, and everything else that can no longer be trusted. */
  constructor(
    durability: StorageDurability,
    syncFailed: (error: unknown, lost: readonly SettlingWork[]) => void,
  ) {
    this.#durability = durability
    this.#syncFailed = syncFailed
  }

  /** Nothing else is going on (`isAlone`): the thread may as well wait for the disk. */
  add(work: SettlingWork, { isAlone }: { isAlone: boolean }): void {
    if (!this.#isSyncing && !work.needsSync) return work.confirm()
    const entry: Entry = { work, number: ++this.#lastNumber, followers: [] }
    this.#waiting.push(entry)
    for (const storeId of work.storeIds) this.#lastOfStore.set(storeId, entry)
    if (this.#isSyncing) return
    this.#isSyncing = true
    if (isAlone && !this.#durability.verifyLater) this.#syncNow()
    else void this.#syncInBackground()
  }

  /** Whether one that waits here has a store of that scope; then `follower` is told when the last such one is confirmed. */
  follow(storeIds: readonly number[], follower: Follower): boolean {
    if (!this.#isSyncing) return false
    let last: Entry | undefined
    for (const storeId of storeIds) {
      const entry = this.#lastOfStore.get(storeId)
      if (entry && (!last || entry.number > last.number)) last = entry
    }
    if (last) append(last.followers, follower)
    return last !== undefined
  }

  #syncNow(): void {
    const count = this.#waiting.length
    try {
      this.#durability.sync()
    } catch (error) {
      return this.#fail(error)
    }
    this.#confirm(count)
    if (this.#waiting.length === 0) this.#isSyncing = false
    else void this.#syncInBackground()
  }

  /** Goes on while others have come meanwhile. Never rejects: a failure is told to those who wait. */
  async #syncInBackground(): Promise<void> {
    while (this.#waiting.length > 0) {
      let count: number
      try {
        count = await this.#syncWaiting()
      } catch (error) {
        return this.#fail(error)
      }
      this.#confirm(count)
    }
    this.#isSyncing = false
  }

  /** Resolves with how many of those that wait the disk has now. */
  async #syncWaiting(): Promise<number> {
    const { syncLater, verifyLater } = this.#durability
    // A storage that can only block does so in a turn of its own, until when others may commit.
    if (!syncLater) await new Promise<void>(queueTurn)
    const count = this.#waiting.length
    // Under way while the thread waits for the disk.
    const verifying = verifyLater?.call(this.#durability)
    verifying?.catch(() => {}) // awaited below, unless the sync fails
    if (syncLater) await syncLater.call(this.#durability)
    else this.#durability.sync()
    await verifying
    return count
  }

  /** After the last one of `count` that were synced, those that need no sync need not wait for the next. */
  #confirm(count: number): void {
    for (let left = count; ; left--) {
      const entry = this.#waiting.first()
      if (!entry || (left <= 0 && entry.work.needsSync)) return
      this.#waiting.shift()
      this.#forget(entry)
      entry.work.confirm()
      for (const follower of entry.followers) follower.caughtUp()
    }
  }

  #forget(entry: Entry): void {
    for (const storeId of entry.work.storeIds) {
      if (this.#lastOfStore.get(storeId) === entry) this.#lastOfStore.delete(storeId)
    }
  }

  #fail(error: unknown): void {
    const lost: SettlingWork[] = []
    for (let entry = this.#waiting.shift(); entry; entry = this.#waiting.shift()) {
      this.#forget(entry)
      append(lost, entry.work)
    }
    this.#isSyncing = false
    this.#syncFailed(error, lost)
  }
}
