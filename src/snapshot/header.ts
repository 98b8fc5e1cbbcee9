/** The first line of an export: what the database is, without its records. */
import { domException } from '../errors.ts'
import { isObject, type Json, type JsonObject } from '../rendering/json.ts'

export const formatName = 'idb-everywhere'
export const formatVersion = 1

/** An index, as `createIndex()` takes it. */
export interface IndexDescription {
  readonly name: string
  readonly keyPath: string | readonly string[]
  readonly unique: boolean
  readonly multiEntry: boolean
}

/** An object store, as `createObjectStore()` takes it, and what is in it. */
export interface StoreDescription {
  readonly name: string
  readonly keyPath: string | readonly string[] | null
  readonly autoIncrement: boolean
  /** The next key of its generator; absent where it has none, or none is known. */
  readonly nextKey?: number
  /** Absent: not known. */
  readonly count?: number
  readonly indexes: readonly IndexDescription[]
}

/** A database without its records. */
export interface DatabaseDescription {
  readonly name: string
  readonly version: number
  readonly stores: readonly StoreDescription[]
}

/** What an export's first line says. */
export interface Header {
  readonly format: typeof formatName
  readonly version: typeof formatVersion
  /** When it was written, ISO 8601: two exports of one database differ in it. */
  readonly exported: string
  readonly database: { readonly name: string; readonly version: number }
  readonly stores: readonly StoreDescription[]
}

export function headerOf({ name, version, stores }: DatabaseDescription): Header {
  const exported = new Date().toISOString()
  return {
    format: formatName,
    version: formatVersion,
    exported,
    database: { name, version },
    stores,
  }
}

/** How every export begins. */
const beginning = `{"format":"${formatName}"`

/**
 * The database that a first line describes. `isCut`: the file ends within it.
 * @throws DataError for a line that is none of ours, or not whole
 */
export function readHeader(line: string, isCut = false): DatabaseDescription {
  if (isCut && (line.startsWith(beginning) || beginning.startsWith(line))) throw cutFile(0)
  const json = parseLine(line)
  if (!isObject(json) || json['format'] !== formatName) {
    throw domException(
      'DataError',
      'The file is no export of idb-everywhere: its first line does not say so',
      {
        code: 'ERR_IDB_FOREIGN_FILE',
      },
    )
  }
  const { version } = json
  if (!isVersion(version)) throw damagedFile(1, 'it has no version of the format')
  if (version !== formatVersion) throw newerFormat(version)
  const { database, stores } = json
  if (!isObject(database) || !Array.isArray(stores))
    throw damagedFile(1, 'it describes no database')
  const { name, version: databaseVersion } = database
  if (typeof name !== 'string' || !isVersion(databaseVersion)) {
    throw damagedFile(1, 'the database has no name or no version')
  }
  return { name, version: databaseVersion, stores: (stores as Json[]).map(readStore) }
}

function parseLine(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json
  } catch {
    // What is no JSON is no export either.
    return undefined
  }
}

function isVersion(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function readStore(json: Json): StoreDescription {
  if (!isObject(json)) throw damagedFile(1, 'a store is no object')
  const { name, keyPath, nextKey, count, indexes } = json
  if (typeof name !== 'string' || !(keyPath === null || isKeyPath(keyPath))) {
    throw damagedFile(1, 'a store has no name or no key path')
  }
  return {
    name,
    keyPath,
    autoIncrement: json['autoIncrement'] === true,
    ...(typeof nextKey === 'number' && { nextKey }),
    ...(typeof count === 'number' && { count }),
    indexes: Array.isArray(indexes) ? (indexes as Json[]).map(readIndex) : [],
  }
}

function readIndex(json: Json): IndexDescription {
  const { name, keyPath, unique, multiEntry } = isObject(json) ? json : ({} as JsonObject)
  if (typeof name !== 'string' || !isKeyPath(keyPath)) {
    throw damagedFile(1, 'an index has no name or no key path')
  }
  return { name, keyPath, unique: unique === true, multiEntry: multiEntry === true }
}

function isKeyPath(value: Json | undefined): value is string | string[] {
  return (
    typeof value === 'string' ||
    (Array.isArray(value) && value.every((it) => typeof it === 'string'))
  )
}

function newerFormat(format: number): DOMException {
  return domException(
    'DataError',
    `The file has version ${format} of the export format, and this version of idb-everywhere reads version ${formatVersion}; import it with a newer one`,
    { code: 'ERR_IDB_NEWER_FORMAT', format, supportedFormat: formatVersion },
  )
}

/** The error for a line, counted from 1, that no export has. */
export function damagedFile(line: number, reason: string): DOMException {
  return domException('DataError', `The file is damaged in line ${line}: ${reason}`, {
    code: 'ERR_IDB_CORRUPT',
  })
}

/** The error for a file without its last line. `lines`: how many are whole. */
export function cutFile(lines: number): DOMException {
  return domException(
    'DataError',
    `The file was cut off: ${whereItEnds(lines)}; export it again, or copy all of it`,
    { code: 'ERR_IDB_CUT_FILE' },
  )
}

function whereItEnds(lines: number): string {
  if (lines === 0) return 'it ends before the end of its first line'
  return `it ends after ${lines} ${lines === 1 ? 'line' : 'lines'}, without the one that says it is whole`
}
