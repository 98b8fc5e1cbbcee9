/**
 * When a database tidies its file (checkpoints, gives back pages): while nobody uses it, and between transactions when
 * constant writing leaves no such moment.
 */
import type { DatabaseStorage } from '../storage/storage.ts'
import type { Garbage } from './garbage.ts'
import { queueIdleTimer } from '../event-loop/turn.ts'

/** So long without a write transaction counts as idle. */
const idleMs = 500
/** Between two pieces of housekeeping: long enough for whoever wants the thread. */
const pieceMs = 5
/**
 * The log's bound under constant writing: short enough to be overwritten in place, long enough to be worth its syncs. They
 * take as long as 1,000 small transactions, which write 8 MiB.
 */
const longestLogBytes = 32 * 1024 * 1024
/**
 * So much of a growing log at a time is brought to the disk off this thread, where the platform can: the checkpoint, which
 * blocks it, then has less to wait for. Measured under constant writing: pauses a quarter shorter, a fifth less time per
 * transaction on average. In smaller parts the syncs get in the writer's way.
 */
const syncAheadBytes = 16 * 1024 * 1024

/** One database's housekeeping. */
export class Housekeeping {
  readonly #storage: DatabaseStorage
  readonly #garbage: Garbage | null
  readonly #isBusy: () => boolean
  readonly #failed: (error: unknown) => void
  readonly #syncFailed: (error: unknown) => void
  #commitCount = 0
  #seenCommitCount = 0
  #timer: 'off' | 'on' | 'closed' = 'off'
  /** So much of the log the disk has. */
  #syncedBytes = 0
  /** The sync ahead that is under way; null when there is none. */
  #syncing: Promise<void> | null = null
  /** The collection that is under way, or was last. */
  #collecting: Promise<void> = Promise.resolve()

  /**
   * `isBusy`: whether a write transaction runs, during which nothing can be tidied. `failed`: something will be done later.
   * `syncFailed`: the disk may have lost a part of the log, and the next sync may not say so again.
   */
  constructor(options: {
    storage: DatabaseStorage
    /** null: nothing is kept for it elsewhere. */
    garbage: Garbage | null
    isBusy: () => boolean
    failed: (error: unknown) => void
    syncFailed: (error: unknown) => void
  }) {
    this.#storage = options.storage
    this.#garbage = options.garbage
    this.#isBusy = options.isBusy
    this.#failed = options.failed
    this.#syncFailed = options.syncFailed
    if (options.garbage) this.#arm(idleMs)
  }

  /** A write transaction has ended, and the next one has not begun. */
  noteCommit(): void {
    this.#commitCount++
    this.#garbage?.suspect()
    const logBytes = this.#storage.logBytes()
    if (logBytes > longestLogBytes) this.#tidy()
    else this.#syncAhead(logBytes)
    if (this.#timer === 'off') this.#arm(idleMs)
  }

  /** What the transaction has kept elsewhere has no record. */
  noteRollback(): void {
    if (!this.#garbage) return
    this.#garbage.suspect()
    if (this.#timer === 'off') this.#arm(idleMs)
  }

  /** The file closes, tidied as a whole; resolves when nothing here is under way. */
  async close(): Promise<void> {
    this.#timer = 'closed'
    await this.#syncing
    await this.#collecting
  }

  #syncAhead(logBytes: number): void {
    // The log has begun anew.
    if (logBytes < this.#syncedBytes) this.#syncedBytes = 0
    const { syncLater } = this.#storage
    if (!syncLater || this.#syncing || logBytes - this.#syncedBytes < syncAheadBytes) return
    this.#syncing = syncLater
      .call(this.#storage)
      .then(() => {
        this.#syncedBytes = logBytes
      }, this.#syncFailed)
      .finally(() => {
        this.#syncing = null
      })
  }

  #arm(delayMs: number): void {
    this.#timer = 'on'
    queueIdleTimer(() => this.#onTimer(), delayMs)
  }

  #onTimer(): void {
    if (this.#timer === 'closed') return
    this.#timer = 'off'
    const isIdle = this.#seenCommitCount === this.#commitCount && !this.#isBusy()
    this.#seenCommitCount = this.#commitCount
    if (!isIdle) return this.#arm(idleMs)
    const outcome = this.#tidy()
    if (outcome === 'more') this.#arm(pieceMs)
    else if (outcome === 'done' && this.#garbage) this.#collecting = this.#collect(this.#garbage)
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
      return this.#storage.housekeep() ? 'more' : 'done'
    } catch (error) {
      if (this.#storage.hasLostSync) this.#syncFailed(error)
      else this.#failed(error)
      return 'failed'
    }
  }
}
