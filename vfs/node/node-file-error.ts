import { VfsError } from '../../src/files/vfs.ts'

/** Runs `use` of the file at `path`; an error whose cause lies with the machine says what to do. */
export function explained<Result>(path: string, use: () => Result): Result {
  try {
    return use()
  } catch (error) {
    throw explanation(path, error)
  }
}

/** The same where `use` gives a promise. */
export async function explainedLater<Result>(
  path: string,
  use: () => Promise<Result>,
): Promise<Result> {
  try {
    return await use()
  } catch (error) {
    throw explanation(path, error)
  }
}

/** What `error`, met while using the file or directory at `path`, is thrown as. */
export function explanation(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException // whatever is thrown in here is an Error
  // Without a code it is none of the system's, such as too deep a recursion.
  if (error instanceof VfsError || code === undefined) return error
  return new VfsError(code, `"${path}": ${reasons[code] ?? message} (${code})`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EMFILE:
    'this process has too many files open; close databases it does not need, or raise its limit (ulimit -n)',
  ENFILE: 'the system has too many files open; end some programs',
  EFBIG:
    'it has become as long as this process or its file system allows; delete records, or raise the limit (ulimit -f)',
  EIO: 'the disk, or the connection to it, has failed; see the system log, and keep a copy of what can be read',
  EISDIR: 'it is a directory, where this package keeps a file; move it away',
  ENOENT: 'it is missing; another program has moved or deleted it',
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space',
  EROFS: 'its file system is read-only; choose a directory on a writable one',
  EACCES: 'this process may not read and write it; grant it that permission',
  EPERM: 'this process may not read and write it; grant it that permission',
}
