/**
 * Walks a record's index keys where they lie in the heap, so that each key can be bound without a copy. The bytes are
 * those of `keys/index-keys.ts`.
 */
import { ByteReader } from '../../bytes/byte-reader.ts'
import { damagedIndexKeys } from '../../keys/index-keys.ts'
import type { WaSqlite } from '../binding/wa-sqlite.ts'

/** A walk over one record's index entries at a time; reused. */
export class IndexEntries {
  readonly #module: WaSqlite
  readonly #reader = new ByteReader(damagedIndexKeys)

  /** The entry `next()` has gone to. */
  indexId = 0
  keyPointer = 0
  keyBytes = 0

  constructor(module: WaSqlite) {
    this.#module = module
  }

  /** Begins a walk over the bytes at `pointer`. */
  start(pointer: number, byteCount: number): void {
    this.#reader.open(this.#module.HEAPU8, pointer, pointer + byteCount)
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
    const reader = this.#reader
    if (reader.isAtEnd) return false
    // A statement that ran since the last entry may have made the heap grow.
    reader.bytes = this.#module.HEAPU8
    this.indexId = reader.uint()
    this.keyBytes = reader.uint()
    this.keyPointer = reader.skip(this.keyBytes)
    return true
  }
}
