/** Databases in the storage state of Playwright, as `storageState({ indexedDB: true })` gives it. */
import {
  aFactory,
  aFunction,
  aList,
  anObject,
  aText,
  checkArguments,
  type Kind,
  optional,
} from '../../arguments/check-arguments.ts'
import type { IDBFactory } from '../../api/global/interfaces.ts'
import { domException } from '../../errors.ts'
import { formatKey } from '../../rendering/key-text.ts'
import type { Loss } from '../export-database.ts'
import type { StoreDescription } from '../header.ts'
import { startReading } from '../read-database.ts'
import type { ImportedRecord } from '../read-export.ts'
import { damagedFile, exportOf, orDamaged } from './foreign-database.ts'
import { decodeStored, encodeStored, type PlaywrightJson } from './storage-state-values.ts'

/** What is used of a storage state. */
export interface StorageState {
  readonly origins: readonly {
    readonly origin: string
    readonly indexedDB?: readonly PlaywrightDatabase[]
  }[]
}

/** A database in it. */
export interface PlaywrightDatabase {
  readonly name: string
  readonly version: number
  readonly stores: readonly PlaywrightStore[]
}

/** A key path is in `keyPath` or, if it is a list, in `keyPathArray`. */
interface PlaywrightKeyPath {
  readonly keyPath?: string | undefined
  readonly keyPathArray?: readonly string[] | undefined
}

export interface PlaywrightStore extends PlaywrightKeyPath {
  readonly name: string
  readonly autoIncrement: boolean
  readonly records: readonly PlaywrightRecord[]
  readonly indexes: readonly (PlaywrightKeyPath & {
    readonly name: string
    readonly multiEntry: boolean
    readonly unique: boolean
  })[]
}

/** Key and value are as they are where JSON says all of them, and encoded where it does not. */
export interface PlaywrightRecord {
  readonly key?: unknown
  readonly keyEncoded?: unknown
  readonly value?: unknown
  readonly valueEncoded?: unknown
}

/** Which of the databases, and what to do with what is missing. */
export interface FromStorageStateOptions {
  /** Can be left out where one origin has databases. */
  readonly origin?: string | undefined
  /** Can be left out where there is one database. */
  readonly name?: string | undefined
  /**
   * Told of each record that Playwright has lost: it leaves out keys and values that are 0, "", false or null. A value becomes undefined,
   * and a record without its key is left out. Told, too, of each value in a form that is not known here, which becomes undefined; without it
   * that fails.
   */
  readonly onLoss?: ((loss: Loss) => void) | undefined
}

/**
 * A database of a storage state as an export, for `importDatabase()`. The stream fails with NotFoundError where there is none by that
 * name, or where there are several and none is named, and with DataError for a state that is damaged.
 */
export function fromStorageState(
  state: StorageState,
  options: FromStorageStateOptions = {},
): ReadableStream<Uint8Array> {
  checkArguments('fromStorageState()', {
    state: [state, aState],
    options: [options, anObject],
    'options.origin': [options?.origin, optional(aText)],
    'options.name': [options?.name, optional(aText)],
    'options.onLoss': [options?.onLoss, optional(aFunction)],
  })
  return exportOf(async () =>
    orDamaged(() => {
      const { name, version, stores } = databaseIn(state, options)
      return {
        description: { name, version, stores: stores.map(describe) },
        records: recordsOf(stores, options),
      }
    }),
  )
}

const aState: Kind = [
  (value) => Array.isArray((Object(value) as Partial<StorageState>).origins),
  'an object of Playwright’s storageState(), parsed,',
]

function databaseIn(
  { origins }: StorageState,
  { origin, name }: FromStorageStateOptions,
): PlaywrightDatabase {
  const ofOrigin = origins.filter((it) => origin === undefined || it.origin === origin)
  const all = ofOrigin.flatMap((it) =>
    (it.indexedDB ?? []).map((database) => ({ ...it, database })),
  )
  const [found, ...others] = all.filter(
    ({ database }) => name === undefined || database.name === name,
  )
  if (found && others.length === 0) return found.database
  const names = all.map((it) => `"${it.database.name}" of ${it.origin}`).join(', ') || 'none'
  const reason = found ? 'several databases fit' : 'there is no such database'
  throw domException('NotFoundError', `In the storage state ${reason}; it has ${names}`)
}

function describe(store: PlaywrightStore): StoreDescription {
  const { name, autoIncrement } = store
  const indexes = store.indexes.map((it) => {
    const { name: index, unique, multiEntry } = it
    return { name: index, keyPath: keyPathOf(it) ?? '', unique, multiEntry }
  })
  return { name, keyPath: keyPathOf(store), autoIncrement, indexes }
}

const keyPathOf = ({ keyPath, keyPathArray }: PlaywrightKeyPath) => keyPathArray ?? keyPath ?? null

function* recordsOf(
  stores: readonly PlaywrightStore[],
  { onLoss }: FromStorageStateOptions,
): Generator<ImportedRecord> {
  for (const [position, store] of stores.entries()) {
    const { name } = store
    const isKeyInValue = keyPathOf(store) !== null
    for (const [number, record] of orDamaged(() => store.records.entries(), `store "${name}"`)) {
      const place = `record ${number + 1} of "${name}"`
      const { key, value, lost } = orDamaged(() => decodeRecord(record), place)
      for (const type of lost) tellOfLoss({ store: name, key, type }, place, onLoss)
      if (isKeyInValue) yield { store: position, key: undefined, value }
      else if (key === undefined) onLoss?.({ store: name, key, type: 'record' })
      else yield { store: position, key, value }
    }
  }
}

