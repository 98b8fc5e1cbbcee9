/** A counter in a database, as an application keeps one: every process that imports this shares it. */
import { createIndexedDB } from 'idb-everywhere'

const indexedDB = createIndexedDB({ path: process.env.COUNTER_PATH, ifLocked: 'share' })
let opened

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('counters', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('counters')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  return opened
}

/** Adds 1; resolves to the sum once that is committed. */
export async function raise(name = 'all') {
  const database = await open()
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('counters', 'readwrite')
    const store = transaction.objectStore('counters')
    const request = store.get(name)
    let sum
    request.onsuccess = () => {
      sum = (request.result ?? 0) + 1
      store.put(sum, name)
    }
    transaction.oncomplete = () => resolve(sum)
    transaction.onabort = () => reject(transaction.error)
  })
}

/** Resolves to the number. */
export async function read(name = 'all') {
  const database = await open()
  return new Promise((resolve, reject) => {
    const request = database.transaction('counters').objectStore('counters').get(name)
    request.onsuccess = () => resolve(request.result ?? 0)
    request.onerror = () => reject(request.error)
  })
}
