/** Short byte strings, many in one buffer: a buffer for each costs ten times as much to make and to collect. */

/** For strings that go soon after one another. */
const largeChunkBytes = 64 * 1024

/** For strings of which one may be held alone, and with it its whole buffer. */
const smallChunkBytes = 8 * 1024

/** Copied one by one: `set()` costs as much as 50 of them. */
const longestLooped = 32

/** Where byte strings lie. A buffer is let go when it is full, and freed when its last string is. */
export class ByteArena {
  readonly #chunkBytes: number
  /** Longer strings get a buffer of their own. */
  readonly #longestShared: number
  #chunk = new Uint8Array(0)
  #used = 0

  constructor(chunkBytes = largeChunkBytes) {
    this.#chunkBytes = chunkBytes
    this.#longestShared = chunkBytes / 16
  }

  /** Room for a byte string: zeros. */
  take(length: number): Uint8Array {
    if (length > this.#longestShared) return new Uint8Array(length)
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = new Uint8Array(this.#chunkBytes)
      this.#used = 0
    }
    const start = this.#used
    this.#used += length
    return new Uint8Array(this.#chunk.buffer, start, length)
  }

  /** A copy of the first `length` bytes. */
  copy(bytes: Uint8Array, length: number): Uint8Array {
    if (length > this.#longestShared) return bytes.slice(0, length)
    const copy = this.take(length)
    copyBytes(copy, bytes, 0)
    return copy
  }
}

const shared = new ByteArena(smallChunkBytes)

// Engine: JavaScriptCore makes a small array of its own in a third of the time that a view takes; V8 takes as long for either, or,
// where it keeps no array in its heap (Deno, Chromium), twenty times as long for one of its own.
const isOwnCheap = globalThis.process?.versions?.['bun'] !== undefined

/** Room for a short byte string that may be held for long, a key mostly: zeros. Its buffer may hold others, too. */
export const shortBytes: (length: number) => Uint8Array = isOwnCheap
  ? (length) => new Uint8Array(length)
  : (length) => shared.take(length)

/** A copy of the bytes from `start` to `end`, which lie within `bytes`, as `shortBytes()`. */
export function copyShortBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = shortBytes(end - start)
  copyBytes(copy, bytes, start)
  return copy
}

/** Fills `into` with the bytes from `start` on. */
function copyBytes(into: Uint8Array, bytes: Uint8Array, start: number): void {
  const { length } = into
  if (length > longestLooped) return into.set(bytes.subarray(start, start + length))
  for (let i = 0; i < length; i++) into[i] = bytes[start + i] as number // The caller's ends are within it.
}
