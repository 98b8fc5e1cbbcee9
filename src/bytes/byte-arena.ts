/** Copies of short byte strings, many in one buffer: a buffer for each costs ten times as much to make and to collect. */

const chunkBytes = 64 * 1024

/** Longer strings get a buffer of their own. */
const longestShared = 4 * 1024

/** Where copies lie. A buffer is let go when it is full, and freed when its last copy is. */
export class ByteArena {
  #chunk = new Uint8Array(0)
  #used = 0

  /** A copy of the first `length` bytes. */
  copy(bytes: Uint8Array, length: number): Uint8Array {
    if (length > longestShared) return bytes.slice(0, length)
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = new Uint8Array(chunkBytes)
      this.#used = 0
    }
    const start = this.#used
    this.#used += length
    this.#chunk.set(bytes.length === length ? bytes : bytes.subarray(0, length), start)
    return this.#chunk.subarray(start, this.#used)
  }
}
