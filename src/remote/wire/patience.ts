/** How long a server is looked for is up to those who wait for it: once all of them are being closed, it is looked for no longer. */
import type { Failure } from '../../errors.ts'

/** What all searches for the same host have in common. */
export class Patience {
  /** What the first search that was given up has failed with, and those fail with that come later; null while it is not over, too. */
  failure: Failure | null = null
  #isOver = false
  readonly #listeners = new Set<() => void>()

  /** Whether no one is left who would wait for a server that is not there. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** No one waits any more. */
  giveUp(): void {
    this.#isOver = true
    for (const listener of this.#listeners) listener()
  }

  /** Someone waits. A search that has not been given up yet goes on. */
  lookAgain(): void {
    this.#isOver = false
    this.failure = null
  }

  /** Has `listener` called when it is over, until the function returned is called. */
  onOver(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves after that time, or as soon as it is over. */
  async pause(ms: number): Promise<void> {
    if (this.#isOver) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        stopListening()
        resolve()
      }
      const timer = setTimeout(end, ms)
      const stopListening = this.onOver(end)
    })
  }
}
