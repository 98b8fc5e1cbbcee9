/** A database that is there: none is made by being named. */
import type { IDBDatabase, IDBFactory } from 'idb-everywhere'
import { withIndexedDB } from '../terminal/directory.ts'
import { Failure } from '../terminal/failures.ts'
import { plainText } from '../terminal/plain-text.ts'
import { hasDatabaseFile } from './database-file.ts'
import { nearestName } from './nearest-name.ts'
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
 * @throws as requireDatabase() and withIndexedDB()
 */
export function withDatabase<Result>(
  directory: string,
  name: string,
  action: (connected: Connected) => Promise<Result>,
): Promise<Result> {
  return withIndexedDB(directory, async (indexedDB) => {
    const database = await openExisting({ directory, indexedDB }, name)
    try {
      return await action({ database, indexedDB })
    } finally {
      database.close()
    }
  })
}

/** A directory whose databases are used. */
export interface Opened {
  readonly directory: string
  readonly indexedDB: IDBFactory
}

/** A connection to a database. @throws as requireDatabase() */
export async function openExisting(opened: Opened, name: string): Promise<IDBDatabase> {
  await requireDatabase(opened, name)
  const request = opened.indexedDB.open(name)
  // It was deleted meanwhile: what this would create is not wanted.
  request.onupgradeneeded = () => request.transaction?.abort()
  const database = await resultOf(request)
  database.onversionchange = () => database.close()
  return database
}

/**
 * @throws Failure with the code NotFoundError where there is no such database; it names those there are. UnknownError where there is
 * one that cannot be opened: it says why
 */
export async function requireDatabase(opened: Opened, name: string): Promise<void> {
  const names = await namesOf(opened.indexedDB)
  if (names.includes(name)) return
  if (hasDatabaseFile(opened.directory, name)) await tryToOpen(opened, name)
  throw missing(name, names)
}

/** Opens one whose file is there, and that is in no list: what is wrong with it is thrown. */
async function tryToOpen({ indexedDB }: Opened, name: string): Promise<void> {
  const request = indexedDB.open(name)
  // Nothing was in the file.
  request.onupgradeneeded = () => request.transaction?.abort()
  try {
    const database = await resultOf(request)
    database.close()
  } catch (error) {
    const { name: kind, message, cause } = error as DOMException & { cause?: { code?: string } } // Requests fail with them.
    if (kind === 'AbortError') return
    if (cause?.code !== 'ERR_IDB_CORRUPT') throw error
    const advice = 'the command "salvage", with that name, saves what can be read of it'
    throw new Failure(`${message}; ${advice}`, kind, cause.code)
  }
}

/** The names of all databases, in order. */
export async function namesOf(indexedDB: IDBFactory): Promise<string[]> {
  const databases = await indexedDB.databases()
  return databases.map((it) => it.name ?? '').sort()
}

function missing(name: string, names: readonly string[]): Failure {
  const nearest = nearestName(name, names)
  const meant = nearest === undefined ? '' : `; did you mean ${quoted(nearest)}?`
  const there = names.length > 0 ? `there are ${listed(names)}` : 'there are none'
  const rest = meant === '' ? `; ${there}` : `${meant} T${there.slice(1)}`
  return new Failure(
    `There is no database ${quoted(name)}${rest}`,
    'NotFoundError',
    'ERR_IDB_NO_SUCH_NAME',
  )
}

/** More than a person reads. */
const mostNames = 20

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(quoted)
  return names.length > mostNames
    ? `${shown.join(', ')} and ${names.length - mostNames} more`
    : shown.join(', ')
}

/** As lists show it: an end of line, too, is none here. */
const quoted = (name: string): string => `"${plainText(name)}"`
