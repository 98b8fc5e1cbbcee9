import fs from 'node:fs'
import { VfsError } from '../../src/files/vfs.ts'
import type { VfsFile } from '../../src/files/vfs.ts'
import type { HeldDirectory } from './held-directory.ts'
import { explained, explanation } from './node-file-error.ts'
import { lstatOrNull, statPlainFile } from './plain-file.ts'

/** The syncs under way of one directory's files. */
export type PendingSyncs = Set<Promise<void>>

/** How to open a file. */
export interface NodeFileOptions {
  readonly create: boolean
  /** What `syncLater` starts stands in here until it is done. */
  readonly pending: PendingSyncs
  readonly directory: HeldDirectory
}

/** Opens the file at `path`; null when it is missing and `create` is false. */
export function openNodeFile(path: string, options: NodeFileOptions): VfsFile | null {
  const descriptor = explained(path, () => openDescriptor(path, options))
  if (descriptor === null) return null
  try {
    // Its directory may have been replaced in the same moment.
    options.directory.verify()
    return fileOver(path, descriptor, options)
  } catch (error) {
    fs.closeSync(descriptor)
    throw explanation(path, error)
  }
}

/** @throws VfsError that names what is no plain file: what is written to a link's would lie outside of the directory */
function openDescriptor(path: string, { create }: NodeFileOptions): number | null {
  statPlainFile(path)
  const existing = openIfPresent(path, 'r+')
  return existing === null && create ? fs.openSync(path, 'wx+') : existing
}

function openIfPresent(path: string, flags: string): number | null {
  try {
    return fs.openSync(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function fileOver(
  path: string,
  descriptor: number,
  { pending, directory }: NodeFileOptions,
): VfsFile {
  const opened = fs.fstatSync(descriptor, { bigint: true })
  // Nobody else writes the file, so its size need not be asked for again.
  let size = Number(opened.size)
  // Also for a file found here: whoever made it may have been killed before the first sync.
  let needsDirectorySync = true
  let syncsUnderWay = 0
  let isClosed = false

  /** A descriptor closed under a sync in the thread pool might by then be another file's. */
  function closeWhenIdle(): void {
    if (isClosed && syncsUnderWay === 0) fs.closeSync(descriptor)
  }

  function writeSome(bytes: Uint8Array, start: number, offset: number): number {
    try {
      return fs.writeSync(descriptor, bytes, start, bytes.length - start, offset)
    } catch (error) {
      throw explanation(path, error)
    }
  }

  function readSome(into: Uint8Array, start: number, length: number, offset: number): number {
    try {
      return fs.readSync(descriptor, into, start, length - start, offset + start)
    } catch (error) {
      throw explanation(path, error)
    }
  }

  function syncName(): void {
    if (!needsDirectorySync) return
    directory.sync()
    needsDirectorySync = false
  }

  async function syncData(): Promise<void> {
    syncsUnderWay++
    try {
      await fdatasync(descriptor)
      syncName()
    } catch (error) {
      throw explanation(path, error)
    } finally {
      syncsUnderWay--
      closeWhenIdle()
    }
  }

  return {
    read(into, offset) {
      const length = Math.min(into.length, size - offset)
      let done = 0
      while (done < length) {
        const count = readSome(into, done, length, offset)
        if (count === 0) break
        done += count
      }
      return done
    },
    write(bytes, offset) {
      for (let done = 0; done < bytes.length;) {
        const count = writeSome(bytes, done, offset + done)
        if (count === 0) throw new VfsError('EIO', `Nothing could be written to "${path}"`)
        done += count
        size = Math.max(size, offset + done)
      }
    },
    truncate(newSize) {
      explained(path, () => fs.ftruncateSync(descriptor, newSize))
      size = newSize
    },
    size: () => size,
    sync(dataOnly) {
      explained(path, () => (dataOnly ? fs.fdatasyncSync : fs.fsyncSync)(descriptor))
      syncName()
    },
    syncLater() {
      const syncing = syncData()
      // Only the caller hears of a failure; the directory waits for the end, however it ends.
      const settled = syncing.catch(() => {})
      pending.add(settled)
      void settled.then(() => pending.delete(settled))
      return syncing
    },
    isLinked() {
      const named = lstatOrNull(path)
      return named !== null && named.ino === opened.ino && named.dev === opened.dev
    },
    close() {
      isClosed = true
      closeWhenIdle()
    },
  }
}

function fdatasync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fdatasync(descriptor, (error) => (error ? reject(error) : resolve()))
  })
}
