/** Files that commands write. */
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isDatabaseFileName } from 'idb-everywhere/snapshot'
import { Failure } from './failures.ts'

/** What stands at the path of a file to be written; `device`: also a pipe, anything that takes what comes. */
export type Target = 'nothing' | 'file' | 'device'

/** @throws Failure where no file can be written there, or where there is one that may not be overwritten */
export function checkTarget(file: string, { force }: { readonly force: boolean }): Target {
  const found = statSync(file, { throwIfNoEntry: false })
  refuseDatabase(whereItLeads(file))
  if (!found) {
    requireParent(file)
    return 'nothing'
  }
  if (found.isDirectory()) {
    throw new Failure(`"${file}" is a directory; name a file to write`, 'EISDIR')
  }
  if (!found.isFile()) return 'device'
  if (force) return 'file'
  throw new Failure(`File "${file}" is there already; add --force to overwrite it`, 'EEXIST')
}

/** The path itself for what is not there, or no longer: a log goes once its database is closed. */
export function whereItLeads(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

function refuseDatabase(file: string): void {
  if (!isDatabaseFileName(basename(file))) return
  const message = `File "${file}" has the name of a database in its directory, which could be in use; name another file`
  throw new Failure(message, 'EEXIST')
}

function requireParent(file: string): void {
  const directory = dirname(file)
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return
  throw new Failure(`Directory "${directory}" is not there, so no file can be made in it`, 'ENOENT')
}
