/** Writes a database of any factory in its one upgrade transaction: it is there as a whole, or not at all. */
import type {
  IDBDatabase,
  IDBFactory,
  IDBObjectStore,
  IDBRequest,
} from '../api/global/interfaces.ts'
import { factsOf, type IDBErrorCause } from '../base/error-cause.ts'
import { memberOf } from '../base/thrown.ts'
import { domException } from '../errors.ts'
import { blockersOf } from '../explain/blocked.ts'
import type { DatabaseDescription, StoreDescription } from './header.ts'
import { convertClonedValueToKey } from '../keys/convert-value-to-key.ts'
import { evaluateKeyPath } from '../keys/evaluate-key-path.ts'
import type { KeyPath } from '../keys/key-path.ts'
import { keyText } from '../keys/text/key-text.ts'
import { KeptTransaction } from '../requests/kept-transaction.ts'
import type { ImportOptions } from './import-options.ts'
import type { ImportedBatch, ImportedRecord } from './read-export.ts'
import { resultOf } from '../requests/result-of.ts'

/** What is written. */
export interface Written {
  readonly description: DatabaseDescription
  readonly batches: AsyncGenerator<ImportedBatch>
}

interface WriteOptions {
  readonly signal: AbortSignal | undefined
  /** Called when a batch has been stored. */
  readonly stored: (batch: ImportedBatch) => void
}

/** @throws ConstraintError if there is a database by that name */
export async function refuseTaken(factory: IDBFactory, name: string): Promise<void> {
  const databases = await factory.databases()
  if (databases.some((it) => it.name === name)) throw taken(name)
}

/** Deletes a database, if there is one: its connections are asked to close, and it waits until they have. */
export async function deleteExisting(
  indexedDB: IDBFactory,
  name: string,
  { signal, onBlocked }: Pick<ImportOptions, 'signal' | 'onBlocked'>,
): Promise<void> {
  const request = indexedDB.deleteDatabase(name)
  const deleted = new Promise<unknown>((resolve, reject) => {
    resultOf(request).then(resolve, reject)
    // Without a listener an explaining factory warns.
    if (onBlocked)
      request.onblocked = orRejected((event) => onBlocked(blockersOf(event), name), reject)
  })
  await (signal ? orAborted(deleted, signal) : deleted)
}

/** A listener that hands on what it throws. */
function orRejected(listener: (event: Event) => void, reject: (reason: unknown) => void) {
  return (event: Event): void => {
    try {
      listener(event)
    } catch (error) {
      reject(error)
    }
  }
}

