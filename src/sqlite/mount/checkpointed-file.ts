/**
 * A database's file beside a write-ahead log, as SQLite sees it. Checkpoints alone write it: page by page, in ascending order,
 * and they end by setting its size. So writes may wait until then, or until anything else is asked of the file; until the
 * checkpoint has ended the log has all of it, too.
 * https://sqlite.org/wal.html#checkpointing
 */
import { GatheredWrites } from '../../files/io/gathered-writes.ts'
import { ReadAhead } from '../../files/io/read-ahead.ts'
import { ReadBlocks } from '../../files/io/read-blocks.ts'
import type { VfsFile } from '../../files/vfs.ts'

/** A VfsFile over the database's own, which it owns. */
export class CheckpointedFile implements VfsFile {
  readonly #file: VfsFile
  readonly #gathered = new GatheredWrites()
  readonly #ahead = new ReadAhead()
  /** null but during `readInBlocks()`. */
  #blocks: ReadBlocks | null = null
  /** Absent where the file's own is. */
  readonly syncLater?: () => Promise<void>
  /** Absent where the file's own is. */
  readonly isLinked?: () => boolean

  constructor(file: VfsFile) {
    this.#file = file
    const { syncLater, isLinked } = file
    if (syncLater) this.syncLater = async () => syncLater.call(this.#settled())
    if (isLinked) this.isLinked = () => isLinked.call(file)
  }

  /** Runs `work`, which reads most of the file; until something is written, in few calls. */
  readInBlocks<Result>(work: () => Result): Result {
    this.#blocks = new ReadBlocks(this.#settled())
    try {
      return work()
    } finally {
      this.#blocks = null
    }
  }

  read(into: Uint8Array, offset: number): number {
    if (this.#blocks) return this.#blocks.read(into, offset)
    return this.#ahead.read(this.#settled(), into, offset)
  }

  write(bytes: Uint8Array, offset: number): void {
    this.#forgetRead()
    if (this.#gathered.take(bytes, offset)) return
    const file = this.#settled()
    if (!this.#gathered.take(bytes, offset)) file.write(bytes, offset)
  }

  truncate(size: number): void {
    this.#forgetRead()
    this.#settled().truncate(size)
    this.#gathered.release()
  }

  size(): number {
    return this.#settled().size()
  }

  sync(dataOnly: boolean): void {
    this.#settled().sync(dataOnly)
  }

  /** Leaves out what a checkpoint that did not end has left: the next one has it from the log. */
  close(): void {
    this.#file.close()
  }

  #forgetRead(): void {
    this.#ahead.forget()
    this.#blocks = null
  }

  /** The file, with everything written to it. What cannot be written fails the checkpoint, which will be made again. */
  #settled(): VfsFile {
    try {
      this.#gathered.flushTo(this.#file)
    } catch (error) {
      this.#gathered.forget()
      throw error
    }
    return this.#file
  }
}
