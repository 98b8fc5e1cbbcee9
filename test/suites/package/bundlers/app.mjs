// A program as a bundler gets it; the bundle is run from a directory where nothing else lies.
import { close, createIndexedDB, IDBKeyRange } from 'idb-everywhere'
import { memory } from 'idb-everywhere/vfs/memory'

const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

async function roundTrip(indexedDB) {
  const request = indexedDB.open('books', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('books')
  const database = await resultOf(request)
  const books = database.transaction('books', 'readwrite').objectStore('books')
  for (const key of 'abc') books.put({ key }, key)
  const found = await resultOf(books.getAll(IDBKeyRange.lowerBound('b')))
  await close(indexedDB)
  return found.length
}

async function main() {
  const inMemory = await roundTrip(createIndexedDB({ vfs: memory() }))
  const onDisk = await roundTrip(createIndexedDB({ path: './data' }))
  console.log(`found ${inMemory} in memory, ${onDisk} on disk`)
}

void main()
