/**
 * The headers of frames that SQLite rewrites in its log, each after reading its frame: it does so to all that follow a
 * frame which a transaction has written twice, as one does that outgrows the cache of pages. Here a piece of the log is
 * read at once, and written at once.
 */
import type { VfsFile } from '../../files/vfs.ts'

/** 128 frames, each a header and a page: half a megabyte. */
const pieceBytes = 128 * (24 + 4096)

/** One pass over the frames at the end of a log. What it holds back is written by `flush()`. */
export class RewrittenHeaders {
  readonly #file: VfsFile
  #buffer = new Uint8Array(0)
  #start = 0
  /** How many bytes of the buffer are the file's. */
  #byteCount = 0
  /** Up to where the piece has changed; 0: it has not. */
  #changedEnd = 0

  constructor(file: VfsFile) {
    this.#file = file
  }

  /** As `file.read()`. */
  read(into: Uint8Array, offset: number): number {
    if (!this.#holds(into.length, offset)) {
      this.flush()
      this.#fill(offset)
    }
    if (!this.#holds(into.length, offset)) return this.#file.read(into, offset)
    const from = offset - this.#start
    into.set(this.#buffer.subarray(from, from + into.length))
    return into.length
  }

  write(bytes: Uint8Array, offset: number): void {
    if (!this.#holds(bytes.length, offset)) {
      this.flush()
      this.#byteCount = 0
      return this.#file.write(bytes, offset)
    }
    const from = offset - this.#start
    this.#buffer.set(bytes, from)
    this.#changedEnd = Math.max(this.#changedEnd, from + bytes.length)
  }

  /** Writes what has changed. */
  flush(): void {
    if (this.#changedEnd === 0) return
    this.#file.write(this.#buffer.subarray(0, this.#changedEnd), this.#start)
    this.#changedEnd = 0
  }

  #holds(byteCount: number, offset: number): boolean {
    return offset >= this.#start && offset + byteCount <= this.#start + this.#byteCount
  }

  #fill(offset: number): void {
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(pieceBytes)
    this.#byteCount = 0
    this.#start = offset
    this.#byteCount = this.#file.read(this.#buffer, offset)
  }
}
