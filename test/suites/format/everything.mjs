/**
 * Stores keys and values of every type that this platform has, and says what a reader of the files has to find: what was stored,
 * as the export format has it, never what came back.
 */
import fc from 'fast-check'
import { renderValue, renderWholeValue } from '../../../src/rendering/render-value.ts'
import { randomValue } from '../../kit/random-values.ts'
import { cmp, key as randomKey } from '../../kit/reference-keys.ts'
import { languageRecipes, platformRecipes } from '../types/recipes.mjs'

const seed = 16
/** Half a surrogate pair at each end: such a name has no UTF-8. */
const oddName = '\udc00 keys \ud800'
/** About the size at which a value leaves its record's row, and about those at which strings get longer tags. */
const sizes = [0, 1, 63, 64, 127, 128, 850, 880, 890, 895, 900, 905, 5_000, 100_000]

/**
 * Gives a map from each database's name to the reader's lines. `lastWords` is called in the moment in which the last transaction is
 * complete, when its log has yet to be copied into the file.
 */
export async function storeEverything(indexedDB, lastWords = () => {}) {
  const expected = {}
  expected['every value'] = await storeValues(indexedDB)
  expected[oddName] = await storeKeys(indexedDB)
  ;(await openDatabase(indexedDB, 'deleted')).close()
  await settled(indexedDB.deleteDatabase('deleted'))
  expected['indexes'] = await storeIndexes(indexedDB, lastWords)
  return expected
}

async function storeValues(indexedDB) {
  const database = await openDatabase(indexedDB, 'every value', (it) =>
    it.createObjectStore('values'),
  )
  const lines = []
  for (const [title, value, json] of await everyValue()) {
    const isStored = await put(database, value, title).then(
      () => true,
      () => false, // Which types are refused, the suite `types` knows; the reader says whether one is missing.
    )
    if (isStored) lines.push({ store: 'values', key: title, value: json, entries: [] })
  }
  database.close()
  return [
    { database: 'every value', version: 1, stores: [storeLine('values')] },
    ...lines.sort((a, b) => cmp(a.key, b.key)),
  ]
}

/** Title, value and JSON of each value. */
async function everyValue() {
  const found = []
  for (const [title, make] of Object.entries(languageRecipes)) {
    await add(found, title, make, structuredClone)
  }
  for (const [title, make] of Object.entries(platformRecipes(globalThis))) {
    await add(found, title, make, (it) => it) // Some platforms' own clone loses what Files and exceptions have.
  }
  for (const size of sizes)
    await add(
      found,
      `${size} bytes`,
      () => 'x'.repeat(size),
      (it) => it,
    )
  const random = fc.sample(randomValue(fc.string()), { numRuns: 300, seed })
  for (const [i, value] of random.entries()) {
    await add(found, `random value ${i}`, () => value, structuredClone)
  }
  return found
}

async function add(found, title, make, clone) {
  try {
    const made = make()
    const value = made instanceof Promise ? await made : made
    found.push([title, value, await renderWholeValue(clone(value))])
  } catch {
    // This platform has no such type, or does not clone it.
  }
}

async function storeKeys(indexedDB) {
  const database = await openDatabase(indexedDB, oddName, (it) => it.createObjectStore(oddName))
  const keys = fc.sample(randomKey, { numRuns: 600, seed }).map(withoutNegativeZero).sort(cmp)
  const different = keys.filter((key, i) => i === 0 || cmp(keys[i - 1], key) !== 0)
  const transaction = database.transaction(oddName, 'readwrite')
  for (const key of different) transaction.objectStore(oddName).put(null, key)
  await completed(transaction)
  database.close()
  const lines = different.map((key) => ({
    store: oddName,
    key: renderValue(key),
    value: null,
    entries: [],
  }))
  return [{ database: oddName, version: 1, stores: [storeLine(oddName)] }, ...lines]
}

