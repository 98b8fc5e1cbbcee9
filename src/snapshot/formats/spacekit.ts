/**
 * Databases of spacekit-js: a log of what was put and deleted (`name.wal`), the version (`name.version`) and the object stores
 * (`name.schema.json`). Its values are JSON; there are no indexes, and no key generators' numbers.
 */
import {
  aFunction,
  anObject,
  aStream,
  aText,
  checkArguments,
  type Kind,
  optional,
} from '../../arguments/check-arguments.ts'
import { domException } from '../../errors.ts'
import type { StoreDescription } from '../header.ts'
import { linesOf, piecesOf } from '../lines.ts'
import type { ImportedRecord } from '../read-export.ts'
import { streamGiven } from '../stream-given.ts'
import { exportOf, type ForeignDatabase } from './foreign-database.ts'
import { type Restore, restoreTypes } from './lost-types.ts'
import { type LoggedStores, replay, type SpacekitLoss } from './spacekit-log.ts'
import { placeKey } from './spacekit-place-key.ts'

/** The files of a database. */
export interface SpacekitFiles {
  /** What the database is called: its files are called so, too. */
  readonly name: string
  readonly wal: ReadableStream<Uint8Array> | Blob
  /** What is in the file `.version`; absent: there is none, and the version is 1. */
  readonly version?: string | undefined
  /** What is in the file `.schema.json`; absent: there is none. */
  readonly schema?: string | undefined
}

export interface SpacekitOptions {
  /**
   * Is told each place in a value where JSON may have lost a type (a date is a string now, a typed array an object); what it returns takes
   * that place. `({ restored }) => restored` brings back what can be had again.
   */
  readonly restore?: Restore | undefined
  /** Told of records and stores that cannot be had as they were. */
  readonly onLoss?: ((loss: SpacekitLoss) => void) | undefined
}

/**
 * A database of spacekit-js as an export, for `importDatabase()`. Damaged lines, which spacekit-js passes over, are read where they can
 * be. It takes the memory of all records. The stream fails with DataError for a log that has lines, and none of spacekit-js.
 */
export function fromSpacekit(
  files: SpacekitFiles,
  options: SpacekitOptions = {},
): ReadableStream<Uint8Array> {
  checkArguments('fromSpacekit()', {
    files: [files, theFiles],
    'files.name': [files?.name, aText],
    'files.wal': [files?.wal, aStream],
    'files.version': [files?.version, optional(aText)],
    'files.schema': [files?.schema, optional(aText)],
    options: [options, anObject],
    'options.restore': [options?.restore, optional(aFunction)],
    'options.onLoss': [options?.onLoss, optional(aFunction)],
  })
  return exportOf(() => readDatabase(files, options))
}

const theFiles: Kind = [anObject[0], 'an object { name, wal, version, schema }']

async function readDatabase(
  { name, wal, version, schema }: SpacekitFiles,
  options: SpacekitOptions,
): Promise<ForeignDatabase> {
  const { onLoss = () => undefined } = options
  const { stores: logged, isForeign } = await replay(linesOf(piecesOf(streamGiven(wal))), onLoss)
  if (isForeign) throw foreignLog(name)
  const stores = storesOf(schema, logged, onLoss)
  return {
    description: { name, version: Math.max(1, parseInt(version ?? '', 10) || 1), stores },
    records: recordsOf(stores, logged, options),
  }
}

function foreignLog(name: string): DOMException {
  const message = `"${name}.wal" is no log of spacekit-js: no line of it is one of a record; give it the file of that name which lies beside ".version" and ".schema.json"`
  return domException('DataError', message, { code: 'ERR_IDB_FOREIGN_FILE' })
}

/** Those of the schema, and those that it has forgotten, as an upgrade makes it do. */
function storesOf(
  schema: string | undefined,
  logged: LoggedStores,
  onLoss: (loss: SpacekitLoss) => void,
): readonly StoreDescription[] {
  const stores = new Map(listIn(schema).map((it) => [it.name, it]))
  for (const [name, records] of logged) {
    if (stores.has(name) || records.size === 0) continue
    onLoss({ store: name, reason: 'its key path is not known any more: it gets none' })
    stores.set(name, { name, keyPath: null, autoIncrement: false, indexes: [] })
  }
  return [...stores.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function listIn(schema: string | undefined): StoreDescription[] {
  let list: unknown
  try {
    list = JSON.parse(schema ?? '')
  } catch {
    // As spacekit-js has it: none is known.
  }
  if (!Array.isArray(list)) return []
  return list.flatMap((it: Record<string, unknown> | null) => {
    const { name, keyPath = null, autoIncrement } = it ?? {}
    if (typeof name !== 'string') return []
    return [
      { name, keyPath: keyPathOf(keyPath), autoIncrement: autoIncrement === true, indexes: [] },
    ]
  })
}

function keyPathOf(keyPath: unknown): string | string[] | null {
  if (typeof keyPath === 'string') return keyPath
  const isList = Array.isArray(keyPath) && keyPath.every((it) => typeof it === 'string')
  return isList ? (keyPath as string[]) : null
}

function* recordsOf(
  stores: readonly StoreDescription[],
  logged: LoggedStores,
  { restore, onLoss = () => undefined }: SpacekitOptions,
): Generator<ImportedRecord> {
  for (const [position, store] of stores.entries()) {
    const records = [...(logged.get(store.name)?.entries() ?? [])]
    for (const [, { key, text }] of records.sort(([a], [b]) => (a < b ? -1 : 1))) {
      const parsed = text === '' ? undefined : (JSON.parse(text) as unknown)
      const place = { store: store.name, key }
      const value = restore ? restoreTypes(parsed, place, restore) : parsed
      const reason = store.keyPath === null ? null : placeKey(value, store.keyPath, key)
      if (reason !== null) onLoss({ ...place, reason })
      else yield { store: position, key: store.keyPath === null ? key : undefined, value }
    }
  }
}
