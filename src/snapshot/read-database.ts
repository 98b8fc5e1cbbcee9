/** Reads a database of any factory in one transaction, in pieces that have a place in memory. */
import type { IDBDatabase, IDBFactory, IDBObjectStore } from '../api/global/interfaces.ts'
import { type KeyRangeClass, keyRangeClassOf } from '../requests/key-range-class.ts'
import { domException } from '../errors.ts'
import { factsOfNames, namesThereAre } from '../explain/nearest-name.ts'
import { CursorWalk } from './cursor-walk.ts'
import type { DatabaseDescription, StoreDescription } from './header.ts'
import { KeptTransaction } from '../requests/kept-transaction.ts'
import { resultOf } from '../requests/result-of.ts'
import { RangeWalk } from './range-walk.ts'
import { roughSize } from './rough-size.ts'

/** A stored record. */
export interface DatabaseRecord {
  /** The position of its store in the description. */
  readonly store: number
  readonly key: IDBValidKey
  readonly value: unknown
}

/** A database being read. */
export interface Reading {
  readonly description: DatabaseDescription
  /** Its records, store by store in the order of keys. Is told how large, in the caller's measure, the last ones were, if the
   * caller has one. */
  records(): AsyncGenerator<readonly DatabaseRecord[], void, number | undefined>
  /** Ends it, wherever it is. */
  end(): void
}

/** The largest number of records that are read at once, and how large they are wanted to be together. */
const mostRecords = 100
const wantedSize = 64 * 1024

/**
 * Opens a database that there is. None is made, and none is kept from being upgraded or deleted for longer than the
 * transaction takes. `asksForNextKeys`: whether the next keys of its generators are found out, which waits until no other
 * transaction reads. Default: true.
 *
 * @throws NotFoundError if there is none by that name
 */
export async function startReading(
  factory: IDBFactory,
  name: string,
  { asksForNextKeys = true }: { asksForNextKeys?: boolean } = {},
): Promise<Reading> {
  const database = await openExisting(factory, name)
  try {
    const nextKeys = asksForNextKeys ? await nextKeysOf(database) : new Map<string, number>()
    return await readingOf(database, nextKeys, keyRangeClassOf(factory))
  } finally {
    // It closes when the transaction has ended.
    database.close()
  }
}

/** `ranges`: as of `readRecords()`. */
async function readingOf(
  database: IDBDatabase,
  nextKeys: ReadonlyMap<string, number>,
  ranges: KeyRangeClass | null,
): Promise<Reading> {
  const { name, version } = database
  const names = Array.from(database.objectStoreNames)
  if (names.length === 0) {
    return { description: { name, version, stores: [] }, records: async function* () {}, end() {} }
  }
  const transaction = database.transaction(names)
  database.close()
  const stores = names.map((it) => transaction.objectStore(it))
  const counts = stores.map((it) => it.count())
  const kept = new KeptTransaction(transaction, stores[0] as IDBObjectStore) // there is one
  try {
    const counted = await Promise.all(counts.map((it) => resultOf(it)))
    const described = stores.map((it, i) => describeStore(it, nextKeys.get(it.name), counted[i]))
    return {
      description: { name, version, stores: described },
      records: () => readRecords(kept, stores, ranges),
      end: () => kept.abort(undefined),
    }
  } catch (error) {
    kept.abort(error)
    throw error
  }
}

/** A connection to a database that there is; none is made. @throws NotFoundError if there is none by that name */
export async function openExisting(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const names = (await factory.databases()).flatMap((it) => it.name ?? [])
  if (!names.includes(name)) throw noSuchDatabase(name, names)
  const request = factory.open(name)
  request.onupgradeneeded = () => request.transaction?.abort()
  const database = await resultOf(request).catch((error: DOMException) => {
    throw error.name === 'AbortError' ? noSuchDatabase(name, names) : error
  })
  return database
}

function noSuchDatabase(wanted: string, names: readonly string[]): DOMException {
  const others = names.filter((it) => it !== wanted)
  const message = `There is no database "${wanted}" to be read${namesThereAre(wanted, others)}`
  const facts = { code: 'ERR_IDB_NO_SUCH_NAME', ...factsOfNames(wanted, others) } as const
  return domException('NotFoundError', message, facts)
}

function describeStore(store: IDBObjectStore, nextKey?: number, count?: number): StoreDescription {
  return {
    name: store.name,
    keyPath: store.keyPath,
    autoIncrement: store.autoIncrement,
    ...(nextKey !== undefined && { nextKey }),
    ...(count !== undefined && { count }),
    indexes: Array.from(store.indexNames, (name) => {
      const { keyPath, unique, multiEntry } = store.index(name)
      return { name, keyPath, unique, multiEntry }
    }),
  }
}

/**
 * Store → the next key of its generator. Nothing tells it but a record that is added, in a transaction that is aborted.
 * A generator that has given out its last key has none.
 */
async function nextKeysOf(database: IDBDatabase): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  const all = Array.from(database.objectStoreNames)
  if (all.length === 0) return found
  const scan = database.transaction(all)
  const names = all.filter((it) => scan.objectStore(it).autoIncrement)
  if (names.length === 0) return found
  const transaction = database.transaction(names, 'readwrite')
  const ended = new Promise((resolve) => transaction.addEventListener('abort', resolve))
  for (const name of names) {
    const request = transaction.objectStore(name).add({})
    request.onsuccess = () => void found.set(name, request.result as number) // generators give numbers
    request.onerror = (event) => event.preventDefault()
    if (name === names.at(-1)) {
      const abort = (): void => transaction.abort()
      request.addEventListener('success', abort)
      request.addEventListener('error', abort)
    }
  }
  await ended
  return found
}

/** `ranges`: the class of the key ranges that the database takes; null: none is known. */
async function* readRecords(
  kept: KeptTransaction,
  stores: readonly IDBObjectStore[],
  ranges: KeyRangeClass | null,
): AsyncGenerator<readonly DatabaseRecord[], void, number | undefined> {
  let limit = 16
  for (const [position, store] of stores.entries()) {
    const walk = ranges ? new RangeWalk(kept, store, ranges) : new CursorWalk(kept, store)
    for (;;) {
      const found = await walk.next(limit)
      const records = found.map((it) => ({ store: position, ...it }))
      const isLast = records.length < limit
      if (records.length > 0) {
        const size = yield records
        limit = nextLimit(records.length, size ?? sizeOf(records))
      }
      if (isLast) break
    }
  }
  await kept.finish()
}

function sizeOf(records: readonly DatabaseRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + roughSize(key) + roughSize(value), 0)
}

/** As many records as would have had the wanted size, at most four times as many as before. */
function nextLimit(count: number, size: number): number {
  const wanted = Math.ceil((count * wantedSize) / Math.max(1, size))
  return Math.max(1, Math.min(wanted, count * 4, mostRecords))
}
