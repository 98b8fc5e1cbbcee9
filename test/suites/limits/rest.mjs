/**
 * What memory stays after a large value: stores and reads one, closes everything, and prints how many bytes the process
 * has beyond what it had before. Script holds on to the closed connection.
 *
 * node --expose-gc rest.mjs PATH SIZE_MIB
 */
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { close, createIndexedDB } from 'idb-everywhere'

const [path, sizeMiB] = process.argv.slice(2)
const bytesBefore = await bytesInUse()
const connection = await storeAndRead()
const bytesKept = (await bytesInUse()) - bytesBefore
console.log(JSON.stringify({ name: connection.name, bytesKept }))

async function storeAndRead() {
  const indexedDB = createIndexedDB({ path })
  const request = indexedDB.open('large', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('s')
  const database = await settled(request)
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put(new Uint8Array(sizeMiB * 1024 * 1024), 1)
  await new Promise((resolve) => (transaction.oncomplete = resolve))
  const { length } = await settled(database.transaction('s').objectStore('s').get(1))
  if (length !== sizeMiB * 1024 * 1024) throw new Error(`Read ${length} bytes`)
  await close(indexedDB)
  return database
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Twice, as what is found dead is let go in tasks of its own. */
async function bytesInUse() {
  for (let i = 0; i < 2; i++) {
    globalThis.gc()
    await setTimeout(0)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
