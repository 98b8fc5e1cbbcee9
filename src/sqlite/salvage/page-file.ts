/** The pages of a damaged file, without the way that SQLite takes to them: from one page that it can read to the next. */
import { fileError } from '../../files/file-error.ts'
import { readFile } from '../../files/io/read-file.ts'
import type { VfsFile } from '../../files/vfs.ts'
import type { Connection } from '../binding/connection.ts'
import { framesIn } from './log-frames.ts'

/** What SQLite has open. */
export interface OpenFiles {
  readonly database: VfsFile
  /** null: it has none. */
  readonly log: VfsFile | null
}

/** A database's pages, counted from 1, each with its newest content. */
export class PageFile {
  readonly pageCount: number
  readonly pageSize: number
  /** How many bytes of a page hold data. */
  readonly usableBytes: number
  readonly #files: OpenFiles
  readonly #label: string
  readonly #frames: ReadonlyMap<number, number>

  /** @throws StorageError 'corrupt' when the first page cannot be read, 'io' */
  constructor(connection: Connection, files: OpenFiles) {
    this.#files = files
    this.#label = connection.label
    this.pageSize = connection.readNumber('PRAGMA page_size')
    this.pageCount = connection.readNumber('PRAGMA page_count')
    const { log } = files
    this.#frames = log ? this.#reading(() => framesIn(log, this.pageSize)) : new Map()
    const reservedBytes = this.read(1)?.getUint8(20) ?? 0
    this.usableBytes = this.pageSize - reservedBytes
  }

  /** A copy of a page; null: there is none of that number, or not all of it. @throws StorageError 'io' */
  read(page: number): DataView | null {
    if (page < 1 || page > this.pageCount) return null
    const bytes = new Uint8Array(this.pageSize)
    const inLog = this.#frames.get(page)
    const { database, log } = this.#files
    const byteCount = this.#reading(() =>
      log && inLog !== undefined
        ? readFile(log, bytes, inLog)
        : readFile(database, bytes, (page - 1) * this.pageSize),
    )
    return byteCount === this.pageSize ? new DataView(bytes.buffer) : null
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read()
    } catch (error) {
      throw fileError(this.#label, 'reading the file', error)
    }
  }
}
