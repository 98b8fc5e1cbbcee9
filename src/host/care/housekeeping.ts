/**
 * When a database tidies its file (checkpoints, gives back pages): while it is idle, and between transactions when
 * constant writing leaves no such moment.
 */
import type { Storage } from '../../storage/storage.ts'
import type { Garbage } from './garbage.ts'
import { queueIdleTimer } from '../../event-loop/turn.ts'

/** A database counts as idle after this time without a write transaction. */
const idleMs = 500
/** Between two pieces of housekeeping: long enough for others to get the thread. */
const pieceMs = 5
/**
 * How much may be pending under constant writing before it is tidied between two transactions: worth its syncs, which take
 * as long as 1,000 small transactions, which write 8 MiB. The engine's log file stays below the length at which it would be
 * cut back, see `longestLogFileBytes` in `sqlite/care/housekeeping.ts`.
 */
const mostPendingBytes = 32 * 1024 * 1024
/** With that much pending it waits for no sync ahead; the engine's log file is not cut back yet. */
const longestPendingBytes = 40 * 1024 * 1024
/**
 * This much at a time of what is pending is brought to the disk off this thread, where the platform can: the tidying, which
 * blocks it, then has less to wait for. Measured under constant writing: pauses a quarter shorter, a fifth less time per
 * transaction on average. In smaller parts the syncs get in the writer's way.
 */
const syncAheadBytes = 16 * 1024 * 1024
/** The same when it is idle: a log worth tidying is about as long. Measured: the pause is then less than half as long. */
const idleSyncBytes = 4 * 1024 * 1024

/** One database's housekeeping. */
export class Housekeeping {
  readonly #storage: Storage
  readonly #garbage: Garbage | null
  readonly #failed: (error: unknown) => void
  readonly #syncFailed: (error: unknown) => void
  #commitCount = 0
  #seenCommitCount = 0
  #timer: 'off' | 'on' | 'closed' = 'off'
  #cancelTimer = (): void => {}
  /** How much of what is pending the disk has. */
  #syncedBytes = 0
  /** The sync ahead that is under way; null when there is none. */
  #syncing: Promise<void> | null = null
  /** The collection that is under way, or was last. */
  #collecting: Promise<void> = Promise.resolve()

  /**
   * `failed`: something will be done later. `syncFailed`: the disk may have lost what was pending, and the next sync may
   * not say so again.
   */
  constructor(options: {
    storage: Storage
    /** null: nothing is kept for it elsewhere. */
    garbage: Garbage | null
    failed: (error: unknown) => void
    syncFailed: (error: unknown) => void
  }) {
    this.#storage = options.storage
    this.#garbage = options.garbage
    this.#failed = options.failed
    this.#syncFailed = options.syncFailed
    if (options.garbage) this.#arm(idleMs)
  }

  /** A write transaction has ended, and the next one has not begun. */
  noteCommit(): void {
    this.#commitCount++
    this.#garbage?.suspect()
    const pendingBytes = this.#storage.care.pendingBytes()
    this.#syncAhead(pendingBytes, syncAheadBytes)
    if (pendingBytes > mostPendingBytes && this.#mayTidy(pendingBytes)) this.#tidy()
    if (this.#timer === 'off') this.#arm(idleMs)
  }

  /** What the transaction has kept elsewhere has no record. */
  noteRollback(): void {
    if (!this.#garbage) return
    this.#garbage.suspect()
    if (this.#timer === 'off') this.#arm(idleMs)
  }

  /** A copy, during which there is no tidying, is over. */
  noteCopied(): void {
    if (this.#timer === 'off') this.#arm(idleMs)
  }

  /** The file closes, tidied as a whole; resolves when nothing here is under way. */
  async close(): Promise<void> {
    this.#timer = 'closed'
    // A timer keeps the closed database in memory until it fires, and a test suite closes a thousand databases before that.
    this.#cancelTimer()
    await this.#syncing
    await this.#collecting
  }

  /** Whether the disk has most of it, or it cannot wait for that: the tidying would wait for the rest. */
  #mayTidy(pendingBytes: number): boolean {
    if (!this.#storage.durability.syncLater || pendingBytes > longestPendingBytes) return true
    return !this.#syncing && pendingBytes - this.#syncedBytes < syncAheadBytes
  }

  /** Brings what is pending to the disk off this thread, if that is at least `leastBytes` more than the disk has. */
  #syncAhead(pendingBytes: number, leastBytes: number): void {
    // It was tidied meanwhile.
    if (pendingBytes < this.#syncedBytes) this.#syncedBytes = 0
    const { durability } = this.#storage
    if (!durability.syncLater || this.#syncing) return
    if (pendingBytes - this.#syncedBytes < leastBytes) return
    this.#syncing = durability
      .syncLater()
      .then(() => {
        this.#syncedBytes = pendingBytes
      }, this.#syncFailed)
      .finally(() => {
        this.#syncing = null
      })
  }

  #arm(delayMs: number): void {
    this.#timer = 'on'
    this.#cancelTimer = queueIdleTimer(() => this.#onTimer(), delayMs)
  }

  #onTimer(): void {
    if (this.#timer === 'closed') return
    this.#timer = 'off'
    const isIdle = this.#seenCommitCount === this.#commitCount && !this.#storage.transaction
    this.#seenCommitCount = this.#commitCount
    if (!isIdle || this.#isSyncedFirst()) return this.#arm(idleMs)
    const outcome = this.#tidy()
    if (outcome === 'more') this.#arm(pieceMs)
    else if (outcome === 'done' && this.#garbage) this.#collecting = this.#collect(this.#garbage)
  }

  /** Whether the disk is being brought what the tidying would have to wait for. */
  #isSyncedFirst(): boolean {
    const { care } = this.#storage
    this.#syncAhead(care.pendingBytes(), idleSyncBytes)
    return this.#syncing !== null
  }

  /** Never rejects. */
  async #collect(garbage: Garbage): Promise<void> {
    try {
      const isDone = await garbage.collect()
      if (!isDone && this.#timer === 'off') this.#arm(idleMs)
    } catch (error) {
      this.#failed(error)
    }
  }

  #tidy(): 'more' | 'done' | 'failed' {
    try {
      return this.#storage.care.housekeep() ? 'more' : 'done'
    } catch (error) {
      if (this.#storage.durability.hasLostSync) this.#syncFailed(error)
      else this.#failed(error)
      return 'failed'
    }
  }
}
