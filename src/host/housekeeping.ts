/**
 * When a database tidies its file (checkpoints, gives back pages): while nobody uses it, and between transactions when
 * constant writing leaves no such moment.
 */
import { queueIdleTimer } from './turn.ts'

/** So long without a write transaction counts as idle. */
const idleMs = 500
/** Between two pieces of housekeeping: long enough for whoever wants the thread. */
const pieceMs = 5
/** The WAL's bound under constant writing, roughly: tidying costs as much as it saves far below, and memory far above. */
const busyBytes = 16 * 1024 * 1024
/** The least a commit adds to the WAL: two pages. */
const commitBytes = 2 * 4096

/** One database's housekeeping. */
export class Housekeeping {
  readonly #housekeep: () => boolean
  readonly #isBusy: () => boolean
  readonly #failed: (error: unknown) => void
  #untidyBytes = 0
  #commitCount = 0
  #seenCommitCount = 0
  #timer: 'off' | 'on' | 'closed' = 'off'

  /** `isBusy`: whether a write transaction runs, during which nothing can be tidied. */
  constructor(options: {
    housekeep: () => boolean
    isBusy: () => boolean
    failed: (error: unknown) => void
  }) {
    this.#housekeep = options.housekeep
    this.#isBusy = options.isBusy
    this.#failed = options.failed
  }

  /** A write transaction has ended; `writtenBytes`: what it was asked to store. */
  noteCommit(writtenBytes: number): void {
    this.#commitCount++
    this.#untidyBytes += commitBytes + writtenBytes
    if (this.#untidyBytes > busyBytes) this.#tidy()
    if (this.#timer === 'off') this.#arm(idleMs)
  }

  /** The file closes, tidied as a whole. */
  close(): void {
    this.#timer = 'closed'
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
    if (this.#tidy()) this.#arm(pieceMs)
  }

  /** True while more is left. */
  #tidy(): boolean {
    this.#untidyBytes = 0
    try {
      return this.#housekeep()
    } catch (error) {
      this.#failed(error)
      return false
    }
  }
}
