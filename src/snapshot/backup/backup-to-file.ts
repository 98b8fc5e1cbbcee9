import { aPath, checkArguments } from '../../arguments/check-arguments.ts'
import type { IDBFactory } from '../../api/global/interfaces.ts'
import { domException } from '../../errors.ts'
import { type BackupOptions, checkBackup, copyOf } from './backup.ts'
import { type FileModules, startWholeFile, targetOf } from './whole-file.ts'

/** What was written. */
export interface BackedUp {
  /** How long the file is. */
  readonly bytes: number
}

/**
 * Writes a copy of a database, as `backup()` gives it, into the file at `path`, in Node, Bun and Deno. It is written under a name of
 * its own beside it (`….part`), and takes the place of what is at `path` when it is whole and on the disk: a backup that fails, is
 * aborted or killed leaves that as it was. Where a link is at `path`, it stays, and the file it leads to is replaced.
 *
 * @throws NotSupportedError where there are no files; TypeError where something other than a file is at `path`, or it ends in what a
 *   directory of databases calls one of them; what the file system throws; and as `backup()`
 */
export async function backupToFile(
  indexedDB: IDBFactory,
  name: string,
  path: string,
  options: BackupOptions = {},
): Promise<BackedUp> {
  checkBackup('backupToFile()', { indexedDB, name, options })
  checkArguments('backupToFile()', { path: [path, aPath] })
  const modules = fileModules()
  const target = await targetOf(modules, path)
  const pieces = copyOf(indexedDB, name, options)
  try {
    // Begun before there is a file: often it fails there.
    const first = await pieces.next()
    const file = await startWholeFile(modules, target)
    try {
      let bytes = 0
      for (let it = first; !it.done; it = await pieces.next()) {
        await file.write(it.value)
        bytes += it.value.length
      }
      await file.finish()
      return { bytes }
    } finally {
      await file.end().catch(() => undefined)
    }
  } finally {
    await pieces.return()
  }
}

function fileModules(): FileModules {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown }
  }
  // They are what those names stand for.
  const fs = process?.getBuiltinModule?.('node:fs/promises') as FileModules['fs'] | undefined
  const path = process?.getBuiltinModule?.('node:path') as FileModules['path'] | undefined
  if (fs && path) return { fs, path }
  const message =
    'There are no files here to write a backup to; take the stream that backup() gives, and write it where it belongs'
  throw domException('NotSupportedError', message)
}
