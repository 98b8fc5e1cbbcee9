/** Checks, of a whole directory and of one database. */
import { noSuchDatabase } from '../no-such-database.ts'
import { isBusy, withOwnedFiles } from '../owned-files.ts'
import { withFactory } from '../with-factory.ts'
import type { MaintenanceOptions, Tools } from '../tools.ts'
import { checkFiles } from './check-files.ts'
import { checkThroughOwner } from './check-through-owner.ts'
import { type DatabaseCheck, isDamage } from './problem.ts'

/** What was found in a directory. */
export interface DirectoryCheck {
  /**
   * How far it went: `files`, no one else had the directory, and pages, tables, records and index entries were looked at;
   * `records`, another has it, and through its owner all records were read and the entries of indexes were counted.
   */
  readonly depth: 'files' | 'records'
  readonly databases: readonly DatabaseCheck[]
  /** Whether no damage was found. */
  readonly isSound: boolean
}

/** Checks all databases of a directory, or the one of that name. @throws NotFoundError where there is none */
export async function check(
  tools: Tools,
  path: string,
  options: MaintenanceOptions & { readonly name?: string | undefined },
): Promise<DirectoryCheck> {
  const found = await checkHow(tools, path, options)
  const { name } = options
  if (name !== undefined && found.databases.length === 0)
    throw await noSuchDatabase(tools, path, name)
  const isSound = found.databases.every(({ problems }) => !problems.some(isDamage))
  return { ...found, isSound }
}

async function checkHow(
  tools: Tools,
  path: string,
  options: MaintenanceOptions & { readonly name?: string | undefined },
): Promise<Omit<DirectoryCheck, 'isSound'>> {
  try {
    const databases = await withOwnedFiles(tools, path, (owned) => checkFiles(owned, options))
    return { depth: 'files', databases }
  } catch (error) {
    if (!isBusy(error)) throw error
  }
  const databases = await withFactory(tools, path, (factory) => checkThroughOwner(factory, options))
  return { depth: 'records', databases }
}
