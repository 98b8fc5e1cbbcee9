/**
 * The time after a change of owner in which only what had begun at the former one goes on: connections are attached,
 * outcomes asked for, and transactions that had started run again. Everything else waits, so that nothing comes before them.
 */
import { append } from '../base/own-property.ts'

/** A host's recovery. */
export class Recovery {
  /** null: it is over. */
  #waiting: (() => void)[] | null = null

  /** `over` ends it, however it settles; null: nothing is to be recovered. */
  constructor(over: Promise<void> | null) {
    if (!over) return
    this.#waiting = []
    const end = (): void => this.end()
    over.then(end, end)
  }

  get isOver(): boolean {
    return this.#waiting === null
  }

  /** Calls `goOn` once it is over: at once if it is, else in the order of these calls. */
  whenOver(goOn: () => void): void {
    if (this.#waiting) append(this.#waiting, goOn)
    else goOn()
  }

  /** Ends it; does nothing if it is over. */
  end(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const goOn of waiting) goOn()
  }
}
