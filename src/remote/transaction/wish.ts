/** What core has said of a transaction's commit. */
import { append } from '../../base/own-property.ts'
import type { Failure } from '../../errors.ts'

/** Whether a transaction is to commit. */
export class Wish {
  readonly #failures: Failure[] = []
  /** null: no commit was asked for. */
  #failuresSeen: number | null = null
  #isOffered = false

  get isThere(): boolean {
    return this.#failuresSeen !== null
  }

  /** Whether it may still be declined. */
  get isOffered(): boolean {
    return this.#isOffered
  }

  /** With which it aborts instead of committing; undefined: with none. */
  get unseen(): Failure | undefined {
    return this.#failuresSeen === null ? undefined : this.#failures[this.#failuresSeen]
  }

  commit(failuresSeen: number): void {
    this.#failuresSeen = failuresSeen
  }

  /** Gives false where a failure that is on its way tells that it is declined. */
  offer(failuresSeen: number): boolean {
    if (this.#failures[failuresSeen]) return false
    this.#failuresSeen = failuresSeen
    this.#isOffered = true
    return true
  }

  /** An operation has failed, which declines an offer. */
  failed(failure: Failure): void {
    append(this.#failures, failure)
    this.takeBack()
  }

  /** Declines an offer; gives whether there was one. */
  takeBack(): boolean {
    if (!this.#isOffered) return false
    this.#isOffered = false
    this.#failuresSeen = null
    return true
  }
}