/** What stands for a value that Playwright itself has left out. */
const leftOut = 'value'

interface DecodedRecord {
  readonly key: IDBValidKey | undefined
  readonly value: unknown
  /** The types of what could not be decoded. */
  readonly lost: readonly string[]
}

function decodeRecord(record: PlaywrightRecord): DecodedRecord {
  const { key: plain, keyEncoded, value: plainValue, valueEncoded } = record
  const lost: string[] = []
  const note = (type: string): void => void lost.push(type)
  const key = (plain ?? decodeStored(keyEncoded, note)) as IDBValidKey | undefined // as it was stored
  const value = plainValue ?? decodeStored(valueEncoded, note)
  if (plainValue === undefined && valueEncoded === undefined) note(leftOut)
  return { key, value, lost }
}

/** @throws DataError without `onLoss`, but for what Playwright has left out */
function tellOfLoss(loss: Loss, place: string, onLoss: FromStorageStateOptions['onLoss']): void {
  if (onLoss) return onLoss(loss)
  if (loss.type === leftOut) return
  throw damagedFile(
    `${place}: a ${loss.type} is of no form that is known; with the option onLoss undefined takes its place`,
  )
}

/** Which databases, and what to do with what cannot be in a storage state. */
export interface ToStorageStateOptions {
  /** Default: all. */
  readonly names?: readonly string[] | undefined
  /** Told of each object that Playwright has no form for (Blobs, CryptoKeys, …): it becomes undefined. Without it that fails. */
  readonly onLoss?: ((loss: Loss) => void) | undefined
}

/**
 * Databases as Playwright has them: what belongs at `origins[…].indexedDB` of a storage state. Each is in one state of its own.
 *
 * @throws NotFoundError for a name that no database has; DataCloneError for what it has no form for, without `onLoss`
 */
export async function toStorageState(
  indexedDB: IDBFactory,
  options: ToStorageStateOptions = {},
): Promise<PlaywrightDatabase[]> {
  checkArguments('toStorageState()', {
    indexedDB: [indexedDB, aFactory],
    options: [options, anObject],
    'options.names': [options?.names, optional(aList)],
    'options.onLoss': [options?.onLoss, optional(aFunction)],
  })
  const { names, onLoss } = options
  const all = names ?? (await indexedDB.databases()).map(({ name = '' }) => name)
  const databases: PlaywrightDatabase[] = []
  for (const name of all) databases.push(await collect(indexedDB, name, onLoss))
  return databases
}

async function collect(
  indexedDB: IDBFactory,
  name: string,
  onLoss: ToStorageStateOptions['onLoss'],
): Promise<PlaywrightDatabase> {
  const reading = await startReading(indexedDB, name)
  try {
    const { stores, version } = reading.description
    const records: PlaywrightRecord[][] = stores.map(() => [])
    for await (const batch of reading.records()) {
      for (const { store: position, key, value } of batch) {
        const store = stores[position]
        if (!store) throw new Error('unreachable: a record of no store')
        records[position]?.push(formsOf({ key, value }, { name, store, onLoss }))
      }
    }
    return { name, version, stores: stores.map((it, i) => storeOf(it, records[i] ?? [])) }
  } finally {
    reading.end()
  }
}

/** Where a record is, and who is told what it loses. */
interface RecordPlace {
  /** The database's. */
  readonly name: string
  readonly store: StoreDescription
  readonly onLoss: ToStorageStateOptions['onLoss']
}

function formsOf(
  { key, value }: { key: IDBValidKey; value: unknown },
  { name, store, onLoss }: RecordPlace,
): PlaywrightRecord {
  const lost = (type: string): void => lose({ store: store.name, key, type }, onLoss)
  try {
    const place = store.keyPath === null ? formOf('key', key, lost) : {}
    return { ...place, ...formOf('value', value, lost) }
  } catch (error) {
    // JavaScript's stack has come to its end; `InternalError` is Firefox's word for it.
    const isTooDeep = error instanceof RangeError || (error as Error).name === 'InternalError'
    throw isTooDeep ? tooDeep(name, store.name, key) : error
  }
}

function tooDeep(database: string, store: string, key: IDBValidKey): DOMException {
  const message = `The value of key ${formatKey(key)} in the object store "${store}" of database "${database}" is nested too deep for a storage state; exportDatabase() and backup() take it as it is`
  return domException('DataError', message)
}

function lose(loss: Loss, onLoss: ToStorageStateOptions['onLoss']): void {
  if (onLoss) return onLoss(loss)
  const message = `A ${loss.type} in the object store "${loss.store}" has no form in a storage state; give the option onLoss to have the rest`
  throw domException('DataCloneError', message)
}

/** `key` or `keyEncoded`, `value` or `valueEncoded`. */
function formOf(
  member: 'key' | 'value',
  value: unknown,
  lost: (type: string) => void,
): Record<string, PlaywrightJson> {
  const { isPlain, json } = encodeStored(value, lost)
  return { [isPlain ? member : `${member}Encoded`]: json }
}

function storeOf(
  { name, autoIncrement, keyPath, indexes }: StoreDescription,
  records: readonly PlaywrightRecord[],
): PlaywrightStore {
  return {
    name,
    autoIncrement,
    ...pathOf(keyPath),
    records,
    indexes: indexes.map((it) => ({
      name: it.name,
      ...pathOf(it.keyPath),
      multiEntry: it.multiEntry,
      unique: it.unique,
    })),
  }
}

function pathOf(keyPath: StoreDescription['keyPath']): PlaywrightKeyPath {
  if (keyPath === null) return {}
  return typeof keyPath === 'string' ? { keyPath } : { keyPathArray: keyPath }
}
