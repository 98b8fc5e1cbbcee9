/**
 * A process that stores one large value, reads it back, is refused one beyond the limit, and goes on.
 *
 * node test/suites/limits/value.mjs files | memory | worker <path> <MiB>
 * prints what is wrong; nothing when all is well.
 */
import process from 'node:process'
import { close, createIndexedDB } from 'idb-everywhere'
import { memory } from 'idb-everywhere/vfs/memory'

const [, , where, path, sizeMiB] = process.argv
const limitMiB = 512
const indexedDB = createIndexedDB(
  where === 'memory' ? { vfs: memory() } : { path, worker: where === 'worker' },
)
const request = indexedDB.open('large')
request.onupgradeneeded = () => request.result.createObjectStore('s')
const database = await resultOf(request)

await put(numbered(Number(sizeMiB) * 1024 * 1024), 'large')
const found = await get('large')
check(found.length === Number(sizeMiB) * 1024 * 1024, `${found.length} bytes were found`)
for (let i = 0; i < found.length; i += 65_537) check(found[i] === i % 251, `byte ${i} is wrong`)

const refusal = await put(new Uint8Array(limitMiB * 1024 * 1024), 'too large').then(
  () => 'none',
  ({ name }) => name,
)
check(refusal === 'UnknownError', `beyond the limit the error was ${refusal}`)
await put('small', 'after')
check((await get('after')) === 'small', 'a small value was not found')
database.close()
await close(indexedDB)

function numbered(byteCount) {
  const bytes = new Uint8Array(byteCount)
  for (let i = 0; i < byteCount; i += 65_537) bytes[i] = i % 251
  return bytes
}

async function put(value, key) {
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put(value, key)
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error)
  })
}

function get(key) {
  return resultOf(database.transaction('s').objectStore('s').get(key))
}

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function check(holds, problem) {
  if (holds) return
  console.log(problem)
  process.exit(1)
}
