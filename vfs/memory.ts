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
  return vfsOver({ id: worldId(), places: new Map() })
}

/** All that one VFS holds. */
interface World {
  readonly id: string
  readonly places: Map<string, Place>
}

/** One directory. */
interface Place {
  readonly files: Map<string, MemoryPages>
  /** The directory object that owns it; null when free. */
  owner: VfsDirectory | null
  /** Those who wait for it, first come first served; each takes the ownership when called. */
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
  const places = new Map<string, Place>()
  for (const [path, place] of world.places) {
    const files = new Map<string, MemoryPages>()
    for (const [name, pages] of place.files) files.set(name, pages.fork())
    places.set(path, { files, owner: null, waiting: new Set() })
  }
  return { id: worldId(), places }
}

/** Random, since copies of this module know nothing of each other's worlds; drawn at load, before a test can replace it. */
const copyId = `${Math.random()}-${Math.random()}`
let worldCount = 0

function worldId(): string {
  return `${copyId}-${++worldCount}`
}

function directoryOver(world: World, path: string): VfsDirectory {
  const { files } = placeAt(world, path)
  // Bare: a capability that is absent must not be found on a prototype.
  const directory: VfsDirectory = bareCopy({
    identity: `memory:${world.id}:${path}`,
    lock: (waitMs) => lock(placeAt(world, path), { path, directory, waitMs }),
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
    close: async () => unlock(placeAt(world, path), directory),
  })
  return directory
}

function placeAt({ places }: World, path: string): Place {
  const known = places.get(path)
  if (known !== undefined) return known
  const place: Place = { files: new Map(), owner: null, waiting: new Set() }
  places.set(path, place)
  return place
}

interface Claim {
  readonly path: string
  readonly directory: VfsDirectory
  readonly waitMs: number
}

async function lock(place: Place, { path, directory, waitMs }: Claim): Promise<void> {
  if (place.owner === null) {
    place.owner = directory
    return
  }
  const message = `Directory "${path}" is in use already in this thread; close what uses it first`
  if (waitMs <= 0) throw new DirectoryLockedError(message, null)
  await new Promise<void>((resolve, reject) => {
    const take = () => {
      clearTimeout(timer)
      place.owner = directory
      resolve()
    }
    const giveUp = () => {
      place.waiting.delete(take)
      reject(new DirectoryLockedError(message, null))
    }
    const timer = waitMs < longestTimerMs ? setTimeout(giveUp, waitMs) : undefined
    place.waiting.add(take)
  })
}

/** 2^31 - 1: a longer timer would fire at once; 24 days are as good as no limit. */
const longestTimerMs = 2_147_483_647

function unlock(place: Place, directory: VfsDirectory): void {
  if (place.owner !== directory) return
  place.owner = null
  const [next] = place.waiting
  if (next === undefined) return
  place.waiting.delete(next)
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
    isLinked: () => true,
    close() {},
  }
}
