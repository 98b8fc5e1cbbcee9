/** What object stores and indexes take: counted, and estimated from the records at both ends, as IndexedDB tells no sizes. */
import { countRecords } from './count-records.ts'
import { estimateBytes } from './preview.ts'
import type { KeyTools } from './read-page.ts'
import { readerOf } from './requests.ts'
import type { SourceSize } from './source.ts'

/** From each end. */
const sampledRecords = 50

/** The largest first. */
export async function readSizes(connection: IDBDatabase, tools: KeyTools): Promise<SourceSize[]> {
  const storeNames = [...connection.objectStoreNames]
  if (storeNames.length === 0) return []
  const transaction = connection.transaction(storeNames)
  const samples = storeNames.flatMap((name) => {
    const store = transaction.objectStore(name)
    return [sampleOf(store), ...[...store.indexNames].map((it) => sampleOf(store.index(it)))]
  })
  const sizes: SourceSize[] = []
  for (const sampled of await Promise.all(samples)) {
    const read = (): IDBObjectStore | IDBIndex => readerOf(connection, sampled)
    const count = await countRecords(read, { lower: null, upper: null }, tools)
    sizes.push(estimate(sampled, count))
  }
  return sizes.sort((one, other) => other.bytes - one.bytes)
}

interface Sampled {
  readonly store: string
  readonly index: string | null
  readonly sizes: readonly number[]
}

async function sampleOf(source: IDBObjectStore | IDBIndex): Promise<Sampled> {
  const isIndex = 'objectStore' in source
  const ends = (['next', 'prev'] as const).map((it) => sample(source, it, isIndex))
  return {
    store: isIndex ? source.objectStore.name : source.name,
    index: isIndex ? source.name : null,
    sizes: (await Promise.all(ends)).flat(),
  }
}

/** The samples of both ends of what has few records have some twice. */
function estimate({ store, index, sizes }: Sampled, count: number): SourceSize {
  const sampled = sizes.slice(0, count)
  const sum = sampled.reduce((total, bytes) => total + bytes, 0)
  const bytes = sampled.length === 0 ? 0 : Math.round((sum / sampled.length) * count)
  return { store, index, count, bytes, sampled: sampled.length }
}

/** The sizes of the records at an end: of an index both its keys, of a store the key and the value. */
function sample(
  source: IDBObjectStore | IDBIndex,
  direction: 'next' | 'prev',
  isIndex: boolean,
): Promise<number[]> {
  const sizes: number[] = []
  const request = isIndex
    ? source.openKeyCursor(null, direction)
    : source.openCursor(null, direction)
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error ?? new Error('The records could not be read'))
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor || sizes.length === sampledRecords) return resolve(sizes)
      const second = 'value' in cursor ? cursor.value : cursor.primaryKey
      sizes.push(estimateBytes(cursor.key) + estimateBytes(second))
      cursor.continue()
    }
  })
}
