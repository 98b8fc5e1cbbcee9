/** Reading on from where the last read ended, in large pieces: each read costs a call into the platform. */
import type { VfsFile } from '../vfs.ts'

/** Bytes read per call: the first amount, doubled each time the reading goes on, up to the second. */
const leastBytes = 64 * 1024
const mostBytes = 512 * 1024

/** How far apart two reads may be that count as one going on: what the header of a frame takes. */
const longestGap = 24

/** What was read of one file beyond what was asked for. Code that writes to the file must have it forgotten. */
export class ReadAhead {
  #buffer = new Uint8Array(0)
  #start = 0
  /** How many bytes of the buffer are the file's. */
  #byteCount = 0
  /** How many bytes were read at once last. */
  #wanted = 0
  /** Where the last read ended; -Infinity: nowhere. */
  #lastEnd = -Infinity
  readonly #keepsRoom: boolean

  /**
   * `keepsRoom`: its memory is as large as it once was, until `release()`. Else there is garbage for each place from which the reading
   * goes on.
   */
  constructor({ keepsRoom = false } = {}) {
    this.#keepsRoom = keepsRoom
  }

  /** As `file.read()`. */
  read(file: VfsFile, into: Uint8Array, offset: number): number {
    const gap = offset - this.#lastEnd
    this.#lastEnd = offset + into.length
    if (this.#copy(into, offset)) return into.length
    if (gap >= 0 && gap <= longestGap && into.length < leastBytes) {
      this.#fill(file, offset)
      if (this.#copy(into, offset)) return into.length
    }
    return file.read(into, offset)
  }

  /** The file may be another from now on. */
  forget(): void {
    this.#lastEnd = -Infinity
    this.#byteCount = 0
  }

  /** The same, and gives back the memory. */
  release(): void {
    this.forget()
    if (this.#buffer.length > 0) this.#buffer = new Uint8Array(0)
  }

  #copy(into: Uint8Array, offset: number): boolean {
    const from = offset - this.#start
    const to = from + into.length
    if (from < 0 || to > this.#byteCount) return false
    into.set(this.#buffer.subarray(from, to))
    return true
  }

  #fill(file: VfsFile, offset: number): void {
    const goesOn = this.#byteCount > 0 && offset <= this.#start + this.#byteCount + longestGap
    const wanted = goesOn ? Math.min(2 * this.#wanted, mostBytes) : leastBytes
    const has = this.#buffer.length
    if (this.#keepsRoom ? has < wanted : has !== wanted) this.#buffer = new Uint8Array(wanted)
    this.#wanted = wanted
    this.#start = offset
    this.#byteCount = 0
    try {
      this.#byteCount = file.read(this.#buffer.subarray(0, wanted), offset)
    } catch {
      // The caller did not ask for all of it: the place that cannot be read may come later.
    }
  }
}
