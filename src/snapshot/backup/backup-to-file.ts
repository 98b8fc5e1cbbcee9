import { aPath, checkArguments } from '../../arguments/check-arguments.ts'
import type { IDBFactory } from '../../api/global/interfaces.ts'
import { domException } from '../../errors.ts'
import { type BackupOptions, checkBackup, copyOf } from './backup.ts'

/** What was written. */
export interface BackedUp {
  /** How long the file is. */
  readonly bytes: number
}

/**
 * Writes a copy of a database, as `backup()` gives it, into the file at `path`, in Node, Bun and Deno. It is written under another name
 * beside it (`….part`), and takes the place of what is at `path` when it is whole and on the disk: a backup that fails, is aborted or
 * killed leaves that as it was.
 *
 * @throws NotSupportedError where there are no files; what the file system throws; and as `backup()`
 */
export async function backupToFile(
  indexedDB: IDBFactory,
  name: string,
  path: string,
  options: BackupOptions = {},
): Promise<BackedUp> {
  checkBackup('backupToFile()', { indexedDB, name, options })
  checkArguments('backupToFile()', { path: [path, aPath] })
  const { fs, dirname } = fileSystem()
  const part = `${path}.part`
  const pieces = copyOf(indexedDB, name, options)
  // Begun before there is a file: often it fails there.
  const first = await pieces.next()
  try {
    const file = await fs.open(part, 'w')
    let bytes = 0
    try {
      for (let it = first; !it.done; it = await pieces.next()) {
        await file.writeFile(it.value)
        bytes += it.value.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await fs.rename(part, path)
    await syncDirectory(fs, dirname(path))
    return { bytes }
  } catch (error) {
    await fs.rm(part, { force: true }).catch(() => undefined)
    throw error
  } finally {
    await pieces.return()
  }
}

type Fs = typeof import('node:fs/promises')

function fileSystem(): { fs: Fs; dirname: (path: string) => string } {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown }
  }
  const fs = process?.getBuiltinModule?.('node:fs/promises') as Fs | undefined
  const path = process?.getBuiltinModule?.('node:path') as typeof import('node:path') | undefined
  if (fs && path) return { fs, dirname: path.dirname }
  const message =
    'There are no files here to write a backup to; take the stream that backup() gives, and write it where it belongs'
  throw domException('NotSupportedError', message)
}

/** So that the file is found under its name after a loss of power. Where a directory cannot be opened, it needs none. */
async function syncDirectory(fs: Fs, path: string): Promise<void> {
  const directory = await fs.open(path, 'r').catch(() => null)
  if (!directory) return
  try {
    await directory.sync().catch(() => undefined)
  } finally {
    await directory.close()
  }
}
