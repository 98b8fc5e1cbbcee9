/** Puts frames together again, from chunks that end anywhere. */
import type { Parcel } from '../parcel.ts'
import { type FrameHead, headBytes, parcelOf, readHead } from './frame.ts'

/** Enough for a record of 1 MiB. A longer frame is given room as it comes: what its head says costs nothing yet. */
const trustedBytes = 1280 * 1024

export class FrameReader {
  readonly #deliver: (parcel: Parcel) => void
  #longestBody: number
  /** A head that has not come whole. */
  readonly #head = new Uint8Array(headBytes)
  #headFilled = 0
  /** Of the frame that is under way; null between two. */
  #current: FrameHead | null = null
  #body = new Uint8Array(0)
  #bodyFilled = 0

  /** A frame with a longer body than that is malformed. */
  constructor(longestBody: number, deliver: (parcel: Parcel) => void) {
    this.#longestBody = longestBody
    this.#deliver = deliver
  }

  /** From the next frame on. */
  allow(longestBody: number): void {
    this.#longestBody = longestBody
  }

  /** Delivers each frame that ends in the chunk. @throws Malformed, and then no more may be read */
  read(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      at = this.#current ? this.#readBody(this.#current, chunk, at) : this.#readHead(chunk, at)
      const current = this.#current
      if (current && this.#bodyFilled === current.bodyBytes) this.#end(current)
    }
  }

  #readHead(chunk: Uint8Array, at: number): number {
    if (this.#headFilled === 0 && chunk.length - at >= headBytes) {
      this.#begin(readHead(chunk, at, this.#longestBody))
      return at + headBytes
    }
    const end = Math.min(chunk.length, at + headBytes - this.#headFilled)
    this.#head.set(chunk.subarray(at, end), this.#headFilled)
    this.#headFilled += end - at
    if (this.#headFilled < headBytes) return end
    this.#headFilled = 0
    this.#begin(readHead(this.#head, 0, this.#longestBody))
    return end
  }

  #begin(head: FrameHead): void {
    this.#current = head
    this.#body = new Uint8Array(Math.min(head.bodyBytes, trustedBytes))
    this.#bodyFilled = 0
  }

  #readBody({ bodyBytes }: FrameHead, chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + bodyBytes - this.#bodyFilled)
    const filled = this.#bodyFilled + end - at
    if (filled > this.#body.length) this.#grow(Math.min(bodyBytes, 4 * filled))
    this.#body.set(
      at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end),
      this.#bodyFilled,
    )
    this.#bodyFilled = filled
    return end
  }

  #grow(sizeBytes: number): void {
    const grown = new Uint8Array(sizeBytes)
    grown.set(this.#body.subarray(0, this.#bodyFilled))
    this.#body = grown
  }

  #end(head: FrameHead): void {
    const body = this.#body
    this.#current = null
    this.#body = new Uint8Array(0)
    this.#deliver(parcelOf(head, body))
  }
}
