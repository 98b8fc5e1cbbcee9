import fs from 'node:fs'
import { dirname } from 'node:path'
import { VfsError } from '../../src/files/vfs.ts'
import { openForSync, syncDirectory } from './node-directory-sync.ts'

/**
 * Makes the directory at `path` with all that lead to it, durably.
 * @throws VfsError that names the path, what is wrong with it and what to do
 */
export function makeDirectory(path: string): void {
  try {
    const first = fs.mkdirSync(path, { recursive: true })
    if (first !== undefined) syncNewDirectories(first, path)
  } catch (error) {
    throw directoryError(path, error)
  }
}

/** `first` is the topmost directory that was made on the way to `path`. */
function syncNewDirectories(first: string, path: string): void {
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    syncDirectory(dirname(made))
  }
}

/** What `error`, met while making or using the directory at `path`, means to the program that chose that path. */
export function directoryError(path: string, error: unknown): VfsError {
  if (error instanceof VfsError) return error
  const { code = 'EACCES', name, message } = systemError(path, error)
  const reason = name === notCapable ? `${notWritable}: ${message}` : (reasons[code] ?? message)
  return new VfsError(code, `Cannot keep databases in directory "${path}": ${reason}`, {
    cause: error,
  })
}

/** `ENOSPC`, but neither `ERR_SQLITE_ERROR` nor `SQLITE_CANTOPEN`. */
const isSystemCode = /^E(?!RR_)/

/** What the file system says where `error` is the runtime's SQLite's, which only says that it could not open a file. */
function systemError(path: string, error: unknown): NodeJS.ErrnoException {
  // Whatever is thrown in here is an Error; those of Deno for a missing permission carry no code.
  const thrown = error as NodeJS.ErrnoException
  if (thrown.name === notCapable || isSystemCode.test(thrown.code ?? '')) return thrown
  try {
    fs.accessSync(path, fs.constants.R_OK | fs.constants.W_OK)
    const descriptor = openForSync(path)
    if (descriptor !== null) fs.closeSync(descriptor)
  } catch (denied) {
    if ((denied as NodeJS.ErrnoException).code !== undefined) return denied as NodeJS.ErrnoException
  }
  return thrown
}

/** What Deno calls the lack of a permission; the message says by which flag it is given. */
const notCapable = 'NotCapable'

const notWritable =
  'this process may not read and write there; grant it that permission or choose another directory'
const notDirectory = 'that path, or a part of it, is a file; choose another directory'

const reasons: Record<string, string> = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: 'its file system is read-only; choose a directory on a writable one',
  EIO: 'the disk, or the connection to it, has failed; see the system log',
  EEXIST: notDirectory,
  ENOTDIR: notDirectory,
  ENOSPC: 'the disk is full; free some space or choose another directory',
  EDQUOT: 'the disk quota is used up; free some space or choose another directory',
  EMFILE: 'this process has too many files open; close some, or raise its limit (ulimit -n)',
  ENFILE: 'the system has too many files open; end some programs',
  ENAMETOOLONG: 'the path is too long; choose a shorter one',
  ENOENT:
    'the path leads nowhere, perhaps through a broken symbolic link; choose another directory',
}
