/** Reading a VFS's files without trusting that they say what they could not read. */
import { VfsError, type VfsFile } from '../vfs.ts'

/**
 * Fills `into` from `offset`, the rest with zeros, and returns how many bytes there were.
 * @throws VfsError when there were fewer than the file has: only its end may cut a read short.
 */
export function readFile(file: VfsFile, into: Uint8Array, offset: number): number {
  const byteCount = file.read(into, offset)
  if (byteCount === into.length) return byteCount
  if (file.size() > offset + byteCount) {
    throw new VfsError('EIO', `Only ${byteCount} of ${into.length} bytes were read at ${offset}`)
  }
  into.fill(0, byteCount)
  return byteCount
}
