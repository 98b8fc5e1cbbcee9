/** Files that are there as a whole, or not at all. */
import { memberOf } from '../../base/thrown.ts'
import { optionError } from '../../errors.ts'
import { isDatabaseFileName } from '../../files/file-name-pattern.ts'

/** What is needed of the modules for files. */
export interface FileModules {
  readonly fs: typeof import('node:fs/promises')
  readonly path: typeof import('node:path')
}

/** A file that is being written beside the one whose place it takes. */
export interface WholeFile {
  /** At the end of what is there. */
  write(piece: Uint8Array): Promise<void>
  /** Puts it in its place, once it is on the disk. */
  finish(): Promise<void>
  /** Removes it, unless it is in its place. */
  end(): Promise<void>
}

/**
 * The path of the file that is to be written: where a link leads, that file.
 *
 * @throws TypeError for what is no file, such as a directory or a pipe, and for the name of a database in its directory
 */
export async function targetOf({ fs, path }: FileModules, target: string): Promise<string> {
  const found = await fs.stat(target).catch(() => null)
  if (found && !found.isFile()) {
    throw optionError('path', `"${target}" is no file, and cannot be replaced by one; name another`)
  }
  // It may be gone since: a log is, once its database is closed.
  const real = await fs.realpath(target).catch(() => target)
  if (isDatabaseFileName(path.basename(real))) {
    const message = `"${target}" is what a directory of databases calls one of them, which could be in use; name another file`
    throw optionError('path', message)
  }
  return real
}

let count = 0

/** What `startWholeFile()` calls them. */
const partName = /\.(\d+)-[0-9a-z]+-\d+\.part$/

/** How long ago the last byte of one was written that has been left. */
const leftMs = 60 * 60 * 1_000

/**
 * Opens a file of its own beside the target, which stays as it is until the end. Those in that directory which killed processes have left
 * are removed: their process is gone, and an hour has passed, as that of another container cannot be seen.
 */
export async function startWholeFile(
  { fs, path }: FileModules,
  target: string,
): Promise<WholeFile> {
  await removeLeftParts({ fs, path }, path.dirname(target))
  const part = `${target}.${process.pid}-${Date.now().toString(36)}-${++count}.part`
  // What is there already is another's.
  const file = await fs.open(part, 'wx')
  let isOpen = true
  const close = async (): Promise<void> => {
    if (isOpen) await file.close()
    isOpen = false
  }
  let isInPlace = false
  return {
    write: (piece) => file.writeFile(piece),
    async finish() {
      await file.sync()
      await close()
      await fs.rename(part, target)
      isInPlace = true
      await syncDirectory(fs, path.dirname(target))
    },
    async end() {
      await close()
      if (!isInPlace) await fs.rm(part, { force: true })
    },
  }
}

async function removeLeftParts({ fs, path }: FileModules, directory: string): Promise<void> {
  // Where it cannot be listed, a file may be made in it all the same.
  const names = await fs.readdir(directory).catch(() => [])
  for (const name of names) {
    const [, pid] = partName.exec(name) ?? []
    if (pid === undefined || isRunning(Number(pid))) continue
    const part = path.join(directory, name)
    // Another may remove it now, or this user may not: the backup does without.
    await removeIfLeft(fs, part).catch(() => undefined)
  }
}

async function removeIfLeft(fs: FileModules['fs'], part: string): Promise<void> {
  const found = await fs.lstat(part)
  if (found.isFile() && Date.now() - found.mtimeMs > leftMs) await fs.rm(part)
}

/** True where that cannot be told. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return memberOf(error, 'code') !== 'ESRCH'
  }
}

/** So that the file is found under its name after a loss of power. Where a directory cannot be opened, it needs none. */
async function syncDirectory(fs: FileModules['fs'], path: string): Promise<void> {
  const directory = await fs.open(path, 'r').catch(() => null)
  if (!directory) return
  try {
    await directory.sync().catch(() => undefined)
  } finally {
    await directory.close()
  }
}