/** Rejects when the signal comes, or has come, before the other. */
async function orAborted(deleted: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let abort = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
  })
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    await Promise.race([deleted, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Makes the database. @throws ConstraintError if there is one by that name */
export async function writeDatabase(
  factory: IDBFactory,
  name: string,
  written: Written,
  options: WriteOptions,
): Promise<void> {
  const { description, batches } = written
  // Without a store there is no record: nothing but the end can come.
  if (description.stores.length === 0) for await (const batch of batches) options.stored(batch)
  const { kept, stores, opened } = await startUpgrade(factory, name, description)
  if (kept) await fill(kept, stores, written, options)
  await opened
}

async function fill(
  kept: KeptTransaction,
  stores: readonly IDBObjectStore[],
  { description, batches }: Written,
  { signal, stored }: WriteOptions,
): Promise<void> {
  const abort = (): void => kept.abort(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    signal?.throwIfAborted()
    let count = 0
    for await (const batch of batches) {
      await kept.ask(() => putAll(stores, batch, count))
      count += batch.records.length
      stored(batch)
    }
    await kept.ask(() => moveGenerators(stores, description.stores))
    await kept.finish()
  } catch (error) {
    kept.abort(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

interface Upgrade {
  /** null: there are no stores. */
  readonly kept: KeptTransaction | null
  readonly stores: readonly IDBObjectStore[]
  /** Resolves when it has committed, and the connection is closed. */
  readonly opened: Promise<void>
}

/** Makes the stores. Resolves when the upgrade has begun; a database that there is is left as it is. */
function startUpgrade(
  factory: IDBFactory,
  name: string,
  description: DatabaseDescription,
): Promise<Upgrade> {
  const request = factory.open(name, description.version)
  return new Promise((resolve, reject) => {
    const opened = resultOf(request).then((database) => {
      database.close()
      reject(taken(name))
    })
    opened.catch((error: DOMException) =>
      reject(error.name === 'VersionError' ? taken(name) : error),
    )
    request.addEventListener('upgradeneeded', ({ oldVersion }) => {
      const { result, transaction } = request
      try {
        if (oldVersion !== 0 || !transaction) throw taken(name)
        const stores = description.stores.map((it) => createStore(result, it))
        const [first] = stores
        resolve({ kept: first ? new KeptTransaction(transaction, first) : null, stores, opened })
      } catch (error) {
        reject(error)
        transaction?.abort()
      }
    })
  })
}

function createStore(database: IDBDatabase, store: StoreDescription): IDBObjectStore {
  const { name, autoIncrement } = store
  const made = database.createObjectStore(name, {
    keyPath: keyPathOf(store.keyPath),
    autoIncrement,
  })
  for (const { name: index, keyPath, unique, multiEntry } of store.indexes) {
    made.createIndex(index, keyPathOf(keyPath) ?? '', { unique, multiEntry })
  }
  return made
}

const keyPathOf = (keyPath: string | readonly string[] | null): string | string[] | null =>
  typeof keyPath === 'object' && keyPath !== null ? [...keyPath] : keyPath

function taken(name: string): DOMException {
  return domException(
    'ConstraintError',
    `There is a database "${name}" already; give the option replace to put the imported one in its place, or the option name`,
    { code: 'ERR_IDB_NAME_TAKEN', database: name },
  )
}

/** `before`: how many records there were before these. */
function putAll(
  stores: readonly IDBObjectStore[],
  { records }: ImportedBatch,
  before: number,
): IDBRequest | undefined {
  let last: IDBRequest | undefined
  for (const [i, record] of records.entries()) {
    const store = stores[record.store]
    if (store) last = addRecord(store, record, before + i + 1)
  }
  return last
}

/** `number`: which record it is, from 1. @throws what `add()` throws; of what is too large, which it is */
function addRecord(
  store: IDBObjectStore,
  { key, value, line }: ImportedRecord,
  number: number,
): IDBRequest {
  try {
    // `add`: no record comes twice.
    return key === undefined ? store.add(value) : store.add(value, key)
  } catch (error) {
    if (!isTooLarge(error)) throw error
    const primaryKey = primaryKeyText(key ?? keyWithin(value, store.keyPath))
    throw atRecord(error, { number, line, store: store.name, primaryKey })
  }
}

/** undefined: keys are not within values. */
function keyWithin(value: unknown, keyPath: IDBObjectStore['keyPath']): unknown {
  // The type for projects without the DOM's says less than that.
  return keyPath === null ? undefined : evaluateKeyPath(value, keyPath as KeyPath)
}

/** As errors show it; null: it is none, as where a key generator is to make it. */
function primaryKeyText(value: unknown): string | null {
  const key = convertClonedValueToKey(value)
  return key && keyText(key)
}

interface TooLarge extends DOMException {
  readonly cause: IDBErrorCause
}

/** The factory may be anyone's, and so may the error. */
function isTooLarge(error: unknown): error is TooLarge {
  return memberOf(memberOf(error, 'cause'), 'code') === 'ERR_IDB_TOO_LARGE'
}

interface Place {
  readonly number: number
  readonly line: number | undefined
  readonly store: string
  readonly primaryKey: string | null
}

function atRecord({ message, cause }: TooLarge, place: Place): DOMException {
  const { number, line, store, primaryKey } = place
  const keyed = primaryKey === null ? '' : ` with the primary key ${primaryKey}`
  const lineText = line === undefined ? '' : `, on line ${line} of the export`
  const which = `it is the record${keyed} in object store "${store}", number ${number} of those to be imported${lineText}`
  const facts = { ...factsOf(cause), ...(primaryKey !== null && { primaryKey }) }
  return domException('UnknownError', `${message}; ${which}`, facts)
}

/** A generator is moved by a record whose key is the last one that was given out; it is gone at once. */
function moveGenerators(
  stores: readonly IDBObjectStore[],
  descriptions: readonly StoreDescription[],
): IDBRequest | undefined {
  let last: IDBRequest | undefined
  for (const [i, { nextKey, keyPath }] of descriptions.entries()) {
    const store = stores[i]
    if (!store || nextKey === undefined || nextKey <= 1) continue
    const key = nextKey - 1
    last = store.count(key)
    const counted = last as IDBRequest<number>
    counted.addEventListener('success', () => {
      if (counted.result > 0) return
      if (typeof keyPath === 'string') store.add(nested(keyPath, key))
      else store.add(null, key)
      store.delete(key)
    })
  }
  return last
}

/** An object with the key at the key path. */
function nested(keyPath: string, key: number): object {
  return keyPath
    .split('.')
    .reduceRight<unknown>((inner, name) => ({ [name]: inner }), key) as object // It has a name at least.
}
