/**
 * Stores a value and a key of every type, and says whether they come back the same: in any runtime, and in pages. What
 * wrote the database may have been another one.
 */
import { describe, keys, values } from './values.mjs'

/** Stores all that this runtime has. @returns a list of { title, error }; an error of null: it was stored */
export async function writeEveryType(indexedDB) {
  const database = await openDatabase(indexedDB)
  const checks = []
  for (const [title, make] of Object.entries(values)) {
    const value = await make()
    if (value === undefined || value === false) continue
    await check(checks, title, async () => {
      try {
        await put(database, { store: 'values', value, key: title })
      } catch (error) {
        if (!/cannot be stored in this runtime/.test(error.message)) throw error
      }
    })
  }
  for (const [value, key] of [...keys.entries()].reverse()) {
    await check(checks, `key ${value}`, () => put(database, { store: 'keys', value, key }))
  }
  database.close()
  return checks
}

/** Every value must be the same, and what this runtime has no type for must be refused. @returns the same list */
export async function readEveryType(indexedDB) {
  const database = await openDatabase(indexedDB)
  const store = (name) => database.transaction(name).objectStore(name)
  const checks = []
  for (const title of await resultOf(store('values').getAllKeys())) {
    await check(checks, title, async () => {
      const expected = await values[title]()
      const found = await resultOf(store('values').get(title)).catch((error) => error)
      // What this runtime has no means to make must be refused, and say so.
      if (/which this runtime lacks|was not found there/.test(found?.message)) return
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
  database.close()
  return checks
}

function openDatabase(indexedDB) {
  const request = indexedDB.open('every type', 1)
  request.onupgradeneeded = () => {
    for (const name of ['values', 'keys']) request.result.createObjectStore(name)
  }
  return resultOf(request)
}

/** Binary keys come back as ArrayBuffers. */
function asStored(key) {
  if (Array.isArray(key)) return key.map(asStored)
  return key instanceof Uint8Array ? key.buffer : key
}

async function put(database, { store, value, key }) {
  await resultOf(database.transaction(store, 'readwrite').objectStore(store).put(value, key))
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
