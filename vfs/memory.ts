import { bareCopy } from '../src/base/own-property.ts'
import { DirectoryLockedError, VfsError } from '../src/files/vfs.ts'
import type { Vfs, VfsDirectory, VfsFile } from '../src/files/vfs.ts'
import { clearTimeout, setTimeout } from './clock.ts'
import { checkFileName } from './file-name.ts'
import { MemoryPages } from './memory-pages.ts'

/** A VFS in memory. */
export interface MemoryVfs extends Vfs {
  /**
   * Another world that starts with the files as they are now, open ones included; its directories have no owner.
   * Takes microseconds whatever the size: pages are shared until either side writes them.
   */
  fork(): MemoryVfs
}

/**
 * A VFS that keeps its files in memory. Each call makes a world of its own; callers with the same object share it.
 * Nothing outlives the object. It needs no platform: it runs in pages and service workers too.
 */
export function memory(): MemoryVfs {
  return vfsOver({ id: worldId(), directories: new Map() })
}

/** All that one VFS holds. */
interface World {
  readonly id: string
  readonly directories: Map<string, MemoryDirectory>
}

/** One directory. */
interface MemoryDirectory {
  readonly files: Map<string, MemoryPages>
  /** The directory object that owns it; null when free. */
  owner: VfsDirectory | null
  /** What waits for it, first come first served; each takes the ownership when called. */
  readonly waiting: Set<() => void>
}

function vfsOver(world: World): MemoryVfs {
  return {
    name: 'memory',
    isPersistent: false,
    directory: (path) => directoryOver(world, path),
    fork: () => vfsOver(forkWorld(world)),
  }
}

function forkWorld(world: World): World {
  const directories = new Map<string, MemoryDirectory>()
  for (const [path, stored] of world.directories) {
    const files = new Map<string, MemoryPages>()
    for (const [name, pages] of stored.files) files.set(name, pages.fork())
    directories.set(path, { files, owner: null, waiting: new Set() })
  }
  return { id: worldId(), directories }
}

/** Random, since copies of this module know nothing of each other's worlds; drawn at load, before a test can replace it. */
const copyId = `${Math.random()}-${Math.random()}`
let worldCount = 0

function worldId(): string {
  return `${copyId}-${++worldCount}`
}

function directoryOver(world: World, path: string): VfsDirectory {
  const { files } = storedAt(world, path)
  // Bare: a capability that is absent must not be found on a prototype.
  const directory: VfsDirectory = bareCopy({
    identity: `memory:${world.id}:${path}`,
    lock: (waitMs) => lock(storedAt(world, path), { path, directory, waitMs }),
    list: async () => [...files.keys()],
    prepare: async () => {},
    open(name, { create }) {
      const known = files.get(name)
      if (known !== undefined) return fileOver(known)
      checkFileName(name)
      if (!create) return null
      const pages = new MemoryPages()
      files.set(name, pages)
      return fileOver(pages)
    },
    async rename(from, to) {
      checkFileName(to)
      const pages = files.get(from)
      if (pages === undefined) throw new VfsError('ENOENT', `File "${from}" is missing`)
      if (from === to) return
      files.set(to, pages)
      files.delete(from)
    },
    async remove(name) {
      files.delete(name)
    },
    close: async () => unlock(storedAt(world, path), directory),
  })
  return directory
}

function storedAt({ directories }: World, path: string): MemoryDirectory {
  const known = directories.get(path)
  if (known !== undefined) return known
  const stored: MemoryDirectory = { files: new Map(), owner: null, waiting: new Set() }
  directories.set(path, stored)
  return stored
}

interface LockRequest {
  readonly path: string
  readonly directory: VfsDirectory
  readonly waitMs: number
}

async function lock(
  stored: MemoryDirectory,
  { path, directory, waitMs }: LockRequest,
): Promise<void> {
  if (stored.owner === null) {
    stored.owner = directory
    return
  }
  const message = `Directory "${path}" is in use already in this thread; close what uses it first`
  if (waitMs <= 0) throw new DirectoryLockedError(message, null)
  await new Promise<void>((resolve, reject) => {
    const take = () => {
      clearTimeout(timer)
      stored.owner = directory
      resolve()
    }
    const giveUp = () => {
      stored.waiting.delete(take)
      reject(new DirectoryLockedError(message, null))
    }
    const timer = waitMs < longestTimerMs ? setTimeout(giveUp, waitMs) : undefined
    stored.waiting.add(take)
  })
}

/** 2^31 - 1: a longer timer would fire at once; 24 days are as good as no limit. */
const longestTimerMs = 2_147_483_647

function unlock(stored: MemoryDirectory, directory: VfsDirectory): void {
  if (stored.owner !== directory) return
  stored.owner = null
  const [next] = stored.waiting
  if (next === undefined) return
  stored.waiting.delete(next)
  next()
}

function fileOver(pages: MemoryPages): VfsFile {
  return {
    read: (into, offset) => pages.read(into, offset),
    write: (bytes, offset) => pages.write(bytes, offset),
    truncate: (size) => pages.truncate(size),
    size: () => pages.size,
    // Memory is as durable as it gets.
    sync() {},
    syncLater: async () => {},
    close() {},
  }
}
