/** Bringing to the disk what a failed sync has left behind. */
import type { VfsFile } from '../vfs.ts'

const pieceBytes = 1024 * 1024

/**
 * Writes what a file holds once more, and syncs it. A system that fails to write takes what it could not for written, and
 * says so once: the next sync alone would succeed and bring nothing to the disk.
 * https://wiki.postgresql.org/wiki/Fsync_Errors
 */
export function rewriteFile(file: VfsFile): void {
  const size = file.size()
  const piece = new Uint8Array(Math.min(size, pieceBytes))
  for (let offset = 0; offset < size; offset += pieceBytes) {
    const byteCount = file.read(piece.subarray(0, size - offset), offset)
    file.write(piece.subarray(0, byteCount), offset)
  }
  file.sync(false)
}
