/** Puts frames together again, from chunks that end anywhere. */
import type { Parcel } from '../parcel.ts'
import { type FrameHead, headBytes, parcelOf, readHead } from './frame.ts'
import { Gathering } from './gathering.ts'

export class FrameReader {
  readonly #deliver: (parcel: Parcel) => void
  #longestBody: number
  /** A head that has not come whole. */
  readonly #head = new Uint8Array(headBytes)
  #headFilled = 0
  /** Of the frame that is under way; null between two. */
  #current: FrameHead | null = null
  /** Its contents and objects. */
  readonly #packed = new Gathering()
  /** What it has in buffers of its own. */
  readonly #apart = new Gathering()

  /** A frame with a longer body than that is malformed. */
  constructor(longestBody: number, deliver: (parcel: Parcel) => void) {
    this.#longestBody = longestBody
    this.#deliver = deliver
  }

  /** From the next frame on; `Parcel.isLent` is true from then on, too. */
  allow(longestBody: number): void {
    this.#longestBody = longestBody
    this.#apart.lends = true
  }

  /** Delivers each frame that ends in the chunk. @throws Malformed, and then no more may be read */
  read(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      at = this.#current ? this.#readBody(chunk, at) : this.#readHead(chunk, at)
      const current = this.#current
      if (current && this.#packed.isComplete && this.#apart.isComplete) this.#end(current)
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
    const packedBytes = head.contentBytes + head.objectBytes
    this.#current = head
    this.#packed.begin(packedBytes)
    this.#apart.begin(head.bodyBytes - packedBytes)
  }

  #readBody(chunk: Uint8Array, at: number): number {
    return (this.#packed.isComplete ? this.#apart : this.#packed).read(chunk, at)
  }

  #end(head: FrameHead): void {
    this.#current = null
    const { lends } = this.#apart
    this.#deliver(parcelOf(head, { packed: this.#packed.take(), apart: this.#apart.take() }, lends))
  }
}
