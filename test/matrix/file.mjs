/**
 * One side of the file matrix: `file.mjs ENTRY write|read DIRECTORY`. The writer stores every value of the types it has; the
 * reader must find each the same, and must refuse what it has no type for.
 */
import { describe, keys, values } from './values.mjs'

const [entry, side, path] = process.argv.slice(2)
const { close, createIndexedDB } = await import(entry)
const indexedDB = createIndexedDB({ path })

const request = indexedDB.open('every type', 1)
request.onupgradeneeded = () => {
  for (const name of ['values', 'keys']) request.result.createObjectStore(name)
}
const database = await resultOf(request)
const checks = side === 'write' ? await write() : await read()
await close(indexedDB)
console.log(`RESULT ${JSON.stringify(checks)}`)

async function write() {
  const checks = []
  for (const [title, make] of Object.entries(values)) {
    const value = await make()
    if (value === undefined || value === false) continue
    await check(checks, title, async () => {
      try {
        await put('values', value, title)
      } catch (error) {
        if (!/cannot be stored in this runtime/.test(error.message)) throw error
      }
    })
  }
  for (const [i, key] of [...keys.entries()].reverse()) {
    await check(checks, `key ${i}`, () => put('keys', i, key))
  }
  return checks
}

async function read() {
  const checks = []
  for (const title of await resultOf(store('values').getAllKeys())) {
    await check(checks, title, async () => {
      const expected = await values[title]()
      const found = await resultOf(store('values').get(title)).catch((error) => error)
      // What this runtime has no means to make must be refused, and say so.
      if (/which this runtime lacks/.test(found?.message)) return
      if (expected === undefined || expected === false) {
        throw new Error(`a type this runtime lacks was read as ${await describe(found)}`)
      }
      const [was, is] = [await describe(expected), await describe(found)]
      if (is !== was) throw new Error(`${is.slice(0, 300)} is not ${was.slice(0, 300)}`)
    })
  }
  await check(checks, 'keys are in order and come back', async () => {
    const found = await resultOf(store('keys').getAll())
    if (found.join() !== keys.map((_, i) => i).join()) throw new Error(`the order is ${found}`)
    const list = await resultOf(store('keys').getAllKeys())
    const [was, is] = [await describe(keys.map(asStored)), await describe(list)]
    if (is !== was) throw new Error(`${is} is not ${was}`)
  })
  return checks
}

/** Binary keys come back as ArrayBuffers. */
function asStored(key) {
  if (Array.isArray(key)) return key.map(asStored)
  return key instanceof Uint8Array ? key.buffer : key
}

function store(name) {
  return database.transaction(name).objectStore(name)
}

async function put(name, value, key) {
  await resultOf(database.transaction(name, 'readwrite').objectStore(name).put(value, key))
}

async function check(checks, title, run) {
  try {
    await run()
    checks.push({ title, error: null })
  } catch (error) {
    checks.push({ title, error: `${error?.name}: ${error?.message}` })
  }
}

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
