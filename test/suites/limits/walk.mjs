/**
 * A process of little memory that fills a store larger than it, in one transaction, or walks through it.
 *
 * node --max-old-space-size=32 test/suites/limits/walk.mjs fill | walk <path> <MiB>
 * prints { records, bytes, peakBytes } as JSON; `peakBytes`: the most memory the process has had.
 */
import process from 'node:process'
import { close, createIndexedDB } from 'idb-everywhere'

const recordBytes = 64 * 1024

const [, , task, path, sizeMiB] = process.argv
const recordCount = (Number(sizeMiB) * 1024 * 1024) / recordBytes
const indexedDB = createIndexedDB({ path })
const request = indexedDB.open('large')
request.onupgradeneeded = () => request.result.createObjectStore('s').createIndex('i', 'even')
const database = await resultOf(request)
const counted = task === 'fill' ? await fill() : await walk()
const peakBytes = process.resourceUsage().maxRSS * 1024
database.close()
await close(indexedDB)
console.log(JSON.stringify({ ...counted, peakBytes }))

async function fill() {
  const transaction = database.transaction('s', 'readwrite')
  const completed = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error)
  })
  const store = transaction.objectStore('s')
  for (let key = 0; key < recordCount; key++) {
    await resultOf(store.put({ even: key % 2, bytes: new Uint8Array(recordBytes).fill(key) }, key))
  }
  await completed
  return { records: recordCount, bytes: recordCount * recordBytes }
}

/** Forwards through the store, then backwards through the index. */
async function walk() {
  const store = database.transaction('s').objectStore('s')
  const counted = { records: 0, bytes: 0 }
  const visit = ({ primaryKey, value }) => {
    if (value.bytes[recordBytes - 1] !== primaryKey % 256) throw new Error(`record ${primaryKey}`)
    counted.records++
    counted.bytes += value.bytes.length
  }
  await visitAll(store.openCursor(), visit)
  await visitAll(store.index('i').openCursor(null, 'prev'), visit)
  return counted
}

function visitAll(request, visit) {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      if (!cursor) return resolve()
      visit(cursor)
      cursor.continue()
    }
  })
}

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
