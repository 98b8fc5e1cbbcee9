/** A source over an IDBFactory: the browser's own, or one of this package, on whatever files. */
import { aFactory, anObject, checkArguments } from '../../src/arguments/check-arguments.ts'
import { parseKey, renderKey } from '../../src/rendering/keys.ts'
import { parseWholeValue } from '../../src/rendering/parse-value.ts'
import { renderWholeValue } from '../../src/rendering/render-value.ts'
import { Connections } from './connections.ts'
import { countRecords } from './count-records.ts'
import { estimateBytes, previewOf } from './preview.ts'
import {
  type Bounds,
  type KeyRangeClass,
  type KeyTools,
  type PlacedRecord,
  readRecords,
} from './read-page.ts'
import { readSchema } from './read-schema.ts'
import { RecentCommits } from './recent-commits.ts'
import { completionOf, readerOf, resultOf } from './requests.ts'
import { readSizes } from './sizes.ts'
import type {
  DatabaseName,
  Json,
  Page,
  PageRequest,
  Position,
  Range,
  RecordPlace,
  Row,
  Source,
  WholeRecord,
} from './source.ts'

export interface FactorySourceOptions {
  readonly indexedDB: IDBFactory
  /** The class that belongs to the factory; default: the global one. */
  readonly IDBKeyRange?: KeyRangeClass
  readonly title?: string
  readonly isWritable?: boolean
  /** Calls its listener when something may have changed; default: at each commit, or where these are not told, every two seconds while the page is seen. */
  readonly watch?: Source['watch']
}

/** A source that can be closed, which closes its connections; it makes no others then. */
export interface FactorySource extends Source {
  close(): Promise<void>
}

/** Values above are not shown whole: neither a page nor a person can do anything with them. */
const largestShownBytes = 4_000_000

export function factorySource(options: FactorySourceOptions): FactorySource {
  checkArguments('factorySource()', {
    options: [options, anObject],
    'options.indexedDB': [options?.indexedDB, aFactory],
  })
  return sourceOver(options)
}

function sourceOver({
  indexedDB,
  IDBKeyRange: KeyRange = globalThis.IDBKeyRange,
  title = 'This page’s databases',
  isWritable = false,
  watch,
}: FactorySourceOptions): FactorySource {
  const listeners = new Set<() => void>()
  const commits = new RecentCommits(() => listeners.forEach((listener) => listener()))
  const connections = new Connections(indexedDB, (connection) => commits.follow(connection))
  const databases = (): Promise<DatabaseName[]> => namesOf(indexedDB)
  const tools = { KeyRange, cmp: indexedDB.cmp.bind(indexedDB) }
  return {
    title,
    isWritable,
    watch(listener) {
      listeners.add(listener)
      const end = watch ? watch(listener) : lookEveryTwoSeconds(listener, { databases, commits })
      return () => {
        listeners.delete(listener)
        end()
      }
    },
    databases,
    ...reading(connections, tools),
    async put(place, value) {
      const tookMs = await replace(await connections.to(place.database), place, value, tools)
      commits.noteOwn(place.database, tookMs)
    },
    async remove(place) {
      commits.noteOwn(place.database, await remove(await connections.to(place.database), place))
    },
    activity: async (database) => commits.of(database),
    close: () => connections.close(),
  }
}

type Reading = Pick<Source, 'schema' | 'page' | 'count' | 'record' | 'sizes'>

function reading(connections: Connections, tools: KeyTools): Reading {
  return {
    schema: async (database) => readSchema(await connections.to(database)),
    page: async (request) => readPage(await connections.to(request.database), request, tools),
    async count({ database, range, ...place }) {
      const connection = await connections.to(database)
      return countRecords(() => readerOf(connection, place), boundsOf(range), tools)
    },
    record: async (place) => readWhole(await connections.to(place.database), place),
    sizes: async (database) => readSizes(await connections.to(database), tools),
  }
}

