/** What is looked into: the databases of a directory, or those of a factory that the program has. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type ClosableIDBFactory,
  close as closeDatabases,
  createIndexedDB,
} from '../../src/index.ts'
import type { Source } from '../source/source.ts'
import { watchDirectory } from './changes.ts'
import { titleOf } from './title.ts'

/** Databases, and how they are watched where not as those of any factory. */
export interface Shown {
  readonly indexedDB: ClosableIDBFactory
  readonly title: string
  readonly watch?: Source['watch']
  close(): Promise<void>
}

/** Those of a directory, which is given up at the end. Its path is absolute, and it is there. */
export function shownDirectory(directory: string): Shown {
  const indexedDB = createIndexedDB({ path: directory, ifLocked: 'share' })
  return {
    indexedDB,
    title: titleOf(directory),
    watch: (listener) => watchDirectory(directory, listener),
    close: () => closeDatabases(indexedDB),
  }
}

/** Those of a factory, which stays open. */
export function shownFactory(indexedDB: ClosableIDBFactory, title = 'Databases'): Shown {
  return { indexedDB, title, async close() {} }
}

/** The directory's absolute path. @throws Error with the code ENOENT or ENOTDIR */
export function requireDirectory(path: string): string {
  const directory = resolve(path)
  const found = statSync(directory, { throwIfNoEntry: false })
  if (found?.isDirectory()) return directory
  const [what, code] = found ? ['is a file', 'ENOTDIR'] : ['is not there', 'ENOENT']
  const message = `Directory "${directory}" ${what}; name the one that holds the databases`
  throw Object.assign(new Error(message), { code })
}
