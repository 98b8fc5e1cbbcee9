/**
 * The write-ahead log's file as SQLite sees it, with the many small writes of a transaction gathered into few large
 * ones. SQLite appends a 24-byte header and a page for each frame; the frame that ends a transaction has its commit
 * mark (bytes 4 to 7 of the header, the database's size) not zero.
 *
 * Gathered bytes are written when a transaction's last frame is complete, inside that very write, so that an error
 * still rolls the transaction back; and before anything else is asked of the file. Only appended bytes are gathered,
 * and headers that SQLite rewrites at the end of a transaction: the last of them completes it. What else it writes a
 * second time goes straight through.
 * https://sqlite.org/fileformat.html#the_write_ahead_log
 */
import { memberOf } from '../../base/thrown.ts'
import { GatheredWrites } from '../../files/io/gathered-writes.ts'
import { ReadAhead } from '../../files/io/read-ahead.ts'
import { mostKeptBytes, ReadBlocks } from '../../files/io/read-blocks.ts'
import { isFull } from '../../files/file-error.ts'
import { RewrittenHeaders } from './rewritten-headers.ts'
import type { VfsFile } from '../../files/vfs.ts'

/** The size of a frame's header; nothing else in the log is written in this size. */
export const frameHeaderSize = 24

/** The log's own header, without which nothing in it counts. A rollback journal's is shorter. */
const headerSize = 32

/** A VfsFile over the log's own, which it owns. */
export class WriteAheadLogFile implements VfsFile {
  #file: VfsFile
  readonly #gathered = new GatheredWrites()
  /** A checkpoint reads it in another order than its own, from many places. */
  readonly #ahead = new ReadAhead({ keepsRoom: true })
  /** null but during `readInBlocks()`. */
  #blocks: ReadBlocks | null = null
  /** null but while the headers of a transaction's frames are rewritten. */
  #rewritten: RewrittenHeaders | null = null
  /** Where the log ends that SQLite has been writing since it last began again at the start, gathered bytes included. */
  #end = 0
  /**
   * Whether that is known: a log that was found may end in what is left of a longer one, over which SQLite writes on. Until it does, it
   * ends where its file does.
   */
  #knowsEnd: boolean
  /** Where the last whole transaction ends. */
  #committedEnd = 0
  /** Where the one before it ends. */
  #previousEnd = 0
  /** Where the last whole transaction ends once its headers have been rewritten. */
  #rewrittenEnd = 0
  /** Whether the last write was the header of a frame that ends a transaction. */
  #endsTransaction = false

  /** How far the log has been copied into the database file. */
  #checkpointedEnd = 0

  /** The log's own header as it is in the file; null when the file has none, or that is not known. */
  #header: Uint8Array | null
  /** The header SQLite has written and the file does not have yet; null when there is none. */
  #nextHeader: Uint8Array | null = null

  #hasLostSync = false
  /** Whether the last attempt to make the file longer has found no room. */
  #lacksRoom = false
  /** How long the file was when it was refused to become longer; Infinity: that never was. */
  #longest = Infinity

  /** Absent where the file's own is. */
  readonly syncLater?: () => Promise<void>

  constructor(file: VfsFile) {
    this.#file = file
    this.#end = this.#committedEnd = file.size()
    this.#knowsEnd = this.#end === 0
    this.#header = headerOf(file)
    if (file.syncLater) this.syncLater = () => this.#syncLater()
  }

  /** Whether a sync has failed: what was written before it may never reach the disk, though the next one succeeds. */
  get hasLostSync(): boolean {
    return this.#hasLostSync
  }

