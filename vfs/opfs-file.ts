import { VfsError } from '../src/sqlite/vfs.ts'
import type { VfsFile } from '../src/sqlite/vfs.ts'
import { accessError, type SyncAccessHandle } from './opfs-access.ts'

/** An open file over a handle that stays open when the file is closed. */
export function opfsFile(
  name: string,
  handle: SyncAccessHandle,
  { closed }: { closed: () => void },
): VfsFile {
  // Nobody else can write the file, so its size need not be asked for again.
  let size = handle.getSize()

  /** Lets no error of the platform through that is not one of the contract. */
  function guarded<Result>(use: () => Result): Result {
    try {
      return use()
    } catch (error) {
      throw accessError(name, error)
    }
  }

  function write(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length;) {
      const count = handle.write(bytes.subarray(done), { at: offset + done })
      if (count === 0) throw new VfsError('ENOSPC', `Nothing could be written to "${name}"`)
      done += count
      size = Math.max(size, offset + done)
    }
  }

  return {
    read: (into, offset) => (offset < size ? guarded(() => handle.read(into, { at: offset })) : 0),
    write: (bytes, offset) => guarded(() => write(bytes, offset)),
    truncate(newSize) {
      guarded(() => handle.truncate(newSize))
      size = newSize
    },
    size: () => size,
    sync: () => guarded(() => handle.flush()),
    close: closed,
  }
}
