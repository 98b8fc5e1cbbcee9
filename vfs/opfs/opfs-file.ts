import { VfsError } from '../../src/files/vfs.ts'
import type { VfsFile } from '../../src/files/vfs.ts'
import { accessError, isNamed, type SyncAccessHandle } from './opfs-access.ts'

/** What the file's directory is told. */
export interface OpfsFileEvents {
  closed(): void
  /** The browser has taken the file away from under its handle. */
  lost(): void
}

/** An open file over a handle that stays open when the file is closed. */
export function opfsFile(name: string, handle: SyncAccessHandle, events: OpfsFileEvents): VfsFile {
  /** Lets no error of the platform through that is not one of the contract. */
  function guarded<Result>(use: () => Result): Result {
    try {
      return use()
    } catch (error) {
      const failure = fileError(name, error)
      if (failure.code === 'ESTALE') events.lost()
      throw failure
    }
  }

  function write(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length;) {
      const wanted = bytes.length - done
      const count = handle.write(bytes.subarray(done), { at: offset + done })
      if (count === 0) throw new VfsError('ENOSPC', `Nothing could be written to "${name}"`)
      done += checked(name, count, wanted)
      size = Math.max(size, offset + done)
    }
  }

  // No other thread can write the file, so its size need not be asked for again.
  let size = guarded(() => checked(name, handle.getSize(), Number.MAX_SAFE_INTEGER))

  return {
    read(into, offset) {
      if (offset >= size) return 0
      return guarded(() => checked(name, handle.read(into, { at: offset }), into.length))
    },
    write: (bytes, offset) => guarded(() => write(bytes, offset)),
    truncate(newSize) {
      guarded(() => handle.truncate(newSize))
      size = newSize
    },
    size: () => size,
    sync: () => guarded(() => handle.flush()),
    close: events.closed,
  }
}

/** A handle that the browser has closed is one whose file it has cleared away: nothing else closes it while it is in use. */
function fileError(name: string, error: unknown): VfsError {
  return isNamed(error, 'InvalidStateError') ? clearedError(name, error) : accessError(name, error)
}

/** The error for a file that is no longer in the origin private file system, though it is open. */
export function clearedError(name: string, cause?: unknown): VfsError {
  return new VfsError(
    'ESTALE',
    `File "${name}" was deleted from the origin private file system while it was in use, as when site data is cleared; ` +
      'open the databases again to begin with empty ones',
    { cause },
  )
}

/**
 * The count that a handle has given. Engine: off the record, Chromium passes its errors on as counts, which wrap around to
 * numbers beyond all that was asked for. https://source.chromium.org/chromium/chromium/src/+/main:base/files/file.h
 */
function checked(name: string, count: number, most: number): number {
  if (count <= most) return count
  const error = Number(BigInt.asIntN(32, BigInt(count)))
  if (error === FILE_ERROR_NOT_FOUND) throw clearedError(name)
  const code = error === FILE_ERROR_NO_SPACE ? 'ENOSPC' : 'EIO'
  throw new VfsError(code, `File "${name}" in the origin private file system: error ${error}`)
}

const FILE_ERROR_NOT_FOUND = -4
const FILE_ERROR_NO_SPACE = -8
