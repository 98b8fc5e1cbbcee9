import fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { VfsError } from '../src/files/vfs.ts'
import type { Vfs, VfsDirectory } from '../src/files/vfs.ts'
import { checkFileName, isFileName } from './file-name.ts'
import { holdDirectory } from './node/held-directory.ts'
import type { HeldDirectory } from './node/held-directory.ts'
import { makeDirectory } from './node/node-directory.ts'
import { explainedLater } from './node/node-file-error.ts'
import { openNodeFile } from './node/node-file.ts'
import type { PendingSyncs } from './node/node-file.ts'
import { isLockFile, lockDirectory } from './node/node-lock.ts'
import type { DirectoryLock } from './node/node-lock.ts'

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

/** A directory that is locked. */
interface Owned {
  readonly lock: DirectoryLock
  readonly held: HeldDirectory
}

function directoryAt(path: string): VfsDirectory {
  let owned: Owned | null = null
  const pending: PendingSyncs = new Set()

  /** The directory, as long as names in it lead to what was locked. */
  function verified(): HeldDirectory {
    if (owned === null) throw new VfsError('EPERM', `Directory "${path}" is not locked`)
    owned.held.verify()
    owned.lock.verify()
    return owned.held
  }

  return {
    identity: path,
    async lock(waitMs) {
      owned = await own(path, waitMs)
    },
    verify: () => void verified(),
    async list() {
      verified()
      const entries = await explainedLater(path, () =>
        fs.promises.readdir(path, { withFileTypes: true }),
      )
      return entries
        .filter((entry) => entry.isFile() && isFileName(entry.name) && !isLockFile(entry.name))
        .map((entry) => entry.name)
    },
    async prepare(names) {
      names.forEach(checkName)
    },
    open(name, { create }) {
      return openNodeFile(filePath(path, name), { create, pending, directory: verified() })
    },
    async rename(from, to) {
      const directory = verified()
      const [old, name] = [filePath(path, from), filePath(path, to)]
      await explainedLater(old, () => fs.promises.rename(old, name))
      directory.sync()
    },
    async remove(name) {
      const directory = verified()
      const file = filePath(path, name)
      await explainedLater(file, () => fs.promises.rm(file, { force: true }))
      directory.sync()
    },
    async close() {
      await Promise.all(pending)
      const closing = owned
      if (!closing) return
      // First, as it can fail: then the directory is still ours.
      closing.lock.release()
      owned = null
      closing.held.release()
    },
  }
}

async function own(path: string, waitMs: number): Promise<Owned> {
  makeDirectory(path)
  const lock = await lockDirectory(path, waitMs)
  try {
    return { lock, held: holdDirectory(path) }
  } catch (error) {
    lock.abandon()
    throw error
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
