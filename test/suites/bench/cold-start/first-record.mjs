/** `first-record.mjs ENTRY DIRECTORY`: the package's first record on disk, read again. */
const [entry, path] = process.argv.slice(2)
const { close, createIndexedDB } = await import(entry)
const indexedDB = createIndexedDB({ path })

const request = indexedDB.open('first', 1)
request.onupgradeneeded = () => request.result.createObjectStore('records')
const database = await resultOf(request)
await resultOf(database.transaction('records', 'readwrite').objectStore('records').put('v', 'k'))
const value = await resultOf(database.transaction('records').objectStore('records').get('k'))
database.close()
await close(indexedDB)
console.log(value === 'v' ? 'done' : `read ${value}`)

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