  /** Whether the next transaction needs room in the log that only a checkpoint makes. */
  get wantsCheckpoint(): boolean {
    return (this.#lacksRoom && this.#end > 0) || this.pendingBytes() > this.#longest / 2
  }

  /** A checkpoint is tried now; whether it succeeds or not, it is not tried again before room is short again. */
  noteRoomSought(): void {
    this.#lacksRoom = false
  }

  /** How many bytes of the log are not in the database file yet. */
  pendingBytes(): number {
    return this.#end - this.#checkpointedEnd
  }

  /** Runs `copy`, which copies everything in the log into the database file. */
  checkpoint(copy: () => void): void {
    this.readInBlocks(copy)
    this.#ahead.release()
    this.#checkpointedEnd = this.#end
  }

  /** Runs `work`, which reads most of the log in another order than its own; until something is written, in few calls. */
  readInBlocks<Result>(work: () => Result): Result {
    this.flush()
    if (this.#end > mostKeptBytes) return work()
    this.#blocks = new ReadBlocks(this.#file)
    try {
      return work()
    } finally {
      this.#blocks = null
    }
  }

  read(into: Uint8Array, offset: number): number {
    if (this.#rewritten) return this.#rewritten.read(into, offset)
    this.flush()
    if (this.#blocks) return this.#blocks.read(into, offset)
    return this.#ahead.read(this.#file, into, offset)
  }

  write(bytes: Uint8Array, offset: number): void {
    this.#forgetRead()
    if (!this.#knowsEnd) this.#goOnAt(offset)
    if (offset === 0) this.#restart(bytes)
    const isHeader = bytes.length === frameHeaderSize
    const completesTransaction = this.#endsTransaction && !isHeader
    this.#endsTransaction = isHeader && endsCommit(bytes)
    if (isHeader && offset < this.#end) return this.#rewriteHeader(bytes, offset)
    if (offset === this.#end) this.#append(bytes)
    else this.#writeThrough(bytes, offset)

    if (!completesTransaction) return
    this.flush()
    this.#gathered.trim()
    this.#previousEnd = this.#committedEnd
    this.#committedEnd = offset + bytes.length
  }

  truncate(size: number): void {
    this.flush()
    this.#forgetRead()
    if (size === 0) this.#header = null
    if (size === 0) emptyLog(this.#file)
    else this.#file.truncate(size)
    this.#end = this.#committedEnd = size
    this.#checkpointedEnd = Math.min(this.#checkpointedEnd, size)
  }

  size(): number {
    this.flush()
    return this.#file.size()
  }

  sync(dataOnly: boolean): void {
    this.flush()
    try {
      this.#file.sync(dataOnly)
    } catch (error) {
      this.#hasLostSync = true
      throw error
    }
  }

  isLinked(): boolean {
    return this.#file.isLinked?.() ?? true
  }

  /**
   * Whether the file still begins as it was written: a program that has emptied it has taken what is in it away.
   * @throws VfsError when it cannot be read
   */
  isIntact(): boolean {
    if (!this.#file.isLinked || this.#header === null) return true
    // One read may end early, and its size is what we have made it, not what it is.
    const found = headerOf(this.#file) ?? headerOf(this.#file)
    return found !== null && this.#header.every((byte, i) => byte === found[i])
  }

  close(): void {
    try {
      this.flush()
    } finally {
      this.#file.close()
    }
  }

  /** Writes what was gathered. When that fails it stays gathered, and the next call tries again. */
  flush(): void {
    try {
      this.#rewritten?.flush()
      this.#rewritten = null
      this.#gathered.flushTo(this.#file)
    } catch (error) {
      throw this.#noted(error)
    }
    this.#noteHeader()
  }

  /** Forgets what a transaction has appended that was rolled back: the next one begins where it began. */
  rewind(): void {
    this.#gathered.forget()
    this.#nextHeader = null
    this.#rewritten = null
    this.#end = this.#committedEnd
    this.#endsTransaction = false
  }

  /** Goes on with another, empty file. The log itself must be empty. */
  replaceFile(file: VfsFile): void {
    const old = this.#file
    this.#file = file
    this.#forgetRead()
    this.#end = this.#committedEnd = this.#checkpointedEnd = 0
    this.#header = null
    old.close()
  }

  #forgetRead(): void {
    this.#ahead.forget()
    this.#blocks = null
  }

  /** Notes where there was no room. A limit of the file's size stays; a full disk may have room again. */
  #noted(error: unknown): unknown {
    // Some of it may be there.
    if (this.#nextHeader) this.#header = null
    this.#lacksRoom = isFull(error)
    if (memberOf(error, 'code') === 'EFBIG') this.#longest = this.#file.size()
    return error
  }

  async #syncLater(): Promise<void> {
    this.flush()
    try {
      await this.#file.syncLater?.()
    } catch (error) {
      this.#hasLostSync = true
      throw error
    }
  }

  /** The first that SQLite writes into a log that was found follows on the last whole transaction in it. */
  #goOnAt(offset: number): void {
    this.#knowsEnd = true
    this.#end = this.#committedEnd = this.#previousEnd = offset
    this.#checkpointedEnd = Math.min(this.#checkpointedEnd, offset)
  }

  /** SQLite begins the log again from its start, with a new header. */
  #restart(header: Uint8Array): void {
    this.flush()
    this.#end = this.#committedEnd = this.#checkpointedEnd = 0
    this.#nextHeader = header.slice(0, headerSize)
  }

  /** The file has everything that was written. */
  #noteHeader(): void {
    this.#header = this.#nextHeader ?? this.#header
    this.#nextHeader = null
  }

  #writeThrough(bytes: Uint8Array, offset: number): void {
    this.flush()
    try {
      this.#file.write(bytes, offset)
    } catch (error) {
      throw this.#noted(error)
    }
    this.#noteHeader()
    this.#end = Math.max(this.#end, offset + bytes.length)
  }

  /** The transaction whose last frame has come is whole no sooner than its last header has. */
  #rewriteHeader(bytes: Uint8Array, offset: number): void {
    if (!this.#rewritten) {
      this.flush()
      this.#rewritten = new RewrittenHeaders(this.#file)
      this.#rewrittenEnd = this.#committedEnd
      if (this.#committedEnd === this.#end) this.#committedEnd = this.#previousEnd
    }
    try {
      this.#rewritten.write(bytes, offset)
    } catch (error) {
      throw this.#noted(error)
    }
    if (!endsCommit(bytes)) return
    this.flush()
    this.#committedEnd = this.#rewrittenEnd
  }

  #append(bytes: Uint8Array): void {
    const offset = this.#end
    if (!this.#gathered.take(bytes, offset)) {
      this.flush()
      if (!this.#gathered.take(bytes, offset)) return this.#writeThrough(bytes, offset)
    }
    this.#end += bytes.length
  }
}

/**
 * Empties a log that is in the database file already. Its header goes first, and for certain: were the power cut while
 * the file system frees its blocks, the frames still there would be copied over newer pages.
 */
export function emptyLog(file: VfsFile): void {
  if (file.size() > 0) {
    file.write(new Uint8Array(headerSize), 0)
    file.sync(true)
  }
  file.truncate(0)
}

/** null when the file is too short to have one. */
function headerOf(file: VfsFile): Uint8Array | null {
  const header = new Uint8Array(headerSize)
  return file.read(header, 0) === headerSize ? header : null
}

function endsCommit(header: Uint8Array): boolean {
  return header[4] !== 0 || header[5] !== 0 || header[6] !== 0 || header[7] !== 0
}
