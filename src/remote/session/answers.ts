/** What tells that other processes may have answered what they were asked: the server says no more than that there is something to look at. */

/** For how long a message is waited for before looking without one. */
const pollMs = 1_000

/** How often they may have answered. */
export class Answers {
  #count = 0
  readonly #waiting = new Set<() => void>()

  get count(): number {
    return this.#count
  }

  /** A message has come, or connections of this process have closed. */
  heard(): void {
    this.#count++
    for (const goOn of this.#waiting) goOn()
  }

  /** Resolves when there is more to look at than there was at `count`, or after a while: what comes between two looks is not missed. */
  since(count: number): Promise<void> {
    if (count !== this.#count) return Promise.resolve()
    return new Promise((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(goOn)
        resolve()
      }
      const timer = setTimeout(goOn, pollMs)
      this.#waiting.add(goOn)
    })
  }
}
