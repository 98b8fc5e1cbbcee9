/** Runs where there is nothing but this and the single file. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { close, createIndexedDB, memory } from './inline.mjs'

assert.deepEqual(readdirSync('.').sort(), ['inline.mjs', 'single-file.mjs'])
const indexedDB = createIndexedDB({ vfs: memory() })
const open = indexedDB.open('books', 1)
open.onupgradeneeded = () => open.result.createObjectStore('books').put('SICP', 1)
const database = await resultOf(open)
assert.equal(await resultOf(database.transaction('books').objectStore('books').get(1)), 'SICP')
await close(indexedDB)

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
