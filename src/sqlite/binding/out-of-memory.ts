import { StorageError } from '../../errors.ts'

/** The error where the engine's own allocator has no room. */
export function outOfMemory(message: string): StorageError {
  return new StorageError('io', message, { code: 'ERR_IDB_OUT_OF_MEMORY' })
}
