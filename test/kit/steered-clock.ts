/** A clock that a test moves, and the timers on it, for what takes both from `src/event-loop/turn.ts`: no test waits for the machine's. */
import { turn } from './host-client.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export class SteeredClock {
  #now = 0
  readonly #timers = new Set<Timer>()

  /** In place of the function of that name. */
  readonly now = (): number => this.#now

  /** In place of the function of that name. */
  readonly queueIdleTimer = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Lets time pass on an idle thread: timers fire when they are due, each before the next turn. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next)
      // One that was due while the thread was busy is late.
      this.#now = Math.max(this.#now, next.at)
      next.callback()
      await turn()
    }
    this.#now = end
  }

  /** Lets time pass on a busy thread: what is due meanwhile fires later. */
  beBusy(ms: number): void {
    this.#now += ms
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end)
    return due.sort((one, other) => one.at - other.at)[0]
  }
}
