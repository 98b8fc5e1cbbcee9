import { append } from '../base/own-property.ts'
import { reportException } from '../events/report-exception.ts'

/** A line of calls, made one after another: at once, as long as none of them has to wait. */
export class CallLine {
  /** The calls after one that waits; null when nothing waits. */
  #held: (() => void)[] | null = null

  get isWaiting(): boolean {
    return this.#held !== null
  }

  /** Makes `call` after everything that is held back before it; at once when nothing is. */
  make(call: () => void): void {
    if (this.#held) append(this.#held, call)
    else call()
  }

  /** Holds back all later calls until `ready`, which never rejects, has settled and the call it gives was made. */
  holdUntil(ready: Promise<() => void>): void {
    this.make(() => {
      const rest: (() => void)[] = []
      this.#held = rest
      void ready.then((call) => {
        this.#held = null
        this.#makeAll([call, ...rest])
      })
    })
  }

  /** One that throws, which none of them should, keeps none of the others from being made. */
  #makeAll(calls: readonly (() => void)[]): void {
    for (const call of calls) {
      try {
        this.make(call)
      } catch (error) {
        reportException(error)
      }
    }
  }
}
