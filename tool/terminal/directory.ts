import { mkdirSync, rmdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Argument } from 'commander'
import {
  type ClosableIDBFactory,
  close,
  createIndexedDB,
  type IndexedDBOptions,
} from 'idb-everywhere'
import { Failure, failureText, WrongUse } from './failures.ts'
import { isServer, placeText, serverFactory, serverOptions } from './server.ts'
import { withServerFailures } from './server-failure.ts'

/**
 * Lets `action` use the databases of a directory, or of a server, and gives it up afterwards. Other processes may have it: they go on, and
 * so does this one. The directory has to be there; none is made.
 *
 * @throws Failure with the code ENOENT or ENOTDIR where there is no such directory
 */
export async function withIndexedDB<Result>(
  directory: string,
  action: (indexedDB: ClosableIDBFactory) => Promise<Result>,
): Promise<Result> {
  if (isServer(directory)) {
    const { schema } = serverOptions(directory)
    return withServerFailures({ place: directory, schema }, async () =>
      closing(await serverFactory(directory, told), action),
    )
  }
  const path = existingDirectory(directory)
  return closing(createIndexedDB({ path, ifLocked: 'share', ...told }), action)
}

/** Gives it up after `action`. */
async function closing<Result>(
  indexedDB: ClosableIDBFactory,
  action: (indexedDB: ClosableIDBFactory) => Promise<Result>,
): Promise<Result> {
  try {
    return await action(indexedDB)
  } finally {
    await close(indexedDB)
  }
}

/** What no request reports is a line on the standard error. Nothing is explained: that is for those who write programs, and takes time. */
const told: IndexedDBOptions = {
  onWarning: (warning) => console.error(`warning: ${failureText(warning)}`),
  explain: false,
}

/** The argument of commands that look: without it, they take the directory that a program takes which is told of none. */
export function directoryArgument(text = 'where the databases are'): Argument {
  const directory = process.env['IDB_PATH'] || '.indexeddb'
  return new Argument('[directory]', text).default(directory, 'IDB_PATH, else .indexeddb')
}

/** The same of those that look at servers, too. */
export const placeArgument = (): Argument => directoryArgument(placeText)

/**
 * Its absolute path. `onServer`: what there is for servers in place of a command, in words.
 *
 * @throws Failure with the code ENOENT or ENOTDIR where there is no such directory, WrongUse for databases in memory, or a server
 */
export function existingDirectory(directory: string, onServer?: string): string {
  refuseMemory(directory)
  requireFiles(directory, onServer)
  const found = statSync(directory, { throwIfNoEntry: false })
  if (!found) {
    throw new Failure(
      `Directory "${directory}" is not there; name the one that holds the databases`,
      'ENOENT',
    )
  }
  if (!found.isDirectory()) {
    throw new Failure(
      `"${directory}" is a file; name the directory that holds the databases`,
      'ENOTDIR',
    )
  }
  return resolve(directory)
}

/** `onServer`: as above. @throws WrongUse for a server */
export function requireFiles(place: string, onServer?: string): void {
  if (!isServer(place)) return
  const instead = onServer === undefined ? '' : `; ${onServer}`
  throw new WrongUse(`This command is about files: name a directory in place of a server${instead}`)
}

/** A directory to put databases into. */
export interface MadeDirectory {
  /** Takes away what was made, as far as nothing is in it. */
  removeIfEmpty(): void
}

/**
 * Makes it, and those above it, where it is not there; of a server nothing.
 *
 * @throws Failure with the code ENOTDIR where a file is in the way; WrongUse for databases in memory
 */
export function madeDirectory(directory: string): MadeDirectory {
  refuseMemory(directory)
  const first = isServer(directory) ? undefined : makeDirectory(directory)
  return {
    removeIfEmpty() {
      if (first === undefined) return
      const top = dirname(resolve(first))
      for (let it = resolve(directory); it !== top; it = dirname(it)) {
        if (!removeEmpty(it)) return
      }
    },
  }
}

/** What SQLite and its tools mean by that name. */
function refuseMemory(directory: string): void {
  if (directory !== ':memory:') return
  throw new WrongUse(
    '":memory:" is no directory, and what a program has in memory no other sees; name the directory that holds the databases ("./:memory:" for one of that name)',
  )
}

/** The first one that was made; undefined: they were there. */
function makeDirectory(directory: string): string | undefined {
  try {
    return mkdirSync(directory, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error
    throw new Failure(`"${directory}" is a file, or lies in one; name a directory`, 'ENOTDIR')
  }
}

/** Whether it was empty, and is gone. */
function removeEmpty(directory: string): boolean {
  try {
    rmdirSync(directory)
    return true
  } catch {
    // It has files of others, or what a later import goes on from.
    return false
  }
}
