/** Reading small parts of a file in any order, each block of it once: each read costs a call into the platform. */
import type { VfsFile } from '../vfs.ts'

/** How much is read at once. */
const blockBytes = 256 * 1024

/** What is kept in memory of one file. Of more than this in any order, many blocks would be read again and again. */
export const mostKeptBytes = 8 * 1024 * 1024

/** What was read of one file, for as long as nothing writes to it. */
export class ReadBlocks {
  readonly #file: VfsFile
  /** Block number → the block, the first read first; the last one of the file is shorter. */
  readonly #blocks = new Map<number, Uint8Array>()

  constructor(file: VfsFile) {
    this.#file = file
  }

  /** As `file.read()`. */
  read(into: Uint8Array, offset: number): number {
    try {
      return this.#copy(into, offset)
    } catch {
      // The caller did not ask for all of a block: the place that cannot be read may lie in the rest of it.
      return this.#file.read(into, offset)
    }
  }

  #copy(into: Uint8Array, offset: number): number {
    let done = 0
    while (done < into.length) {
      const start = (offset + done) % blockBytes
      const bytes = this.#block(Math.floor((offset + done) / blockBytes)).subarray(start)
      if (bytes.length === 0) break
      const part = bytes.subarray(0, into.length - done)
      into.set(part, done)
      done += part.length
    }
    return done
  }

  #block(number: number): Uint8Array {
    const known = this.#blocks.get(number)
    if (known) return known
    const buffer = new Uint8Array(blockBytes)
    const block = buffer.subarray(0, this.#file.read(buffer, number * blockBytes))
    this.#blocks.set(number, block)
    if (this.#blocks.size * blockBytes > mostKeptBytes) this.#forgetFirst()
    return block
  }

  #forgetFirst(): void {
    for (const number of this.#blocks.keys()) {
      this.#blocks.delete(number)
      return
    }
  }
}
