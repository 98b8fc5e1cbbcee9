/** A Worker of Cloudflare's that keeps databases in memory: each path of its requests is a check, and answers with what it found. */
import { createIndexedDB } from 'idb-everywhere'
import { memory } from 'idb-everywhere/vfs/memory'
import wasm from 'idb-everywhere/wa-sqlite.wasm'
import { readEveryType, writeEveryType } from './every-type.mjs'

const indexedDB = createIndexedDB({ vfs: memory(), wasm })

const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const endOf = (transaction) =>
  new Promise((resolve) => {
    transaction.oncomplete = () => resolve('complete')
    transaction.onabort = () => resolve('abort')
  })

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function open(name = 'books') {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('s', { keyPath: 'id', autoIncrement: true })
    store.createIndex('n', 'n', { multiEntry: true })
  }
  return resultOf(request)
}

const checks = {
  async records() {
    const database = await open()
    const transaction = database.transaction('s', 'readwrite')
    const ended = endOf(transaction)
    const store = transaction.objectStore('s')
    for (const n of [[1, 2], [2], [3]]) store.put({ n })
    const found = await resultOf(store.index('n').getAllKeys(2))
    await resultOf(store.delete(3))
    const list = [await ended, found, await resultOf(read(database).getAllKeys())]
    database.close()
    return list
  },

  /** In the same isolate: what an earlier request has stored is there. */
  async again() {
    const database = await open()
    const count = await resultOf(read(database).count())
    database.close()
    return count
  },

  async microtasks() {
    const database = await open('microtasks')
    const transaction = database.transaction('s', 'readwrite')
    const store = transaction.objectStore('s')
    await resultOf(store.put({ id: 1 }))
    for (let hop = 0; hop < 100; hop++) await Promise.resolve()
    store.put({ id: 2 }) // still active
    const ended = endOf(transaction)
    await resultOf(store.put({ id: 3 }))
    await pause(0)
    const late = attempt(() => store.put({ id: 4 }))
    return [await ended, late, await resultOf(read(database).count())]
  },

  async listeners() {
    const database = await open('listeners')
    const request = read(database).count()
    const log = []
    for (const name of ['a', 'b']) {
      request.addEventListener('success', () => {
        log.push(name)
        void Promise.resolve().then(() => log.push(`after ${name}`))
      })
    }
    await resultOf(request)
    await pause(0)
    return log
  },

  async types() {
    const all = [...(await writeEveryType(indexedDB)), ...(await readEveryType(indexedDB))]
    const errors = all.filter(({ error }) => error !== null)
    return { errors, enough: all.length > 60 }
  },

  /** Answers before its transaction is over, and takes nothing along. */
  async leave() {
    const database = await open('left')
    const store = database.transaction('s', 'readwrite').objectStore('s')
    for (let id = 1; id <= 100; id++) store.put({ id })
    return 'answered'
  },

  async 'after leaving'() {
    const database = await open('left')
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put({ id: 101 })
    return [await endOf(transaction), await resultOf(read(database).count()), await checks.again()]
  },

  async 'without the engine'() {
    const { createIndexedDB } = await import('idb-everywhere/inline')
    const other = createIndexedDB({ vfs: memory(), path: 'other' })
    return resultOf(other.open('a')).catch(({ name, message }) => `${name}: ${message}`)
  },
}

const read = (database) => database.transaction('s').objectStore('s')

function attempt(action) {
  try {
    action()
    return 'done'
  } catch ({ name }) {
    return name
  }
}

export default {
  async fetch(request) {
    const check = checks[decodeURIComponent(new URL(request.url).pathname.slice(1))]
    try {
      return Response.json(await check())
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 })
    }
  },
}
