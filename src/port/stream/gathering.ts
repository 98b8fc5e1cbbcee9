/** Gathers bytes that come in pieces, in one buffer. */

/** Enough for a record of 1 MiB. What is longer is given room as it comes: the length that was announced costs nothing yet. */
const trustedBytes = 1280 * 1024

const noBytes = new Uint8Array(0)

export class Gathering {
  #bytes = noBytes
  #filled = 0
  #length = 0
  /**
   * Whether the buffer is used again, so that what was gathered is valid until the next begins. Memory that is new costs as much as
   * copying to it.
   */
  lends = false

  get isComplete(): boolean {
    return this.#filled === this.#length
  }

  /** Begins with that number of bytes to come. */
  begin(length: number): void {
    const room = Math.min(length, trustedBytes)
    if (!this.lends || this.#bytes.length < room) this.#bytes = new Uint8Array(room)
    this.#length = length
    this.#filled = 0
  }

  /** Takes what it lacks from the chunk, from `at` on, and gives the place after that. */
  read(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#length - this.#filled)
    const filled = this.#filled + end - at
    if (filled > this.#bytes.length) this.#grow(Math.min(this.#length, 4 * filled))
    const isWhole = at === 0 && end === chunk.length
    this.#bytes.set(isWhole ? chunk : chunk.subarray(at, end), this.#filled)
    this.#filled = filled
    return end
  }

  /** What was gathered. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes
    // What is longer than usual is not kept.
    if (!this.lends || bytes.length > trustedBytes) this.#bytes = noBytes
    const length = this.#length
    this.#length = 0
    this.#filled = 0
    return bytes.length === length ? bytes : bytes.subarray(0, length)
  }

  #grow(sizeBytes: number): void {
    const grown = new Uint8Array(sizeBytes)
    grown.set(this.#bytes.subarray(0, this.#filled))
    this.#bytes = grown
  }
}
