import fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Vfs, VfsDirectory } from '../src/sqlite/vfs.ts'
import { checkFileName, isFileName } from './file-name.ts'
import { makeDirectory } from './node-directory.ts'
import { syncDirectory } from './node-directory-sync.ts'
import { openNodeFile } from './node-file.ts'
import type { NodeFile } from './node-file.ts'
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
  const closing = new Set<NodeFile>()

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
      names.forEach(checkFileName)
    },
    open(name, { create }) {
      checkFileName(name)
      const file = openNodeFile(join(path, name), { create })
      if (file === null) return null
      closing.add(file)
      void file.closed.then(() => closing.delete(file))
      return file
    },
    async rename(from, to) {
      checkFileName(from)
      checkFileName(to)
      await fs.promises.rename(join(path, from), join(path, to))
      syncDirectory(join(path, to))
    },
    async remove(name) {
      checkFileName(name)
      await fs.promises.rm(join(path, name), { force: true })
      syncDirectory(join(path, name))
    },
    async close() {
      await Promise.all([...closing].map((file) => file.closed))
      lock?.release()
      lock = null
    },
  }
}
