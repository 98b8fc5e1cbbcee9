/** A database that is there: none is made by being named. */
import type { IDBDatabase, IDBFactory } from 'idb-everywhere'
import { withIndexedDB } from '../terminal/directory.ts'
import { Failure } from '../terminal/failures.ts'
import { resultOf } from './requests.ts'

/** A database, and the factory that it is of. */
export interface Connected {
  readonly database: IDBDatabase
  readonly indexedDB: IDBFactory
}

/**
 * Lets `action` use a database of a directory. When others want to upgrade or delete it meanwhile, its connection closes and does
 * not stand in their way.
 *
 * @throws Failure with the code NotFoundError where there is no such database, and as withIndexedDB()
 */
export function withDatabase<Result>(
  directory: string,
  name: string,
  action: (connected: Connected) => Promise<Result>,
): Promise<Result> {
  return withIndexedDB(directory, async (indexedDB) => {
    const database = await openExisting(indexedDB, name)
    try {
      return await action({ database, indexedDB })
    } finally {
      database.close()
    }
  })
}

/** A connection to a database. @throws Failure where there is no such database */
export async function openExisting(indexedDB: IDBFactory, name: string): Promise<IDBDatabase> {
  await requireDatabase(indexedDB, name)
  const request = indexedDB.open(name)
  // It was deleted meanwhile: what this would create is not wanted.
  request.onupgradeneeded = () => request.transaction?.abort()
  const database = await resultOf(request)
  database.onversionchange = () => database.close()
  return database
}

/** @throws Failure with the code NotFoundError where there is no such database; it names those there are */
export async function requireDatabase(indexedDB: IDBFactory, name: string): Promise<void> {
  const names = await namesOf(indexedDB)
  if (!names.includes(name)) throw missing(name, names)
}

/** The names of all databases, in order. */
export async function namesOf(indexedDB: IDBFactory): Promise<string[]> {
  const databases = await indexedDB.databases()
  return databases.map((it) => it.name ?? '').sort()
}

function missing(name: string, names: readonly string[]): Failure {
  const there = names.length > 0 ? `there are ${listed(names)}` : 'the directory has none'
  return new Failure(`There is no database "${name}"; ${there}`, 'NotFoundError')
}

/** More than a person reads. */
const mostNames = 20

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((it) => `"${it}"`)
  return names.length > mostNames
    ? `${shown.join(', ')} and ${names.length - mostNames} more`
    : shown.join(', ')
}
