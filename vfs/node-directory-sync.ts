import fs from 'node:fs'
import { dirname } from 'node:path'

/** Codes by which a file system says that its directories cannot be synced; its files then have to do. */
const unsupported = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EISDIR'])

/** Makes the name of the file at `path` durable: creating, renaming and deleting change the directory, not the file. */
export function syncDirectory(path: string): void {
  // Engine: Windows opens no directory as a file; NTFS journals its names by itself.
  if (process.platform === 'win32') return
  const descriptor = fs.openSync(dirname(path), 'r')
  try {
    fs.fsyncSync(descriptor)
  } catch (error) {
    if (!unsupported.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    fs.closeSync(descriptor)
  }
}
