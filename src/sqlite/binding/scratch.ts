/**
 * A block in the engine's heap through which bytes are handed to it. Bound blobs point into it (SQLITE_STATIC), so that
 * binding needs no allocation; they are valid until the next `reserve()`.
 */
import type { WaSqlite } from './wa-sqlite.ts'
import { outOfMemory } from './out-of-memory.ts'

const encoder = new TextEncoder()

/** Kept for good; a larger block lives until the first smaller request after it. */
const usualCapacity = 256 * 1024

/** Copied one by one: `set()` costs as much as 50 of them. */
const longestLooped = 32

/** The scratch block of one engine. */
export class Scratch {
  /**
   * Where the engine puts the one result of a call, 8 bytes. It is there from the start, as what tidies up must go without
   * memory.
   */
  readonly resultOut: number
  readonly #module: WaSqlite
  #start = 0
  #capacity = 0
  #end = 0

  constructor(module: WaSqlite) {
    this.#module = module
    this.resultOut = module._sqlite3_malloc(8)
    if (this.resultOut === 0) throw outOfMemory('The engine got no memory to begin with')
  }

  /** Where the next bytes will be put. */
  get end(): number {
    return this.#end
  }

  /** Forgets what was put before, and makes room for `byteCount` bytes. */
  reserve(byteCount: number): void {
    // Even no bytes need a place: what is bound from address 0 is NULL.
    const tooSmall = byteCount > this.#capacity || this.#start === 0
    if (tooSmall || (this.#capacity > usualCapacity && byteCount <= usualCapacity)) {
      this.#reallocate(Math.max(byteCount, usualCapacity))
    }
    this.#end = this.#start
  }

  /** Copies `bytes` after what was put before and returns where; the room must have been reserved. */
  put(bytes: Uint8Array): number {
    const { HEAPU8: heap } = this.#module
    const { length } = bytes
    const pointer = this.#end
    if (length > longestLooped) heap.set(bytes, pointer)
    else for (let i = 0; i < length; i++) heap[pointer + i] = bytes[i] as number // i < length
    this.#end = pointer + length
    return pointer
  }

  /** Copies `text` as UTF-8 after what was put before and returns how many bytes that took; three a character at most. */
  putText(text: string): number {
    const { written } = encoder.encodeInto(text, this.#module.HEAPU8.subarray(this.#end))
    this.#end += written
    return written
  }

  /** Like `put()`, with a zero byte at the end: the least byte string larger than `bytes`. */
  putSuccessor(bytes: Uint8Array): number {
    const pointer = this.put(bytes)
    this.#module.HEAPU8[this.#end++] = 0
    return pointer
  }

  #reallocate(capacity: number): void {
    if (this.#start !== 0) this.#module._sqlite3_free(this.#start)
    this.#capacity = 0
    this.#start = this.#module._sqlite3_malloc(capacity)
    if (this.#start === 0) {
      throw outOfMemory(`The engine's memory has no room for ${capacity} bytes`)
    }
    this.#capacity = capacity
  }
}
