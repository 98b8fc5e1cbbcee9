import fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { VfsError } from '../src/sqlite/vfs.ts'
import type { Vfs, VfsDirectory } from '../src/sqlite/vfs.ts'
import { checkFileName, isFileName } from './file-name.ts'
import { makeDirectory } from './node-directory.ts'
import { syncDirectory } from './node-directory-sync.ts'
import { openNodeFile } from './node-file.ts'
import type { PendingSyncs } from './node-file.ts'
import { isLockFile, lockDirectory } from './node-lock.ts'
import type { DirectoryLock } from './node-lock.ts'

/**
 * The VFS over the file system of Node, Bun and Deno, through `node:fs`. Importing it does nothing, so that code
 * rendered on a server may. A directory belongs to one thread of one process at a time; see `node-lock.ts`.
 */
export function nodeFs(): Vfs {
  return { name: 'node', isPersistent: true, directory: (path) => directoryAt(realPath(path)) }
}

/** `path` with its symbolic links resolved as far as it exists. */
function realPath(path: string): string {
  const absolute = resolve(path)
  try {
    return fs.realpathSync.native(absolute)
  } catch {
    // Whatever is wrong with it, lock() will meet and report it; here only the name is wanted.
    const parent = dirname(absolute)
    return parent === absolute ? absolute : join(realPath(parent), basename(absolute))
  }
}

function directoryAt(path: string): VfsDirectory {
  let lock: DirectoryLock | null = null
  const pending: PendingSyncs = new Set()

  return {
    identity: path,
    async lock(waitMs) {
      makeDirectory(path)
      lock = await lockDirectory(path, waitMs)
    },
    async list() {
      const entries = await fs.promises.readdir(path, { withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile() && isFileName(entry.name) && !isLockFile(entry.name))
        .map((entry) => entry.name)
    },
    async prepare(names) {
      names.forEach(checkName)
    },
    open(name, { create }) {
      return openNodeFile(filePath(path, name), { create, pending })
    },
    async rename(from, to) {
      await fs.promises.rename(filePath(path, from), filePath(path, to))
      syncDirectory(filePath(path, to))
    },
    async remove(name) {
      const file = filePath(path, name)
      await fs.promises.rm(file, { force: true })
      syncDirectory(file)
    },
    async close() {
      await Promise.all(pending)
      lock?.release()
      lock = null
    },
  }
}

function filePath(directory: string, name: string): string {
  checkName(name)
  return join(directory, name)
}

function checkName(name: string): void {
  checkFileName(name)
  if (!isLockFile(name)) return
  throw new VfsError('EINVAL', `File name "${name}" is reserved for the ownership of the directory`)
}
