/**
 * SQLite's result codes, as far as they are met here, and what they mean to the layers above.
 * https://sqlite.org/rescode.html
 */
import { StorageError, type StorageErrorCode } from '../errors.ts'
import { codeOfCause } from '../files/file-error.ts'

export const SQLITE_OK = 0
export const SQLITE_ROW = 100
export const SQLITE_DONE = 101

const SQLITE_ERROR = 1
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_NOMEM = 7
export const SQLITE_INTERRUPT = 9
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
export const SQLITE_NOTFOUND = 12
export const SQLITE_FULL = 13
export const SQLITE_CANTOPEN = 14
const SQLITE_CONSTRAINT = 19
const SQLITE_NOTADB = 26

/** An I/O error with the method it came from in its upper bits. */
export const SQLITE_IOERR_READ = SQLITE_IOERR | (1 << 8)
export const SQLITE_IOERR_SHORT_READ = SQLITE_IOERR | (2 << 8)
export const SQLITE_IOERR_WRITE = SQLITE_IOERR | (3 << 8)
export const SQLITE_IOERR_FSYNC = SQLITE_IOERR | (4 << 8)
export const SQLITE_IOERR_TRUNCATE = SQLITE_IOERR | (6 << 8)
export const SQLITE_IOERR_FSTAT = SQLITE_IOERR | (7 << 8)
export const SQLITE_IOERR_DELETE = SQLITE_IOERR | (10 << 8)
const SQLITE_IOERR_NOMEM = SQLITE_IOERR | (12 << 8)
export const SQLITE_IOERR_ACCESS = SQLITE_IOERR | (13 << 8)
export const SQLITE_IOERR_CLOSE = SQLITE_IOERR | (16 << 8)

/** What a (possibly extended) result code means; `cause` is what the file system threw under it, if anything. */
function storageErrorCode(resultCode: number, cause: unknown): StorageErrorCode {
  const known = codeOfCause(cause)
  if (known) return known
  switch (resultCode & 0xff) {
    case SQLITE_FULL:
      return 'full'
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return 'busy'
    // Our statements are constants: one that SQLite refuses has met tables that are not ours, or rows that contradict
    // each other. What a store or a unique index may refuse is looked up before.
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return 'corrupt'
    default:
      return 'io'
  }
}

/** The error for a call with that result; `cause` as above. */
export function sqliteError(resultCode: number, message: string, cause: unknown): StorageError {
  const code = storageErrorCode(resultCode, cause)
  const known = code === 'io' && isOutOfMemory(resultCode) ? outOfMemoryFact : {}
  return new StorageError(code, message, { cause, sqliteCode: resultCode, ...known })
}

const outOfMemoryFact = { code: 'ERR_IDB_OUT_OF_MEMORY' } as const

function isOutOfMemory(resultCode: number): boolean {
  return (resultCode & 0xff) === SQLITE_NOMEM || resultCode === SQLITE_IOERR_NOMEM
}