/** It is one key with +0, and stored as that. */
function withoutNegativeZero(key) {
  if (Array.isArray(key)) return key.map(withoutNegativeZero)
  return key === 0 ? 0 : key
}

async function storeIndexes(indexedDB, lastWords) {
  const database = await openDatabase(indexedDB, 'indexes', (it) => {
    const books = it.createObjectStore('books', { keyPath: 'id', autoIncrement: true })
    books.createIndex('by title', 'title', { unique: true })
    books.createIndex('gone', 'title')
    books.createIndex('by tag', 'tags', { multiEntry: true })
    books.createIndex('by both', ['title', 'year'])
    for (const title of ['Emma', 'Ulysses']) books.add({ title, tags: ['b', 'a'], year: 1 })
    books.deleteIndex('gone')
    books.add({ tags: 'c' })
    it.createObjectStore('used up', { autoIncrement: true }).add(0, 2 ** 53)
    it.createObjectStore('pairs', { keyPath: ['a', 'b.c'] }).add({ a: 1, b: { c: 'x' } })
  })
  const transaction = database.transaction('books', 'readwrite')
  transaction.objectStore('books').add({ title: 'Walden' })
  transaction.addEventListener('complete', lastWords)
  await completed(transaction)
  database.close()
  return linesOfIndexes
}

const index = (name, keyPath, rest = {}) => ({
  name,
  keyPath,
  unique: false,
  multiEntry: false,
  ...rest,
})
const storeLine = (name, rest = {}) => ({
  name,
  keyPath: null,
  currentNumber: null,
  indexes: [],
  ...rest,
})

/** Written out: what the page on the format says of indexes and generators. */
const linesOfIndexes = [
  {
    database: 'indexes',
    version: 1,
    stores: [
      storeLine('books', {
        keyPath: 'id',
        currentNumber: 5,
        indexes: [
          index('by title', 'title', { unique: true }),
          index('by tag', 'tags', { multiEntry: true }),
          index('by both', ['title', 'year']),
        ],
      }),
      storeLine('used up', { currentNumber: 2 ** 53 + 2 }),
      storeLine('pairs', { keyPath: ['a', 'b.c'] }),
    ],
  },
  ...['Emma', 'Ulysses'].map((title, i) => ({
    store: 'books',
    key: i + 1,
    value: { title, tags: ['b', 'a'], year: 1, id: i + 1 },
    entries: [
      ['by title', title],
      ['by tag', 'a'],
      ['by tag', 'b'],
      ['by both', [title, 1]],
    ],
  })),
  { store: 'books', key: 3, value: { tags: 'c', id: 3 }, entries: [['by tag', 'c']] },
  { store: 'books', key: 4, value: { title: 'Walden', id: 4 }, entries: [['by title', 'Walden']] },
  { index: 'by title', key: 'Emma', primaryKey: 1 },
  { index: 'by title', key: 'Ulysses', primaryKey: 2 },
  { index: 'by title', key: 'Walden', primaryKey: 4 },
  { index: 'by tag', key: 'a', primaryKey: 1 },
  { index: 'by tag', key: 'a', primaryKey: 2 },
  { index: 'by tag', key: 'b', primaryKey: 1 },
  { index: 'by tag', key: 'b', primaryKey: 2 },
  { index: 'by tag', key: 'c', primaryKey: 3 },
  { index: 'by both', key: ['Emma', 1], primaryKey: 1 },
  { index: 'by both', key: ['Ulysses', 1], primaryKey: 2 },
  { store: 'used up', key: 2 ** 53, value: 0, entries: [] },
  { store: 'pairs', key: [1, 'x'], value: { a: 1, b: { c: 'x' } }, entries: [] },
]

function openDatabase(indexedDB, name, upgrade = () => {}) {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => upgrade(request.result)
  return settled(request)
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error)
  })
}

async function put(database, value, key) {
  const transaction = database.transaction('values', 'readwrite')
  transaction.objectStore('values').put(value, key)
  return completed(transaction)
}
