/**
 * How much has been sent to a client that it has not taken. Ports say nothing of that, so clients do: they acknowledge what they
 * have received, see `Receipts`.
 */
import { Fifo } from '../../base/fifo.ts'
import { demand } from '../malformed.ts'

/** A client with more than that to take is full. */
const fullBytes = 4 * 1024 * 1024

/** What waits for room. */
export interface Waiting {
  advance(): void
}

export class SendWindow {
  /** Of each parcel that is on its way. */
  readonly #sizes = new Fifo<number>()
  #bytes = 0
  readonly #waiting = new Set<Waiting>()

  get isFull(): boolean {
    return this.#bytes > fullBytes
  }

  /** A parcel of that size is on its way. */
  sent(sizeBytes: number): void {
    this.#sizes.push(sizeBytes)
    this.#bytes += sizeBytes
  }

  /** The client has received that number of further parcels. @throws Malformed for more than were sent */
  acknowledged(parcelCount: number): void {
    demand(parcelCount <= this.#sizes.length, 'acknowledges what was never sent')
    for (let left = parcelCount; left > 0; left--) this.#bytes -= this.#sizes.shift() ?? 0
    for (const waiting of this.#waiting) {
      if (this.isFull) return
      this.#waiting.delete(waiting)
      waiting.advance()
    }
  }

  /** Calls `advance()` once when there is room again. */
  wait(waiting: Waiting): void {
    this.#waiting.add(waiting)
  }

  /** The client is gone: nothing waits for it any more. */
  close(): void {
    this.#waiting.clear()
  }
}
