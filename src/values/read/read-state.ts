import { ByteReader } from '../../bytes/byte-reader.ts'
import { corrupt } from '../corrupt.ts'
import { append } from '../../base/own-property.ts'
import { arrayFrom } from '../platform-objects/intrinsics.ts'

/** A longer list of objects is not used again. */
const keptObjects = 1024

/** The absent item, as its readers see it. Never part of a value. */
export const absent = Symbol('absent')

/** Refuses the absent item where a value has to be. */
export function present(value: unknown): unknown {
  if (value === absent) throw corrupt('a value is missing')
  return value
}

/** Makes an object that takes time. Rejects with a StorageError. */
export type MakeObject = () => Promise<object>

/** What one object needs from its children: each `yield` gives the next one. The result is the object. */
export type Reading = Generator<undefined, unknown, unknown>

/** What one run of deserialize() knows. */
export class ReadState {
  readonly reader = new ByteReader(corrupt)
  /** The objects begun so far, at their numbers. (Grown ahead: storing one meets no setter on a prototype.) */
  #objects: unknown[] = arrayFrom({ length: 64 })
  #objectCount = 0
  /** Blobs whose bytes are not in the value yet, in their order in it; null when the bytes are there. */
  pendingBlobs: readonly object[] | null = null
  pendingBlobsRead = 0
  /** The apart objects of the value (see ApartObject) in their order in it; null when they have to be made. */
  givenObjects: readonly object[] | null = null
  givenObjectsRead = 0
  /** What makes the apart objects that were met, in the same order; null when there was none. */
  lateObjects: MakeObject[] | null = null
  /** Where the blob section starts; null until a Blob was read from it. */
  sectionStart: number | null = null
  /** How many bytes of it have been read: Blobs lie one after the other, in the order of their items. */
  blobBytesRead = 0

  /** What is given for the value is set before. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.reader.open(bytes, start, end)
    this.pendingBlobsRead = 0
    this.givenObjectsRead = 0
    this.sectionStart = null
    this.blobBytesRead = 0
  }

  /** Lets go of everything. */
  close(): void {
    this.reader.close()
    this.#forgetObjects()
    this.pendingBlobs = null
    this.givenObjects = null
    this.lateObjects = null
  }

  /** An object that takes time: the one that was given for it; where none was, an empty one stands for it. */
  apartObject(make: MakeObject): object {
    if (this.givenObjects) return this.#nextGivenObject(this.givenObjects)
    this.lateObjects ??= []
    append(this.lateObjects, make)
    return {}
  }

  #nextGivenObject(given: readonly object[]): object {
    const object = given[this.givenObjectsRead++]
    if (object === undefined) throw new Error('unreachable: a value has more objects than before')
    return object
  }

  /** Gives `object` the next number. */
  add<T>(object: T): T {
    this.#objects[this.reserve()] = object
    return object
  }

  /** Takes the next number for an object that can only be made after its parts. */
  reserve(): number {
    if (this.#objectCount === this.#objects.length) this.#grow()
    return this.#objectCount++
  }

  /** The object a reference means. */
  referenced(): unknown {
    const object = this.#objects[this.reader.uint()]
    if (object === undefined) throw corrupt('a reference to no object')
    return object
  }

  /** Fills a number that was reserved. */
  fill<T>(id: number, object: T): T {
    this.#objects[id] = object
    return object
  }

  #grow(): void {
    const objects = this.#objects
    this.#objects = arrayFrom({ length: objects.length * 2 }, (_, id) => objects[id])
  }

  #forgetObjects(): void {
    if (this.#objects.length > keptObjects) this.#objects = arrayFrom({ length: 64 })
    else for (let id = 0; id < this.#objectCount; id++) this.#objects[id] = undefined
    this.#objectCount = 0
  }
}
