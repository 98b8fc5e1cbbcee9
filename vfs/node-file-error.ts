import { VfsError } from '../src/sqlite/vfs.ts'

/** Runs `use` of the file at `path`; an error whose cause lies with the machine says what to do. */
export function explained<Result>(path: string, use: () => Result): Result {
  try {
    return use()
  } catch (error) {
    throw explanation(path, error)
  }
}

/** What `error`, met while using the file at `path`, is thrown as. */
export function explanation(path: string, error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException // whatever is thrown in here is an Error
  const reason = reasons[code]
  return reason
    ? new VfsError(code, `File "${path}": ${reason} (${code})`, { cause: error })
    : error
}

const reasons: Readonly<Record<string, string>> = {
  EMFILE:
    'this process has too many files open; close databases it does not need, or raise its limit (ulimit -n)',
  ENFILE: 'the system has too many files open; end some programs',
  EFBIG:
    'it has become as long as this process or its file system allows; delete records, or raise the limit (ulimit -f)',
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space',
  EROFS: 'its file system is read-only; choose a directory on a writable one',
  EACCES: 'this process may not read and write it; grant it that permission',
  EPERM: 'this process may not read and write it; grant it that permission',
}
