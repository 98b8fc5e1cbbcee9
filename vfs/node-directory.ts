import fs from 'node:fs'
import { dirname } from 'node:path'
import { VfsError } from '../src/sqlite/vfs.ts'
import { syncDirectory } from './node-directory-sync.ts'

/**
 * Makes the directory at `path` with all that lead to it, durably, and sees that files can be made in it.
 * @throws VfsError that names the path, what is wrong with it and what to do
 */
export function makeDirectory(path: string): void {
  try {
    const first = fs.mkdirSync(path, { recursive: true })
    if (first !== undefined) syncNewDirectories(first, path)
    fs.accessSync(path, fs.constants.R_OK | fs.constants.W_OK)
  } catch (error) {
    throw directoryError(path, error)
  }
}

/** `first` is the topmost directory that was made on the way to `path`. */
function syncNewDirectories(first: string, path: string): void {
  for (let made = path; made.length >= first.length; made = dirname(made)) syncDirectory(made)
}

/** What `error`, met while making or using the directory at `path`, means to whoever chose that path. */
export function directoryError(path: string, error: unknown): VfsError {
  if (error instanceof VfsError) return error
  const { code, message } = error as NodeJS.ErrnoException
  // Deno's permission errors carry no code.
  const known = code ?? 'EACCES'
  const reason = reasons[known] ?? (error instanceof Error ? message : String(error))
  return new VfsError(known, `Cannot keep databases in directory "${path}": ${reason}`, {
    cause: error,
  })
}

const notWritable =
  'this process may not read and write there; grant it that permission or choose another directory'
const notDirectory = 'that path, or a part of it, is a file; choose another directory'

const reasons: Record<string, string> = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: 'its file system is read-only; choose a directory on a writable one',
  EEXIST: notDirectory,
  ENOTDIR: notDirectory,
  ENOSPC: 'the disk is full; free some space or choose another directory',
  ENAMETOOLONG: 'the path is too long; choose a shorter one',
  ENOENT:
    'the path leads nowhere, perhaps through a broken symbolic link; choose another directory',
}
