import fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { refuseMemoryPath } from '../src/arguments/memory-path.ts'
import { VfsError } from '../src/files/vfs.ts'
import type { Vfs, VfsDirectory } from '../src/files/vfs.ts'
import { holdDirectory } from './node/held-directory.ts'
import { meetingPlaceOf } from './node/meeting/meeting-place.ts'
import { makeDirectory } from './node/node-directory.ts'
import { checkName, NodeFiles } from './node/node-files.ts'
import { lockDirectory } from './node/node-lock.ts'
import type { LockOptions } from './node/node-lock.ts'

/**
 * The VFS over the file system of Node, Bun and Deno, through `node:fs`. Importing it does nothing, so that code
 * rendered on a server may. A directory belongs to one thread of one process at a time; see `node-lock.ts`.
 */
export function nodeFs(): Vfs {
  return {
    name: 'node',
    isPersistent: true,
    directory(path) {
      refuseMemoryPath(path)
      return directoryAt(realPath(path))
    },
  }
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
  /** null until the directory is locked, and after it is closed. */
  let owned: NodeFiles | null = null
  const files = (): NodeFiles => {
    if (owned) return owned
    throw new VfsError('EPERM', `Directory "${path}" is not locked`)
  }

  const meeting = meetingPlaceOf(path)
  return {
    identity: path,
    meeting,
    get survivors() {
      return owned?.survivors ?? null
    },
    async lock(waitMs) {
      owned = await own(path, { waitMs, offer: meeting.offer })
    },
    verify: () => files().verify(),
    list: async () => files().list(),
    prepare: async (names) => names.forEach(checkName),
    open: (name, { create }) => files().open(name, { create }),
    rename: async (from, to) => files().rename(from, to),
    remove: async (name) => files().remove(name),
    async close() {
      const closing = owned
      await closing?.settle()
      if (closing === null || owned !== closing) return
      // First, as it can fail: then the directory is still ours.
      closing.release()
      owned = null
    },
  }
}

async function own(path: string, options: LockOptions): Promise<NodeFiles> {
  makeDirectory(path)
  const lock = await lockDirectory(path, options)
  try {
    return new NodeFiles({ path, lock, held: holdDirectory(path) })
  } catch (error) {
    lock.abandon()
    throw error
  }
}
