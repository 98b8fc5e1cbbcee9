/**
 * Walks a record's index keys where they lie in the heap, so that each key can be bound without a copy. The bytes are
 * those of `keys/index-keys.ts`: index id and key length as varints, then the key, and so on.
 */
import { StorageError } from '../../errors.ts'
import type { WaSqlite } from '../binding/wa-sqlite.ts'

/** A walk over one record's index entries at a time; reused. */
export class IndexEntries {
  readonly #module: WaSqlite
  #offset = 0
  #end = 0

  /** The entry `next()` has gone to. */
  indexId = 0
  keyPointer = 0
  keyBytes = 0

  constructor(module: WaSqlite) {
    this.#module = module
  }

  /** Begins a walk over the bytes at `pointer`. */
  start(pointer: number, byteCount: number): void {
    this.#offset = pointer
    this.#end = pointer + byteCount
  }

  /** How many entries the bytes at `pointer` hold; ends the walk. @throws StorageError as `next()` does */
  count(pointer: number, byteCount: number): number {
    this.start(pointer, byteCount)
    let count = 0
    while (this.next()) count++
    return count
  }

  /** Goes to the next entry; false when there is none. @throws StorageError 'corrupt' when the bytes are damaged. */
  next(): boolean {
    if (this.#offset >= this.#end) return false
    this.indexId = this.#varint()
    this.keyBytes = this.#varint()
    this.keyPointer = this.#offset
    this.#offset += this.keyBytes
    if (this.#offset > this.#end) throw new StorageError('corrupt', 'Stored index keys are damaged')
    return true
  }

  #varint(): number {
    const heap = this.#module.HEAPU8
    let value = 0
    for (let scale = 1; this.#offset < this.#end; scale *= 128) {
      const byte = heap[this.#offset++]! // the heap reaches beyond the end
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return Infinity // no end: larger than any key
  }
}
