/** A source over an IDBFactory: the browser's own, or one of this package, on whatever files. */
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
import { completionOf, readerOf, resultOf } from './requests.ts'
import { readSizes } from './sizes.ts'
import type {
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
  /** Calls its listener when something may have changed; default: every two seconds while the page is seen. */
  readonly watch?: Source['watch']
}

/** A source that can be closed, which closes its connections. */
export interface FactorySource extends Source {
  close(): Promise<void>
}

/** Values above are not shown whole: neither a page nor a person can do anything with them. */
const largestShownBytes = 4_000_000

export function factorySource({
  indexedDB,
  IDBKeyRange: KeyRange = globalThis.IDBKeyRange,
  title = 'This page’s databases',
  isWritable = false,
  watch = everyTwoSeconds,
}: FactorySourceOptions): FactorySource {
  const connections = new Connections(indexedDB)
  const tools = { KeyRange, cmp: indexedDB.cmp.bind(indexedDB) }
  return {
    title,
    isWritable,
    watch,
    async databases() {
      const found = await indexedDB.databases()
      return found
        .map(({ name = '', version = 0 }) => ({ name, version }))
        .sort((one, other) => (one.name < other.name ? -1 : 1))
    },
    schema: async (database) => readSchema(await connections.to(database)),
    page: async (request) => readPage(await connections.to(request.database), request, tools),
    async count({ database, range, ...place }) {
      const connection = await connections.to(database)
      return countRecords(() => readerOf(connection, place), boundsOf(range), tools)
    },
    record: async (place) => readWhole(await connections.to(place.database), place),
    put: async (place, value) => replace(await connections.to(place.database), place, value, tools),
    remove: async (place) => remove(await connections.to(place.database), place),
    sizes: async (database) => readSizes(await connections.to(database), tools),
    close: () => connections.close(),
  }
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
    bytes: estimateBytes(value),
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
  const bytes = estimateBytes(cursor.value)
  if (bytes > largestShownBytes) return { key, bytes }
  return { key, bytes, value: await renderWholeValue(cursor.value) }
}

async function replace(
  connection: IDBDatabase,
  { store, key }: RecordPlace,
  json: Json,
  { cmp }: KeyTools,
): Promise<void> {
  const [value, primaryKey] = [await parseWholeValue(json), parseKey(key)]
  const transaction = connection.transaction(store, 'readwrite')
  const objectStore = transaction.objectStore(store)
  const isInline = objectStore.keyPath !== null
  const completion = completionOf(transaction)
  const request = isInline ? objectStore.put(value) : objectStore.put(value, primaryKey)
  let hasMoved = false
  request.onsuccess = () => {
    hasMoved = cmp(request.result, primaryKey) !== 0
    if (hasMoved) transaction.abort()
  }
  await completion.catch((error: unknown) => {
    throw hasMoved ? new Error(movedMessage) : error
  })
}

const movedMessage =
  'The value has another key than the record; keep what the key path of the store leads to as it is'

async function remove(connection: IDBDatabase, { store, key }: RecordPlace): Promise<void> {
  const transaction = connection.transaction(store, 'readwrite')
  transaction.objectStore(store).delete(parseKey(key))
  await completionOf(transaction)
}

/** Nothing tells a page that another tab has written: who is told looks again, and only while the page is seen. */
function everyTwoSeconds(listener: () => void): () => void {
  const timer = setInterval(() => {
    if (globalThis.document?.visibilityState === 'visible') listener()
  }, 2_000)
  return () => clearInterval(timer)
}
