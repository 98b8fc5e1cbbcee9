/**
 * Parcels: what a port carries. A port copies every object and every byte string separately, in about a microsecond each;
 * so several messages are packed into one buffer, which is transferred.
 *
 * | part of `contents`          | holds                                                                 |
 * | --------------------------- | --------------------------------------------------------------------- |
 * | the first `numberCount` × 8 | numbers, in the platform's byte order: both ends are one machine      |
 * | the rest                    | byte strings, one after another; their lengths are among the numbers    |
 *
 * What is rare or large goes along in `objects`, in order.
 */
import { ByteWriter } from '../bytes/byte-writer.ts'
import { ValueBytes } from '../bytes/value-bytes.ts'
import { append } from '../base/own-property.ts'
import { demand, isOwnBytes, isOwnMemory } from './malformed.ts'

export interface Parcel {
  readonly contents: ArrayBuffer
  readonly numberCount: number
  readonly objects: readonly unknown[]
  /** Whether the byte strings among the objects lie in memory that is used again once the parcel was received. */
  readonly isLent?: boolean
}

/** Longer byte strings are sent in buffers of their own: one copy less. */
const longestPacked = 64 * 1024

/** Smaller contents are copied along. In Chromium a transfer is cheaper from 1 KiB on, in Node from about 16 KiB. */
const transferBytes = 4 * 1024

/** Copying up to this many bytes in a loop is faster than making a view of them. */
const longestLooped = 64

/** What stands in place of a length. */
const noBytes = -1
const bytesApart = -2

/** Packs parcels, one after another. */
export class ParcelWriter {
  #numbers = new Float64Array(256)
  #numberCount = 0
  readonly #packed = new ByteWriter({ initialBytes: 4096, keptBytes: Infinity })
  /** Of byte strings that go in buffers of their own. */
  #apartBytes = 0
  /** Where the byte string that was begun last lies, and how far it is filled. */
  #filled: Uint8Array = this.#packed.bytes
  #filledEnd = 0
  #objects: unknown[] = []
  #transfer: Transferable[] = []

  /** How large it has become. */
  get sizeBytes(): number {
    return this.#contentBytes + this.#apartBytes
  }

