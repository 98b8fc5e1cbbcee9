import { ValueBytes } from '../../bytes/value-bytes.ts'
import { type BufferSizes, ByteWriter } from '../../bytes/byte-writer.ts'
import type { BlobContent } from '../platform-objects/foreign-blobs.ts'
import { Tag } from '../format.ts'
import { append } from '../../base/own-property.ts'
import { ObjectIds } from '../object-ids.ts'
import { RootProperties } from '../root-properties.ts'
import type { ApartObject } from '../serialized.ts'

/** Stands for "no value here" among the children of an object; script cannot have it. */
export const absent = Symbol('absent')
/** Stands for the key the key generator will give; script cannot have it. */
export const generatedKey = Symbol('generated key')

/** The children of an object in the order they are to be written; each is written before the next is asked for. */
export type Children = Generator<unknown, void, undefined>

/** Values are small, mostly; a buffer beyond 1 MiB goes with the value it was needed for. */
const sizes: BufferSizes = { initialBytes: 16 * 1024, keptBytes: 1024 * 1024 }

/** Writes values. */
export const newValueWriter = (): ByteWriter => new ByteWriter(sizes)

/** What one run of serialize() knows. */
export class WriteState {
  readonly out = new ByteWriter({ ...sizes, spare: (sizeBytes) => this.#takeBack(sizeBytes) })
  readonly objectIds = new ObjectIds()
  readonly root = new RootProperties()
  blobs: BlobContent[] = []
  apart: ApartObject[] = []
  /** Whether objects without bytes can be kept elsewhere. */
  canKeep = false
  /** Total size of `blobs`. */
  blobBytes = 0
  /** -1 until a generated key's place was written. */
  generatedKeyOffset = -1
  /** What was last written into a buffer that goes with it; null: nothing was. Held weakly, as the buffer is large. */
  #lastLarge: WeakRef<ValueBytes> | null = null

  reset(): void {
    this.out.reset()
    this.root.clear()
    if (this.blobs.length > 0) this.blobs = []
    if (this.apart.length > 0) this.apart = []
    this.blobBytes = 0
    this.generatedKeyOffset = -1
  }

  /** What was written so far. */
  written(): ValueBytes {
    if (!this.out.isOutgrown) return new ValueBytes(this.out.written(), 'lent')
    const value = new ValueBytes(this.out.written(), 'own')
    this.#lastLarge = new WeakRef(value)
    return value
  }

  /** The buffer of the last large value, if no one has kept it: new memory costs as much as two copies of what is written into it. */
  #takeBack(sizeBytes: number): Uint8Array<ArrayBuffer> | null {
    const spare = this.#lastLarge?.deref()?.reclaim() ?? null
    this.#lastLarge = null
    return spare && spare.length >= sizeBytes && spare.length <= 2 * sizeBytes ? spare : null
  }

  /** Keeps nothing of script's, and no memory beyond the usual. What was written stays valid. */
  letGo(): void {
    this.forgetObjects()
    this.out.letGo()
  }

  /** Lets the objects of script go. */
  forgetObjects(): void {
    this.objectIds.clear()
  }

  /** Written completely but for a hole it may have. */
  addApart(object: ApartObject): void {
    append(this.apart, object)
    // Which of them an item means depends on those before it.
    this.root.isComplete = false
  }

  /** An object met before. */
  writeReference(id: number): void {
    this.out.byte(Tag.reference)
    this.out.uint(id)
    // An item that refers to another cannot be read alone.
    this.root.isComplete = false
  }

  writeGeneratedKey(): void {
    this.out.byte(Tag.number)
    this.generatedKeyOffset = this.out.length
    this.out.float64(0)
  }
}
