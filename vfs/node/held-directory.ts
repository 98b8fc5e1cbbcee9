import fs from 'node:fs'
import { VfsError } from '../../src/files/vfs.ts'
import { directoryError } from './node-directory.ts'
import { explained, explanation } from './node-file-error.ts'
import { openForSync, syncDescriptor } from './node-directory-sync.ts'
import { missing } from './plain-file.ts'

/** A directory that was opened under a path, whatever becomes of the path. */
export interface HeldDirectory {
  /** @throws VfsError ESTALE when the path does not lead to it any more */
  verify(): void
  /** Makes the names in it durable: creating, renaming and deleting change the directory, not the file. */
  sync(): void
  /** Never throws. */
  release(): void
}

/**
 * Holds the directory at `path`. As long as it is open, no other can be taken for it: a file system gives the number of a
 * deleted directory to the next one that is made.
 */
export function holdDirectory(path: string): HeldDirectory {
  let descriptor: number | null = null
  try {
    descriptor = openForSync(path)
    return heldDirectory(path, descriptor)
  } catch (error) {
    closeRead(descriptor)
    throw directoryError(path, error)
  }
}

function closeRead(descriptor: number | null): void {
  try {
    if (descriptor !== null) fs.closeSync(descriptor)
  } catch {
    // Nothing was written through it; what cannot be closed is gone, or was closed by another.
  }
}

/** `descriptor`: null where directories cannot be opened. */
function heldDirectory(path: string, descriptor: number | null): HeldDirectory {
  const options = { bigint: true } as const
  const { dev, ino } =
    descriptor === null ? fs.statSync(path, options) : fs.fstatSync(descriptor, options)
  return {
    verify() {
      const found = statIfPresent(path)
      if (found?.ino === ino && found.dev === dev) return
      throw new VfsError('ESTALE', found ? replaced(path) : gone(path))
    },
    sync() {
      if (descriptor !== null) explained(path, () => syncDescriptor(descriptor))
    },
    release: () => closeRead(descriptor),
  }
}

function statIfPresent(path: string): fs.BigIntStats | undefined {
  try {
    return fs.statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if (missing.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw explanation(path, error)
  }
}

const gone = (path: string): string =>
  `Directory "${path}" was moved or deleted while it was in use; put it back, or call close(factory) and open the databases again to begin with an empty one`

const replaced = (path: string): string =>
  `Directory "${path}" was replaced by another while it was in use; put that one back, or call close(factory) and open the databases again to use what is there now`
