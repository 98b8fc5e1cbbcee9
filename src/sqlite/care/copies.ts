/**
 * Copies of a database's file, made while it is in use. The log is brought into the file first; from then on, until the copy has been
 * read, nothing is: the file stays as it is, and the log grows.
 */
import { StorageError } from '../../errors.ts'
import type { StorageCopy } from '../../storage/storage.ts'
import type { Connection } from '../binding/connection.ts'
import type { MountedDirectory } from '../database-file.ts'
import { fileError } from '../../files/file-error.ts'
import { readFile } from '../../files/io/read-file.ts'
import type { VfsFile } from '../../files/vfs.ts'
import type { CheckpointMode } from './checkpoint.ts'

/** As much is read at once: some tenths of a millisecond. */
const pieceBytes = 512 * 1024

/** With a longer log than that a copy is given up, whose reader has stopped, it seems. */
const longestLogBytes = 1024 * 1024 * 1024

/** The database to be copied. */
export interface CopiesOptions {
  readonly place: MountedDirectory
  readonly fileName: string
  /** Names the database and its file at the head of messages. */
  readonly label: string
  readonly connection: Connection
  readonly checkpoint: (mode: CheckpointMode) => void
}

/** The copies of one database: one at a time. */
export class Copies {
  readonly #options: CopiesOptions
  /** The one that is being read; null: none is. */
  #current: FileCopy | null = null

  constructor(options: CopiesOptions) {
    this.#options = options
  }

  /** Whether the log, which has become that long, must stay out of the file. One that is too long ends the copy. */
  hold(logBytes: number): boolean {
    if (this.#current && logBytes > longestLogBytes) this.giveWay()
    return this.#current !== null
  }

  /** The file is about to change: what was not read of the copy is lost. */
  giveWay(): void {
    this.#current?.lose()
    this.#current = null
  }

  /** No transaction may be open, nor any other tool have the file open. */
  begin(): StorageCopy {
    const { place, fileName, label, connection, checkpoint } = this.#options
    if (this.#current) throw new Error('unreachable: a copy is being made')
    const log = place.mount.writeAheadLog(fileName)
    if (log && log.pendingBytes() > 0) checkpoint('PASSIVE')
    const file = place.mount.openFile(fileName)
    if (!file) throw new Error('unreachable: a database without its file')
    const sizeBytes =
      connection.readNumber('PRAGMA page_count') * connection.readNumber('PRAGMA page_size')
    const copy = new FileCopy({ file, label, sizeBytes, ended: () => (this.#current = null) })
    // Where there is no log the next commit writes the file.
    if (!place.isPersistent) copy.readAll()
    else this.#current = copy
    return copy
  }
}

interface FileCopyOptions {
  readonly file: VfsFile
  readonly label: string
  readonly sizeBytes: number
  readonly ended: () => void
}

class FileCopy implements StorageCopy {
  readonly sizeBytes: number
  readonly #options: FileCopyOptions
  /** Where the next piece begins. */
  #offset = 0
  /** What was read ahead; null: nothing is. */
  #pieces: Uint8Array<ArrayBuffer>[] | null = null
  #state: 'reading' | 'lost' | 'ended' = 'reading'

  constructor(options: FileCopyOptions) {
    this.sizeBytes = options.sizeBytes
    this.#options = options
  }

  read(): Uint8Array<ArrayBuffer> | null {
    if (this.#state === 'lost') throw lost(this.#options.label)
    if (this.#pieces) return this.#pieces.shift() ?? null
    return this.#readPiece()
  }

  end(): void {
    if (this.#state === 'reading') this.#options.ended()
    this.#state = 'ended'
    this.#pieces = []
  }

  /** Reads all of it now. */
  readAll(): void {
    const pieces: Uint8Array<ArrayBuffer>[] = []
    for (let it = this.#readPiece(); it; it = this.#readPiece()) pieces.push(it)
    this.#pieces = pieces
  }

  /** What was not read is gone. */
  lose(): void {
    this.#state = 'lost'
  }

  #readPiece(): Uint8Array<ArrayBuffer> | null {
    const { file, label, sizeBytes } = this.#options
    const length = Math.min(pieceBytes, sizeBytes - this.#offset)
    if (length <= 0 || this.#state === 'ended') return null
    const piece = new Uint8Array(length)
    try {
      readFile(file, piece, this.#offset)
    } catch (error) {
      throw fileError(label, 'copying the file', error)
    }
    if (this.#offset === 0) piece.set(withoutLog, journalOffset)
    this.#offset += length
    return piece
  }
}

/**
 * Where the header says how the file is written, and read: 2 is a write-ahead log, 1 none. A copy has none, so that it can be opened
 * where nothing can be written beside it.
 * https://sqlite.org/fileformat.html#file_format_version_numbers
 */
const journalOffset = 18
const withoutLog = Uint8Array.of(1, 1)

function lost(label: string): StorageError {
  return new StorageError(
    'io',
    `${label}: the copy was given up, as its log could not become longer; begin again, and read faster or write less meanwhile`,
    { code: 'ERR_IDB_NOT_COPIED' },
  )
}