  get #contentBytes(): number {
    return this.#numberCount * Float64Array.BYTES_PER_ELEMENT + this.#packed.length
  }

  number(value: number): void {
    if (this.#numberCount === this.#numbers.length) this.#growNumbers()
    this.#numbers[this.#numberCount++] = value
  }

  /** `value` is cloned when the parcel is sent. */
  object(value: unknown): void {
    append(this.#objects, value)
  }

  /** Copies the bytes; null arrives as null. */
  bytes(bytes: Uint8Array | null): void {
    if (bytes === null) return this.number(noBytes)
    this.begin(bytes.length)
    this.append(bytes, 0, bytes.length)
  }

  /** Gives a large value away where it can be, and copies others. Read as `bytes()` is. */
  value(value: ValueBytes): void {
    const given = value.length > longestPacked ? value.give() : null
    if (given) this.give(given)
    else this.bytes(value.bytes)
  }

  /** Gives the bytes away, and the buffer they lie in: it is gone once the parcel is sent. Read as `bytes()` is. */
  give(bytes: Uint8Array): void {
    this.number(bytesApart)
    this.#apartBytes += bytes.length
    append(this.#objects, bytes)
    append(this.#transfer, bytes.buffer as ArrayBuffer) // no memory here is shared
  }

  /** Begins a byte string; what it holds has to be appended before anything else is packed. */
  begin(length: number): void {
    if (length > longestPacked) {
      const alone = new Uint8Array(length)
      this.#filled = alone
      this.#filledEnd = 0
      return this.give(alone)
    }
    this.number(length)
    const packed = this.#packed
    packed.reserve(length)
    this.#filled = packed.bytes
    this.#filledEnd = packed.length
    packed.length += length
  }

  /** Copies a part of `source`. */
  append(source: Uint8Array, start: number, end: number): void {
    const filled = this.#filled
    let at = this.#filledEnd
    this.#filledEnd = at + end - start
    if (end - start > longestLooped) return filled.set(source.subarray(start, end), at)
    for (let i = start; i < end; i++) filled[at++] = source[i]! // the caller's ends are within it
  }

  /** What was packed, and the buffers to be given away with it. */
  take(): { readonly parcel: Parcel; readonly transfer: Transferable[] } {
    const numberCount = this.#numberCount
    const numbers = this.#numbers.subarray(0, numberCount)
    const contents = new ArrayBuffer(this.#contentBytes)
    new Float64Array(contents, 0, numberCount).set(numbers)
    new Uint8Array(contents, numbers.byteLength).set(this.#packed.written())
    const parcel = { contents, numberCount, objects: this.#objects }
    const transfer = this.#transfer
    if (contents.byteLength >= transferBytes) append(transfer, contents)
    this.#numberCount = 0
    this.#packed.reset()
    this.#apartBytes = 0
    this.#objects = []
    this.#transfer = []
    return { parcel, transfer }
  }

  #growNumbers(): void {
    const grown = new Float64Array(this.#numbers.length * 2)
    grown.set(this.#numbers)
    this.#numbers = grown
  }
}

/** Unpacks one parcel, in the order of packing. Each method throws Malformed where the parcel has no such thing next. */
export class ParcelReader {
  readonly #numbers: Float64Array
  readonly #bytes: Uint8Array
  readonly #objects: readonly unknown[]
  readonly #isLent: boolean
  #nextNumber = 0
  #nextByte = 0
  #nextObject = 0

  /** Where the byte string begins that `find()` has found, and in what. */
  found: Uint8Array
  foundStart = 0

  /** `parcel`: the message that came. @throws Malformed when it is not a parcel */
  constructor(parcel: unknown) {
    demand(typeof parcel === 'object' && parcel !== null, 'is not a parcel')
    const { contents, numberCount, objects, isLent } = parcel as Partial<Parcel>
    demand(isOwnMemory(contents), 'is a parcel without contents')
    const longest = contents.byteLength / Float64Array.BYTES_PER_ELEMENT
    demand(isCount(numberCount) && numberCount <= longest, 'is a parcel that lacks its numbers')
    demand(Array.isArray(objects), 'is a parcel without objects')
    this.#numbers = new Float64Array(contents, 0, numberCount)
    this.#bytes = new Uint8Array(contents, this.#numbers.byteLength)
    this.#objects = objects
    this.#isLent = isLent === true
    this.found = this.#bytes
  }

  /** How large the parcel is, about. */
  get sizeBytes(): number {
    let sizeBytes = this.#numbers.byteLength + this.#bytes.length
    for (const object of this.#objects) if (isOwnBytes(object)) sizeBytes += object.length
    return sizeBytes
  }

  /** Whether it has to be read before the next one comes. */
  get isFleeting(): boolean {
    return this.#isLent && this.#objects.some(isOwnBytes)
  }

  get isAtEnd(): boolean {
    return this.#nextNumber === this.#numbers.length
  }

  number(): number {
    const number = this.#numbers[this.#nextNumber++]
    demand(number !== undefined, 'ends too early')
    return number
  }

  /** An integer from `least` on. */
  integer(least: number): number {
    const number = this.number()
    demand(Number.isSafeInteger(number), 'has something else where an integer belongs')
    demand(number >= least, 'has a number that is too small')
    return number
  }

  boolean(): boolean {
    const number = this.number()
    demand(number === 0 || number === 1, 'has something else where a boolean belongs')
    return number === 1
  }

  object(): unknown {
    demand(this.#nextObject < this.#objects.length, 'lacks an object')
    return this.#objects[this.#nextObject++]
  }

  /** Bytes that stay. */
  bytes(): Uint8Array {
    const bytes = this.optionalBytes()
    demand(bytes !== null, 'lacks bytes')
    return bytes
  }

  /** The same, or null. */
  optionalBytes(): Uint8Array | null {
    const length = this.find()
    if (length === noBytes) return null
    return this.#isFoundLent ? this.found.slice() : this.#viewOfFound(length)
  }

  /** Bytes that may be lent. */
  value(): ValueBytes {
    const length = this.find()
    demand(length !== noBytes, 'lacks bytes')
    return new ValueBytes(this.#viewOfFound(length), this.#isFoundLent ? 'lent' : 'kept')
  }

  get #isFoundLent(): boolean {
    return this.#isLent && this.found !== this.#bytes
  }

  #viewOfFound(length: number): Uint8Array {
    return this.found.subarray(this.foundStart, this.foundStart + length)
  }

  /** Finds the next byte string, which may be lent, without making a view of it. Gives its length; a negative one when there is null. */
  find(): number {
    const length = this.number()
    if (length === bytesApart) {
      const bytes = this.object()
      demand(isOwnBytes(bytes), 'has something else where bytes belong')
      this.found = bytes
      this.foundStart = 0
      return bytes.length
    }
    if (length === noBytes) return length
    this.found = this.#bytes
    this.foundStart = this.#nextByte
    this.#nextByte += length
    demand(isCount(length) && this.#nextByte <= this.#bytes.length, 'lacks bytes')
    return length
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0
}
