/**
 * Whose turn it is to scan, among the transactions of a client: what a scan gives is not counted as sent before the host has executed
 * it, so only few may be with the host at a time. A scan of a transaction that has not started stays there until others have ended,
 * and they may have to scan for that; so those that have started have a turn of their own.
 */
import type { Waiting } from './send-window.ts'

/** One for a transaction that has started, one for one of which that is not known. */
export type TurnKind = 'started' | 'unknown'

export class ScanTurns {
  readonly #taken = { started: false, unknown: false }
  /** Those that have started and wait for their turn. */
  readonly #waiting = new Set<Waiting>()
  #isPassingOn = false

  /** Whether it is the caller's turn now, until `give()`. */
  take(kind: TurnKind): boolean {
    if (this.#taken[kind]) return false
    this.#taken[kind] = true
    return true
  }

  give(kind: TurnKind): void {
    this.#taken[kind] = false
    // What is executed at once ends within the loop below.
    if (this.#isPassingOn || this.#waiting.size === 0) return
    this.#isPassingOn = true
    for (const waiting of this.#waiting) {
      if (this.#taken.started) break
      this.#waiting.delete(waiting)
      waiting.advance()
    }
    this.#isPassingOn = false
  }

  /** Calls `advance()` once when the turn of those that have started is free again. */
  wait(waiting: Waiting): void {
    this.#waiting.add(waiting)
  }

  /** The client is gone: nothing is passed on any more. */
  close(): void {
    this.#waiting.clear()
  }
}
