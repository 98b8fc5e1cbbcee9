/** The name under which SQLite keeps databases in memory: as a path it would be that of a directory, with files in it. */
import { optionError } from '../errors.ts'

/** What to say of it: what was meant, and how a directory of that name is named all the same. */
export const memoryPathAdvice =
  '; for databases in memory, give createIndexedDB() the option vfs: memory(), of idb-everywhere/vfs/memory (a directory of that name is "./:memory:")'

/** Whether databases in memory are meant where a path is wanted. */
export function isMemoryPath(path: unknown): boolean {
  return path === ':memory:'
}

/** @throws TypeError where databases in memory are meant by the path of a directory on a disk */
export function refuseMemoryPath(path: string): void {
  if (!isMemoryPath(path)) return
  throw optionError('path', `":memory:" as \`path\` is no directory${memoryPathAdvice}`)
}
