import fs from 'node:fs'

/** Codes by which a file system says that its directories cannot be synced; its files then have to do. */
const unsupported = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EISDIR'])

/** Makes the names in the directory at `path` durable. */
export function syncDirectory(path: string): void {
  const descriptor = openForSync(path)
  if (descriptor === null) return
  try {
    syncDescriptor(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Opens the directory at `path`; null where that is not possible, and names need no sync. */
export function openForSync(path: string): number | null {
  // Engine: Windows opens no directory as a file; NTFS journals its names by itself.
  return process.platform === 'win32' ? null : fs.openSync(path, 'r')
}

/** Syncs an open directory. */
export function syncDescriptor(descriptor: number): void {
  try {
    fs.fsyncSync(descriptor)
  } catch (error) {
    if (!unsupported.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
