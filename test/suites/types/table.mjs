/** Stores every instance there is here, natively and with ours, and compares what comes back. */
import { classOf, describe } from './describe.mjs'
import { allInstances } from './instances.mjs'

/** Cloned by the platform without storage: what runtimes without a database of their own have to compare with. */
export async function cloneNatively(value) {
  return structuredClone(value)
}

/** Puts a value in a database and gets it again. */
export async function storing(indexedDB) {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('types', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('values')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  return (value) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction('values', 'readwrite')
      const store = transaction.objectStore('values')
      store.put(value, 1) // What it throws rejects the promise; the transaction ends empty.
      const request = store.get(1)
      let result
      request.onsuccess = () => (result = request.result)
      transaction.oncomplete = () => resolve(result)
      transaction.onabort = () => reject(transaction.error)
    })
}

/**
 * A row for each instance: `{ title, original, native, ours, differences }`; `native` and `ours` are 'cloned' or the name
 * of the error, `original` the classes of the instance.
 */
export async function compareTypes({ native, ours, window = globalThis }) {
  const { instances, missing } = await allInstances(window)
  const rows = []
  for (const { title, value } of instances) {
    const expected = await outcomeOf(native, value)
    const actual = await outcomeOf(ours, value)
    rows.push({
      title,
      original: originalOf(value),
      native: expected.kind,
      ours: actual.kind,
      cloneClass: expected.lines[0]?.slice(4) ?? null,
      message: actual.message,
      differences: differencesOf(expected.lines, actual.lines),
    })
  }
  return { rows, missing }
}

function originalOf(value) {
  try {
    return classOf(value)
  } catch (error) {
    return `throws ${error?.name}`
  }
}

async function outcomeOf(clone, value) {
  try {
    return { kind: 'cloned', lines: await describe(await clone(value)), message: null }
  } catch (error) {
    return { kind: String(error?.name), lines: [], message: String(error?.message) }
  }
}

function differencesOf(expected, actual) {
  if (expected.length === 0 || actual.length === 0) return []
  const [before, after] = [new Set(expected), new Set(actual)]
  return [
    ...actual.filter((line) => !before.has(line)).map((line) => `+ ${line}`),
    ...expected.filter((line) => !after.has(line)).map((line) => `- ${line}`),
  ].map((line) => line.slice(0, 200))
}
