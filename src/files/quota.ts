/**
 * How many bytes the files of a storage directory may take together, write-ahead logs included.
 *
 * The engine itself keeps to it: when a write transaction begins, its database gets a largest number of pages, so that
 * the very statement that wants one more fails. What needs no more pages (deleting, overwriting in place) never fails for
 * the quota: room can always be made. Its log may go beyond the quota until it has been copied into the file.
 */
import { StorageError } from '../errors.ts'
import type { MeasuredDirectory } from './measured-directory.ts'

/** An open database, as the quota sees it. */
export interface QuotaMember {
  /** By how many bytes its file will grow when its log is copied into it. */
  readonly owedBytes: number
  /** How many bytes its log takes. */
  readonly logBytes: number
  /** How many bytes of its file are free for records of its own. */
  readonly idleBytes: number
  /** Copies the log into the file, empties it, and gives back free pages; not while it is writing. */
  giveBack(): void
}

/** The quota of one directory. */
export class Quota {
  readonly limitBytes: number
  readonly #directory: MeasuredDirectory
  readonly #members = new Set<QuotaMember>()
  /** Whether something was refused since the last clearing up, which might have made room for it. */
  #hasRefused = false

  constructor(limitBytes: number, directory: MeasuredDirectory) {
    this.limitBytes = limitBytes
    this.#directory = directory
  }

  join(member: QuotaMember): void {
    this.#members.add(member)
  }

  leave(member: QuotaMember): void {
    this.#members.delete(member)
  }

  /** How many bytes there is room for; negative beyond the quota. */
  get freeBytes(): number {
    let owedBytes = 0
    for (const member of this.#members) owedBytes += member.owedBytes
    return this.limitBytes - this.#directory.usedBytes - owedBytes
  }

  /** Makes sure that there is room for a new file of that size. @throws StorageError 'full' */
  admit(byteCount: number, label: string): void {
    if (this.freeBytes < byteCount) this.#clearUp()
    if (this.freeBytes < byteCount) throw this.refusal(label)
  }

  /** Clears up where that is worth its syncs: before a transaction of `member`, which can use its own free pages. */
  prepare(member: QuotaMember): void {
    let bytes = -member.idleBytes
    for (const { logBytes, idleBytes } of this.#members) bytes += logBytes + idleBytes
    if (bytes > 0 && (this.#hasRefused || bytes > this.freeBytes / worthwhilePart)) this.#clearUp()
  }

  /** Notes that something finds no room, and gives the error for it. */
  refusal(label: string): StorageError {
    this.#hasRefused = true
    const message = `${label}: the storage directory's quota of ${this.limitBytes} bytes is used up; delete records or databases, or raise the option "quotaBytes"`
    return new StorageError('full', message, { code: 'ERR_IDB_QUOTA', limit: this.limitBytes })
  }

  #clearUp(): void {
    for (const member of this.#members) member.giveBack()
    this.#hasRefused = false
  }
}

/** Clearing up is worth its syncs when it makes the room larger by more than this part. */
const worthwhilePart = 8
