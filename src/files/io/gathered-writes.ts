/**
 * Small writes that follow each other, gathered into a large one: each costs a call into the platform, which in Firefox waits for
 * another thread, and off the record in Chromium for another process.
 */
import type { VfsFile } from '../vfs.ts'

/** The most that is gathered: on a disk larger writes gain nothing measurable from a quarter of this on. */
const capacity = 512 * 1024

/** The most that is kept for the next writes. */
const keptCapacity = 128 * 1024

/** Room for the last frame of a small transaction, and a frame before it. */
const initialCapacity = 16 * 1024

/** Copied one by one. */
const shortBytes = 32

/** The room of the last writes that needed all there may be, for the next ones, of any file. Held weakly: they may be long in coming. */
let spare: WeakRef<Uint8Array<ArrayBuffer>> | null = null

/** Bytes that are to be written to one place of a file. */
export class GatheredWrites {
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  /** Of the buffer's beginning, as long as what was written last: most transactions write as much as the one before. */
  #view = this.#buffer
  /** What the buffer was before the writes became many. */
  #usual = this.#buffer
  #start = 0
  #byteCount = 0

  /** Takes a copy of the bytes, if they follow on those gathered and there is room for them. */
  take(bytes: Uint8Array, offset: number): boolean {
    const newCount = this.#byteCount + bytes.length
    if (newCount > capacity) return false
    if (this.#byteCount === 0) this.#start = offset
    else if (offset !== this.#start + this.#byteCount) return false
    if (newCount > this.#buffer.length) this.#grow(newCount)
    this.#copy(bytes)
    this.#byteCount = newCount
    return true
  }

  /** Writes what was gathered. When that fails it stays gathered. */
  flushTo(file: VfsFile): void {
    if (this.#byteCount === 0) return
    if (this.#view.length !== this.#byteCount)
      this.#view = this.#buffer.subarray(0, this.#byteCount)
    file.write(this.#view, this.#start)
    this.#byteCount = 0
  }

  /** What was gathered need not be written any more. */
  forget(): void {
    this.#byteCount = 0
  }

  /** The same, and gives back the memory. */
  release(): void {
    this.forget()
    this.#giveBack()
    this.#usual = new Uint8Array(0)
    this.#use(this.#usual)
  }

  /** Gives back the memory of many writes, if all are written. */
  trim(): void {
    if (this.#byteCount > 0 || this.#buffer === this.#usual) return
    this.#giveBack()
    this.#use(this.#usual)
  }

  #giveBack(): void {
    if (this.#buffer.length === capacity) spare = new WeakRef(this.#buffer)
  }

  #grow(wanted: number): void {
    const size = Math.max(wanted, 2 * this.#buffer.length, initialCapacity)
    const isUsual = size <= keptCapacity
    const grown = isUsual ? new Uint8Array(size) : takeLargest()
    grown.set(this.#buffer.subarray(0, this.#byteCount))
    if (isUsual) this.#usual = grown
    this.#use(grown)
  }

  #use(buffer: Uint8Array<ArrayBuffer>): void {
    this.#buffer = buffer
    this.#view = buffer
  }

  /** A few bytes in a loop: `set()` costs as much as 50 of them. */
  #copy(bytes: Uint8Array): void {
    const at = this.#byteCount
    if (bytes.length > shortBytes) return this.#buffer.set(bytes, at)
    for (let i = 0; i < bytes.length; i++) this.#buffer[at + i] = bytes[i] as number // i < length
  }
}

/** Room for all that is gathered: memory that is new costs as much as two copies of what is written into it. */
function takeLargest(): Uint8Array<ArrayBuffer> {
  const largest = spare?.deref() ?? new Uint8Array(capacity)
  spare = null
  return largest
}