async function namesOf(indexedDB: IDBFactory): Promise<DatabaseName[]> {
  const found = await indexedDB.databases()
  return found
    .map(({ name = '', version = 0 }) => ({ name, version }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** One more is read than is wanted: it tells that there are more. */
async function readPage(
  connection: IDBDatabase,
  { store, index, range, direction, after, limit }: PageRequest,
  tools: KeyTools,
): Promise<Page> {
  const records = await readRecords(
    readerOf(connection, { store, index }),
    { bounds: boundsOf(range), direction, after: after && positionOf(after), limit: limit + 1 },
    tools,
  )
  return { rows: records.slice(0, limit).map(rowOf), hasMore: records.length > limit }
}

function rowOf({ key, primaryKey, value }: PlacedRecord): Row {
  return {
    key: renderKey(key),
    primaryKey: renderKey(primaryKey),
    preview: previewOf(value),
    bytes: estimateBytes(primaryKey) + estimateBytes(value),
  }
}

function positionOf({ key, primaryKey }: Position): { key: IDBValidKey; primaryKey: IDBValidKey } {
  return { key: parseKey(key), primaryKey: parseKey(primaryKey) }
}

function boundsOf(range: Range | null): Bounds {
  if (!range) return { lower: null, upper: null }
  const { lower, upper, lowerOpen, upperOpen } = range
  return {
    lower: lower === null ? null : { key: parseKey(lower), isOpen: lowerOpen },
    upper: upper === null ? null : { key: parseKey(upper), isOpen: upperOpen },
  }
}

async function readWhole(
  connection: IDBDatabase,
  { store, key }: RecordPlace,
): Promise<WholeRecord | null> {
  const reader = readerOf(connection, { store, index: null })
  // A cursor tells a record whose value is undefined from none.
  const cursor = await resultOf(reader.openCursor(parseKey(key)))
  if (!cursor) return null
  const bytes = estimateBytes(cursor.primaryKey) + estimateBytes(cursor.value)
  if (bytes > largestShownBytes) return { key, bytes }
  return { key, bytes, value: await renderWholeValue(cursor.value) }
}

/** Gives how long the transaction took. */
async function replace(
  connection: IDBDatabase,
  { store, key }: RecordPlace,
  json: Json,
  { cmp }: KeyTools,
): Promise<number> {
  const [value, primaryKey] = [await parseWholeValue(json), parseKey(key)]
  const startMs = performance.now()
  const transaction = connection.transaction(store, 'readwrite')
  const objectStore = transaction.objectStore(store)
  const isInline = objectStore.keyPath !== null
  const completion = completionOf(transaction)
  let hasMoved = false
  const put = (): IDBRequest<IDBValidKey> => {
    const request = isInline ? objectStore.put(value) : objectStore.put(value, primaryKey)
    request.onsuccess = () => {
      hasMoved = cmp(request.result, primaryKey) !== 0
      if (hasMoved) transaction.abort()
    }
    return request
  }
  putAgainWithout(primaryKey, put(), put)
  await completion.catch((error: unknown) => {
    throw hasMoved ? new Error(movedMessage) : error
  })
  return performance.now() - startMs
}

/** A value with another key may clash with its own record, in a unique index: then the record is taken away first, to see the key. */
function putAgainWithout(
  primaryKey: IDBValidKey,
  request: IDBRequest<IDBValidKey>,
  put: () => void,
): void {
  request.onerror = (event) => {
    if (request.error?.name !== 'ConstraintError') return
    event.preventDefault()
    // `as`: only an object store is asked to put.
    const store = request.source as IDBObjectStore
    store.delete(primaryKey)
    put()
  }
}

const movedMessage =
  'The value has another key than the record; keep what the key path of the store leads to as it is'

async function remove(connection: IDBDatabase, { store, key }: RecordPlace): Promise<number> {
  const startMs = performance.now()
  const transaction = connection.transaction(store, 'readwrite')
  transaction.objectStore(store).delete(parseKey(key))
  await completionOf(transaction)
  return performance.now() - startMs
}

interface Looked {
  readonly databases: () => Promise<DatabaseName[]>
  readonly commits: RecentCommits
}

/**
 * While the page is seen. A browser's own IndexedDB does not tell that another tab has written: the view has to look again.
 * Where commits are told, only which databases there are can change unnoticed.
 */
function lookEveryTwoSeconds(listener: () => void, { databases, commits }: Looked): () => void {
  let before: string | null = null
  let isOver = false
  const look = async (): Promise<void> => {
    if (!commits.isFollowing) return listener()
    const now = JSON.stringify(await databases())
    if (before !== null && before !== now && !isOver) listener()
    before = now
  }
  // What fails here fails again, and is shown, when the view asks.
  const failed = (): void => {
    if (!isOver) listener()
  }
  const timer = setInterval(() => {
    if (globalThis.document?.visibilityState === 'visible') look().catch(failed)
  }, 2_000)
  return () => {
    isOver = true
    clearInterval(timer)
  }
}
