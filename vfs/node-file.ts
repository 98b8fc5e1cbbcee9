import fs from 'node:fs'
import { VfsError } from '../src/sqlite/vfs.ts'
import type { VfsFile } from '../src/sqlite/vfs.ts'
import { syncDirectory } from './node-directory-sync.ts'

/** An open file and what its directory needs to know of it. */
export interface NodeFile extends VfsFile {
  /** Fulfils once the descriptor is closed, which a `syncLater` under way delays. */
  readonly closed: Promise<void>
}

/** Opens the file at `path`; null when it is missing and `create` is false. */
export function openNodeFile(path: string, { create }: { create: boolean }): NodeFile | null {
  const existing = openIfPresent(path, 'r+')
  if (existing !== null) return fileOver(path, existing, { isCreated: false })
  return create ? fileOver(path, fs.openSync(path, 'wx+'), { isCreated: true }) : null
}

function openIfPresent(path: string, flags: string): number | null {
  try {
    return fs.openSync(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function fileOver(path: string, descriptor: number, { isCreated }: { isCreated: boolean }) {
  const opened = fs.fstatSync(descriptor, { bigint: true })
  // Nobody else writes the file, so its size need not be asked for again.
  let size = Number(opened.size)
  let needsDirectorySync = isCreated
  let syncsUnderWay = 0
  let isClosing = false
  const { promise: closed, resolve: resolveClosed } = promiseParts()

  const file: NodeFile = {
    closed,
    read(into, offset) {
      const length = Math.min(into.length, size - offset)
      let done = 0
      while (done < length) {
        const count = fs.readSync(descriptor, into, done, length - done, offset + done)
        if (count === 0) break
        done += count
      }
      return done
    },
    write(bytes, offset) {
      const { length } = bytes
      for (let done = 0; done < length;) {
        const count = fs.writeSync(descriptor, bytes, done, length - done, offset + done)
        if (count === 0) throw new VfsError('EIO', `Nothing could be written to "${path}"`)
        done += count
        size = Math.max(size, offset + done)
      }
    },
    truncate(newSize) {
      fs.ftruncateSync(descriptor, newSize)
      size = newSize
    },
    size: () => size,
    sync(dataOnly) {
      if (dataOnly) fs.fdatasyncSync(descriptor)
      else fs.fsyncSync(descriptor)
      if (!needsDirectorySync) return
      syncDirectory(path)
      needsDirectorySync = false
    },
    async syncLater() {
      syncsUnderWay++
      try {
        await fdatasync(descriptor)
        if (needsDirectorySync) syncDirectory(path)
        needsDirectorySync = false
      } finally {
        syncsUnderWay--
        if (isClosing) closeWhenIdle()
      }
    },
    isLinked() {
      const named = fs.statSync(path, { bigint: true, throwIfNoEntry: false })
      return named !== undefined && named.ino === opened.ino && named.dev === opened.dev
    },
    close() {
      isClosing = true
      closeWhenIdle()
    },
  }

  /** A descriptor closed under a sync in another thread might by then be another file's. */
  function closeWhenIdle(): void {
    if (syncsUnderWay > 0) return
    fs.closeSync(descriptor)
    resolveClosed()
  }

  return file
}

function fdatasync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fdatasync(descriptor, (error) => (error ? reject(error) : resolve()))
  })
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function promiseParts(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
