/**
 * The demo: loads the chemical elements into a database on disk, queries them, and keeps a log of its own runs, all by
 * plain IndexedDB code. Run it twice: the second process finds what the first one left, and adds to it.
 *
 * `npm run demo -- [directory]`; without one the data goes to `.indexeddb` in the working directory.
 */
import { openSync, readdirSync, readFileSync, readSync, closeSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import Table from 'cli-table3'
import { IDBKeyRange, close, createIndexedDB } from 'idb-everywhere'

const directory = resolve(process.argv[2] ?? '.indexeddb')
const indexedDB = createIndexedDB({ path: directory })
const database = await openDatabase()

await loadElements()
await printQueries()
await printRuns()

database.close()
await close(indexedDB)
printFiles()

async function openDatabase() {
  const request = indexedDB.open('chemistry', 1)
  request.onupgradeneeded = () => {
    const elements = request.result.createObjectStore('elements', { keyPath: 'number' })
    elements.createIndex('by symbol', 'symbol', { unique: true })
    elements.createIndex('by discovery', 'discovered')
    elements.createIndex('by block and mass', ['block', 'mass'])
    request.result.createObjectStore('runs', { autoIncrement: true })
  }
  return resultOf(request)
}

/** Puts the data file into the database, unless an earlier run did. */
async function loadElements() {
  const found = await resultOf(database.transaction('elements').objectStore('elements').count())
  if (found > 0) {
    console.log(`Found ${found} elements on disk.`)
  } else {
    const { elements } = JSON.parse(readFileSync(new URL('elements.json', import.meta.url), 'utf8'))
    const start = performance.now()
    const transaction = database.transaction('elements', 'readwrite', { durability: 'strict' })
    for (const element of elements) transaction.objectStore('elements').put(element)
    await completionOf(transaction)
    const elapsedMs = Math.round(performance.now() - start)
    console.log(`Found nothing on disk; put ${elements.length} elements there in ${elapsedMs} ms.`)
  }
  await logRun(found)
}

async function logRun(found) {
  const transaction = database.transaction('runs', 'readwrite', { durability: 'strict' })
  transaction.objectStore('runs').add({ started: new Date(), process: process.pid, found })
  await completionOf(transaction)
}

async function printQueries() {
  const elements = database.transaction('elements').objectStore('elements')
  printElements(
    'By key range: numbers 26 to 30',
    await resultOf(elements.getAll(IDBKeyRange.bound(26, 30))),
  )
  printElements(
    'By index: discovered from 1895 to 1905, earliest first',
    await resultOf(elements.index('by discovery').getAll(IDBKeyRange.bound(1895, 1905))),
  )
  printElements(
    'By compound index and cursor: the three heaviest elements of the d block, heaviest first',
    await lastOf(elements.index('by block and mass'), IDBKeyRange.bound(['d'], ['d', Infinity]), 3),
  )
  printElements('By unique index: Hg', [await resultOf(elements.index('by symbol').get('Hg'))])
}

/** The last `count` values of the range, last first. */
function lastOf(index, range, count) {
  const values = []
  const request = index.openCursor(range, 'prev')
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      if (cursor) values.push(cursor.value)
      if (!cursor || values.length === count) resolve(values)
      else cursor.continue()
    }
  })
}

function printElements(title, elements) {
  const table = new Table({
    head: ['number', 'symbol', 'name', 'mass', 'block', 'discovered'],
    colAligns: ['right', 'left', 'left', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { number, symbol, name, mass, block, discovered } of elements) {
    table.push([number, symbol, name, mass, block, discovered ?? 'long known'])
  }
  console.log(`\n${title}\n${table}`)
}

async function printRuns() {
  const runs = await resultOf(database.transaction('runs').objectStore('runs').getAll())
  const table = new Table({
    head: ['run', 'started', 'process', 'elements found'],
    colAligns: ['right', 'left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  runs.forEach(({ started, process, found }, index) => {
    table.push([index + 1, started.toISOString(), process, found])
  })
  console.log(`\nRuns of this demo; each adds a line\n${table}`)
}

/** Says how to look at the data: the files can be opened by any SQLite tool now that they have no owner. */
function printFiles() {
  console.log('\nLook at the data with')
  console.log(`  npx idb-everywhere inspect ${relative('', directory)}`)
  console.log('or, as it is in an SQLite file, with')
  for (const name of readdirSync(directory)) {
    const file = join(directory, name)
    if (isSqliteFile(file)) console.log(`  sqlite3 ${relative('', file)} .schema`)
  }
}

/** Every SQLite database begins with these bytes. */
function isSqliteFile(file) {
  const magic = Buffer.from('SQLite format 3\0', 'latin1')
  const head = Buffer.alloc(magic.length)
  const descriptor = openSync(file)
  readSync(descriptor, head)
  closeSync(descriptor)
  return head.equals(magic)
}

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function completionOf(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}
