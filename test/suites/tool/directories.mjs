/** Directories of databases, each made by the kind of program that makes such ones. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createIndexedDB } from 'idb-everywhere'
import { importBundled } from '../../kit/bundle.mjs'
import { allInstances } from '../types/instances.mjs'

/** Client libraries, pinned. */
const clients = JSON.parse(readFileSync(new URL('../clients/clients.json', import.meta.url)))
const { installedPackage } = (await importBundled('test/kit/runtimes.ts')).module

/** Makes a database by plain IndexedDB, with what `fill` puts into its stores. */
export async function makeDatabase(path, { name, version = 1, upgrade, fill }) {
  const indexedDB = createIndexedDB({ path })
  const request = indexedDB.open(name, version)
  request.onupgradeneeded = () => upgrade(request.result)
  const database = await resultOf(request)
  const transaction = database.transaction(database.objectStoreNames, 'readwrite')
  fill((store) => transaction.objectStore(store))
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error)
  })
  database.close()
  await indexedDB[Symbol.asyncDispose]()
}

export function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** A small shop: what the documents show. */
export async function makeShop(path, name = 'shop') {
  const days = ['2026-01-29', '2026-01-30', '2026-01-30', '2026-01-31']
  const customers = ['Ada', 'Grace', 'Ada', 'Radia']
  await makeDatabase(path, {
    name,
    version: 3,
    upgrade(database) {
      const orders = database.createObjectStore('orders', { keyPath: 'id', autoIncrement: true })
      orders.createIndex('by customer', 'customer')
      orders.createIndex('by day', 'day')
      const products = database.createObjectStore('products', { keyPath: 'code' })
      products.createIndex('by name', 'name', { unique: true })
      products.createIndex('by tag', 'tags', { multiEntry: true })
      database.createObjectStore('settings')
    },
    fill(store) {
      for (const [at, customer] of customers.entries()) {
        store('orders').put({ customer, day: new Date(days[at]), total: 10 * (at + 1) })
      }
      store('products').put({ code: 'A1', name: 'lamp', tags: ['light', 'home'] })
      store('products').put({ code: 'B7', name: 'chair', tags: ['home'] })
      store('settings').put(new Map([['currency', 'EUR']]), 'prices')
      store('settings').put(new Uint8Array([1, 2, 255]), 'logo')
    },
  })
}

/** Every type of key and every value of the suite of types that can be stored. Gives how many records there are. */
export async function makeEveryType(path) {
  const { instances } = await allInstances()
  const values = []
  await makeDatabase(path, {
    name: 'every type',
    upgrade(database) {
      database.createObjectStore('keys')
      database.createObjectStore('values')
    },
    fill(store) {
      for (const key of everyKey) store('keys').put({ of: typeof key }, key)
      for (const { title, value } of instances) {
        try {
          store('values').put(value, `${values.length} ${title}`)
          values.push(title)
        } catch {
          // It cannot be stored, as the suite of types says.
        }
      }
    },
  })
  return everyKey.length + values.length
}

/** One of each type, and what is special among them, in their order. */
export const everyKey = [
  -Infinity,
  -1.5e300,
  -1,
  0,
  42,
  2 ** 53,
  Infinity,
  new Date(-1),
  new Date('2026-01-31T12:00:00Z'),
  '',
  '42',
  'a\ttab, "quotes" and a line\nbreak',
  'two words',
  'ключ 🔑',
  '\ud800',
  new Uint8Array([]).buffer,
  new Uint8Array([0, 10, 255]).buffer,
  [],
  [1, 'b', [new Date(0), new Uint8Array([1]).buffer]],
]

/** A directory that Dexie has made, in a process of its own, where the package is installed under its name. */
export function makeByDexie(path) {
  return makeByClient(clients.dexie, dexieProgram(path))
}

/** A directory that a library has made whose authors know of this project as little as it knows of them: idb-keyval. */
export function makeByStranger(path) {
  return makeByClient(clients['idb-keyval'], strangersProgram(path))
}

async function makeByClient(client, program) {
  const installed = await installedPackage(client.package, client.version, [])
  const folder = mkdtempSync(join(installed, 'tool-'))
  try {
    const script = join(folder, 'program.mjs')
    writeFileSync(script, program)
    await promisify(execFile)(process.execPath, [script])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const strangersProgram = (path) => `
import { close, createIndexedDB } from ${JSON.stringify(import.meta.resolve('idb-everywhere'))}
globalThis.indexedDB = createIndexedDB({ path: ${JSON.stringify(path)} })
const { createStore, set } = await import('idb-keyval')
const store = createStore('settings', 'keyval')
await set('theme', { dark: true, since: new Date(0), seen: new Set(['home', 'cart']) }, store)
await set('visits', 12n, store)
await close(indexedDB)
`

const dexieProgram = (path) => `
import { install } from ${JSON.stringify(import.meta.resolve('idb-everywhere'))}
install({ path: ${JSON.stringify(path)} })
const { default: Dexie } = await import('dexie')
const db = new Dexie('library')
db.version(2).stores({ books: '++id, &title, [author+year], *tags', blobs: '', authors: 'name' })
await db.books.bulkAdd(Array.from({ length: 3_000 }, (_, i) => ({
  title: 'title ' + i, author: 'AB'[i % 2], year: 1900 + (i % 100), tags: ['all', 'tag ' + (i % 7)],
})))
await db.blobs.put(new Blob(['text'], { type: 'text/plain' }), 'blob')
await db.authors.bulkAdd([{ name: 'A', born: new Date(0) }, { name: 'B', born: null }])
db.close()
`

/** Lets another process have the directory while `work` runs. */
export async function whileInUse(path, work) {
  const script = fileURLToPath(new URL('occupant.mjs', import.meta.url))
  const occupant = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const [line] = await once(occupant.stdout, 'data')
    if (!String(line).includes('open')) throw new Error(`The occupant said ${line}`)
    await work()
    if (occupant.exitCode !== null) throw new Error('The process in whose use it was has ended')
  } finally {
    occupant.stdin.end()
  }
}
