/** A copy of a database's file on its way to a client. */
import type { Failure } from '../errors.ts'
import { failure } from '../errors.ts'
import type { CopyListener, HostCopy } from '../protocol/protocol.ts'
import type { StorageCopy } from '../storage/storage.ts'
import type { Database, DatabaseConnection } from './database.ts'
import { type LockOwner, LockRequest } from './scheduler.ts'

/** Who asks for it. */
interface CopyingOptions {
  readonly database: Database<DatabaseConnection>
  readonly listener: CopyListener
  /** Called once, when it is over. */
  readonly over: (copying: Copying) => void
}

/**
 * It begins as a transaction that reads all object stores would, so that none that writes is in the middle of it, and lets these go on at
 * once: the storage keeps what it copies.
 */
export class Copying implements HostCopy, LockOwner {
  readonly #options: CopyingOptions
  readonly #locks: LockRequest
  /** null until it has begun. */
  #copy: StorageCopy | null = null
  #isAsked = false
  isOver = false

  constructor(options: CopyingOptions) {
    this.#options = options
    const { stores } = options.database.storage.schema
    this.#locks = new LockRequest([...stores.keys()], false, this)
  }

  /** It is its turn: no other copy of the database is being made. */
  begin(): void {
    this.#options.database.scheduler.add(this.#locks)
  }

  start(): void {
    const { database, listener } = this.#options
    try {
      const { care } = database.storage
      if (!care.copy) return this.fail(noCopies(database.storage.name))
      this.#copy = care.copy()
    } catch (error) {
      return this.#failed(error)
    } finally {
      database.scheduler.release(this.#locks)
    }
    listener.began(this.#copy.sizeBytes)
    if (this.#isAsked) this.#answer(this.#copy)
  }

  next(): void {
    if (this.isOver) return
    if (this.#copy) this.#answer(this.#copy)
    else this.#isAsked = true
  }

  cancel(): void {
    this.#end()
  }

  fail(reason: Failure): void {
    if (this.isOver) return
    this.#end()
    this.#options.listener.failed(reason)
  }

  #answer(copy: StorageCopy): void {
    this.#isAsked = false
    let piece: Uint8Array<ArrayBuffer> | null
    try {
      piece = copy.read()
    } catch (error) {
      return this.#failed(error)
    }
    if (piece) return this.#options.listener.piece(piece)
    this.#end()
    this.#options.listener.ended()
  }

  #failed(error: unknown): void {
    const { database } = this.#options
    this.fail(database.failureOf(error))
    database.noteError(error)
  }

  #end(): void {
    if (this.isOver) return
    this.isOver = true
    const { database, over } = this.#options
    this.#copy?.end()
    database.scheduler.release(this.#locks)
    over(this)
  }
}

function noCopies(database: string): Failure {
  const message = `Database "${database}" cannot be copied as a file: its storage engine has no copies to give`
  return failure('NotSupportedError', message, { database })
}
