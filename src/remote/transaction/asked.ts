/** What a transaction was asked for, kept until the server has answered something: where it is gone by then, all of it is asked again. */
import { Fifo } from '../../base/fifo.ts'
import { append } from '../../base/own-property.ts'
import type { Pending } from './ground.ts'

/** How often a transaction is begun anew, as connections that were idle turn out to be gone. */
const mostAttempts = 3

export class Asked {
  /** What is still to be sent, in its order. */
  readonly queue = new Fifo<Pending>()
  /** All that was asked for, until the server has answered something; null from then on. */
  #all: Pending[] | null = []
  #attempts = 0

  push(pending: Pending): void {
    this.queue.push(pending)
    if (this.#all) append(this.#all, pending)
  }

  /** The server has answered something: the transaction cannot begin anew. */
  answered(): void {
    this.#all = null
  }

  /** Whether the server has said nothing yet: nothing of the transaction is known to anyone. */
  get isUnanswered(): boolean {
    return this.#all !== null
  }

  /** Whether the transaction may begin anew once the server, or the connection to it, is gone. */
  get mayBeginAgain(): boolean {
    return this.isUnanswered && this.#attempts < mostAttempts
  }

  /** All of it is to be sent again. */
  beginAgain(): void {
    this.#attempts++
    this.queue.clear()
    for (const pending of this.#all ?? []) this.queue.push(pending)
  }
}
