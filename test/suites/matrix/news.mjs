/**
 * One side of a directory in which changes are told: `news.mjs DIST watch|write DIRECTORY`, in any runtime. The one who watches says so, and
 * what it was told, as RESULT; then it ends.
 */
import process from 'node:process'

const [dist, side, path] = process.argv.slice(2)
const { close, createIndexedDB } = await import(`${dist}index.js`)
const { observe } = await import(`${dist}extras.js`)

const indexedDB = createIndexedDB({ path })
const request = indexedDB.open('news', 1)
request.onupgradeneeded = () => request.result.createObjectStore('books')
const database = await resultOf(request)
await (side === 'watch' ? watch() : write())
database.close()
await close(indexedDB)

async function watch() {
  // Being told keeps no process alive.
  const alive = setInterval(() => {}, 1_000)
  const told = new Promise((resolve) => observe(database, {}, resolve))
  // It has reached the owner when what is asked after it is answered.
  await resultOf(database.transaction('books').objectStore('books').count())
  console.log('watching')
  console.log(`RESULT ${JSON.stringify(await told)}`)
  clearInterval(alive)
}

async function write() {
  const transaction = database.transaction('books', 'readwrite')
  transaction.objectStore('books').put('one', 1)
  transaction.objectStore('books').delete(2)
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error)
  })
}

function resultOf(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}
