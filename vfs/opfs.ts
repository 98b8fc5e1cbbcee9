import { refuseMemoryPath } from '../src/arguments/memory-path.ts'
import { append } from '../src/base/own-property.ts'
import { VfsError } from '../src/files/vfs.ts'
import type { Vfs } from '../src/files/vfs.ts'
import type { QueueingDirectory } from './opfs/queueing-directory.ts'
import { hasSyncAccess, isNamed } from './opfs/opfs-access.ts'
import { lockDirectory, requestLock } from './opfs/opfs-lock.ts'
import { OpfsFiles } from './opfs/opfs-files.ts'
import { now } from './clock.ts'

/**
 * The VFS over the origin private file system of a browser. Its files carry their real names, so that what is exported from
 * there is a plain SQLite file. Files can be opened synchronously in a dedicated worker only: elsewhere `lock()` rejects,
 * and `createIndexedDB()` on a page starts such a worker. Importing it does nothing.
 */
export function opfs(): Vfs {
  return {
    name: 'opfs',
    isPersistent: true,
    directory(path) {
      refuseMemoryPath(path)
      return directoryAt(segmentsOf(path))
    },
  }
}

/** The names along a path; it is relative to the origin's root, and there is no way above that. */
function segmentsOf(path: string): string[] {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') append(segments, segment)
  }
  return segments
}

/** How long a directory's handle can be trusted that was made before the lock was had: another owner may have lost its files. */
const freshMs = 100

/** What there is while a directory is locked. */
interface Owned {
  files: OpfsFiles
  readonly free: () => Promise<void>
}

function directoryAt(segments: readonly string[]): QueueingDirectory {
  const path = `/${segments.join('/')}`
  /** null until the directory is locked, and after it is closed. */
  let owned: Owned | null = null
  const files = (): OpfsFiles => {
    if (owned) return owned.files
    throw new VfsError('EPERM', `Directory "${path}" is not locked`)
  }

  return {
    identity: `opfs:${path}`,
    async lock(waitMs) {
      owned = await own(segments, () => lockDirectory(path, waitMs))
    },
    async lockInTurn(signal) {
      owned = await own(segments, () => requestLock(path, signal))
    },
    path,
    verify: () => files().verify(),
    verifyLater: async () => files().verifyLater(),
    async renew() {
      await files().close()
      if (owned) owned.files = new OpfsFiles(await makeDirectory(segments))
    },
    list: async () => files().list(),
    prepare: async (names) => files().prepare(names),
    open: (name, options) => files().open(name, options),
    rename: async (from, to) => files().rename(from, to),
    remove: async (name) => files().remove(name),
    abandon: () => void (owned = letGo(owned)),
    async close() {
      if (!owned) return
      const { files, free } = owned
      // First, as it can fail: then the directory is still ours.
      await files.close()
      owned = null
      await free()
    },
  }
}

/** Frees the lock first: the next owner waits a little for the files. */
function letGo(owned: Owned | null): null {
  void owned?.free()
  void owned?.files.close().catch(() => {})
  return null
}

async function own(
  segments: readonly string[],
  lock: () => Promise<() => Promise<void>>,
): Promise<Owned> {
  checkPlatform()
  const askedAt = now()
  const ahead = makeDirectory(segments)
  // It is met below, unless there is no lock.
  ahead.catch(() => {})
  const free = await lock()
  const isFresh = now() - askedAt < freshMs
  try {
    return { files: new OpfsFiles(await (isFresh ? ahead : makeDirectory(segments))), free }
  } catch (error) {
    await free()
    throw error
  }
}

/** @throws VfsError ENOTSUP, saying what to use instead */
function checkPlatform(): void {
  if (!globalThis.navigator?.storage || !navigator.locks) {
    throw new VfsError(
      'ENOTSUP',
      'The origin private file system needs a browser and a secure context (https, or localhost); use memory() here',
    )
  }
  if (hasSyncAccess()) return
  throw new VfsError(
    'ENOTSUP',
    'opfs() works in dedicated workers, and from pages that may start one; in this kind of thread use memory(), ' +
      'or { port } to an owner in a dedicated worker',
  )
}

/** @throws VfsError EACCES where there is none */
async function rootDirectory(): Promise<FileSystemDirectoryHandle> {
  try {
    return await navigator.storage.getDirectory()
  } catch (cause) {
    if (!isNamed(cause, 'SecurityError')) throw cause
    throw new VfsError(
      'EACCES',
      'The browser gives no origin private file system here, as in a private window, or where it blocks the data of this site; use memory(), or the IndexedDB of the browser',
      { cause },
    )
  }
}

async function makeDirectory(segments: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let directory = await rootDirectory()
  for (const segment of segments) {
    directory = await directory.getDirectoryHandle(segment, { create: true })
  }
  return directory
}
