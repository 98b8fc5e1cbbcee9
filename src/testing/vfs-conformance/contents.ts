/** What tests of the suite put into files, and how they read it. */
import { DirectoryLockedError } from '../../files/vfs.ts'
import type { VfsDirectory, VfsFile } from '../../files/vfs.ts'

/** Opens a file, which is made if it is missing. */
export async function openFile(directory: VfsDirectory, name: string): Promise<VfsFile> {
  await directory.prepare([name])
  const file = directory.open(name, { create: true })
  if (file === null) throw new Error(`open("${name}", { create: true }) returned null`)
  return file
}

/** Makes a file that holds those bytes. */
export async function writeFile(
  directory: VfsDirectory,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const file = await openFile(directory, name)
  file.write(bytes, 0)
  file.sync(false)
  file.close()
}

/** The bytes of a file, which is made if it is missing. */
export async function readFile(directory: VfsDirectory, name: string): Promise<Uint8Array> {
  const file = await openFile(directory, name)
  const bytes = readBytes(file, 0, file.size())
  file.close()
  return bytes
}

/** What a read gives, shorter only at the end of the file. */
export function readBytes(file: VfsFile, offset: number, length: number): Uint8Array {
  const into = new Uint8Array(length).fill(0xee)
  return into.slice(0, file.read(into, offset))
}

/** Bytes that differ from page to page and from seed to seed, and are never zero. */
export function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => 1 + ((at * 7 + (at >> 8) * 13 + seed * 31) % 255))
}

/** Whether an error says why, as the contract has it. */
export function hasCode(error: unknown): boolean {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
}

/** @throws anything else */
export function isLocked(error: unknown): boolean {
  if (error instanceof DirectoryLockedError && error.code === 'ELOCKED') return true
  throw error
}
