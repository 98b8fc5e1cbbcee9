/** Has transactions send what was asked of them in a task. */
import { append } from '../base/own-property.ts'
import { afterCheckpoint } from '../event-loop/checkpoint.ts'

/** Has something to send. */
interface Flushed {
  /** null: it has no connection yet, and may have that of one which ends. */
  readonly ground: object | null
  flush(): void
}

/** All of a thread's. */
export class Flusher {
  #waiting: Flushed[] = []
  readonly #queueFlush = afterCheckpoint(() => this.#flush())

  /** Has it flushed once all microtasks have run. It must not be among those that wait already. */
  add(flushed: Flushed): void {
    if (this.#waiting.length === 0) this.#queueFlush()
    append(this.#waiting, flushed)
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const running = waiting.filter(({ ground }) => ground !== null)
    const beginning = waiting.filter(({ ground }) => ground === null)
    for (const flushed of [...running, ...beginning]) flushed.flush()
  }
}
