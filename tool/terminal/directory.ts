import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type ClosableIDBFactory,
  close,
  createIndexedDB,
  type IndexedDBOptions,
} from 'idb-everywhere'
import { Failure, failureText } from './failures.ts'

/**
 * Lets `action` use the databases of a directory, and gives it up afterwards. Other processes may have it: they go on, and so does
 * this one. The directory has to be there; none is made.
 *
 * @throws Failure with the code ENOENT or ENOTDIR where there is no such directory
 */
export async function withIndexedDB<Result>(
  directory: string,
  action: (indexedDB: ClosableIDBFactory) => Promise<Result>,
): Promise<Result> {
  const indexedDB = createIndexedDB({
    path: existingDirectory(directory),
    ifLocked: 'share',
    ...told,
  })
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

/** Its absolute path. @throws Failure with the code ENOENT or ENOTDIR where there is no such directory */
export function existingDirectory(directory: string): string {
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
