/** What object stores and indexes take: counted, and estimated from the records at both ends, as IndexedDB tells no sizes. */
import { estimateBytes } from './preview.ts'
import { resultOf } from './requests.ts'
import type { SourceSize } from './source.ts'

/** From each end. */
const sampledRecords = 50

/** The largest first. */
export async function readSizes(connection: IDBDatabase): Promise<SourceSize[]> {
  const storeNames = [...connection.objectStoreNames]
  if (storeNames.length === 0) return []
  const transaction = connection.transaction(storeNames)
  const sizes = await Promise.all(
    storeNames.flatMap((name) => {
      const store = transaction.objectStore(name)
      return [sizeOf(store), ...[...store.indexNames].map((it) => sizeOf(store.index(it)))]
    }),
  )
  return sizes.sort((one, other) => other.bytes - one.bytes)
}

async function sizeOf(source: IDBObjectStore | IDBIndex): Promise<SourceSize> {
  const isIndex = 'objectStore' in source
  const ends = (['next', 'prev'] as const).map((it) => sample(source, it, isIndex))
  const [count, ...samples] = await Promise.all([resultOf(source.count()), ...ends])
  const sampled = samples.flat().slice(0, count)
  const sum = sampled.reduce((total, bytes) => total + bytes, 0)
  return {
    store: isIndex ? source.objectStore.name : source.name,
    index: isIndex ? source.name : null,
    count,
    bytes: sampled.length === 0 ? 0 : Math.round((sum / sampled.length) * count),
    sampled: sampled.length,
  }
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
