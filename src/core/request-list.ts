/**
 * A transaction's request list: requests placed and not yet dispatched, oldest first. Requests are linked to each other,
 * so that placing and dispatching one makes nothing. They leave in the order they came, as answers do.
 * https://w3c.github.io/IndexedDB/#transaction-request-list
 */
import type { Request } from './request.ts'

/** First in, first out. */
export class RequestList {
  #first: Request | null = null
  #last: Request | null = null

  get isEmpty(): boolean {
    return this.#first === null
  }

  /** Whether there are at most `count`. */
  isWithin(count: number): boolean {
    let left = count
    for (let request = this.#first; request; request = request.next) if (left-- === 0) return false
    return true
  }

  /** Whether one of them is such. */
  some(isSuch: (request: Request) => boolean): boolean {
    for (let request = this.#first; request; request = request.next) {
      if (isSuch(request)) return true
    }
    return false
  }

  /** Whether all placed before it are processed. */
  isNext(request: Request): boolean {
    let it = this.#first
    while (it && it !== request && it.isProcessed) it = it.next
    return it === request
  }

  add(request: Request): void {
    if (this.#last) this.#last.next = request
    else this.#first = request
    this.#last = request
  }

  /** Removes the oldest request; null when there is none. */
  shift(): Request | null {
    const first = this.#first
    if (!first) return null
    this.#first = first.next
    if (!this.#first) this.#last = null
    first.next = null
    return first
  }
}
