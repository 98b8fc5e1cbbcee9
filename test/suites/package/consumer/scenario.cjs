// What both forms of the installed package must do; each hands over its own way of loading an entry point.
const assert = require('node:assert/strict')

const interfaces = [
  'IDBCursor',
  'IDBCursorWithValue',
  'IDBDatabase',
  'IDBFactory',
  'IDBIndex',
  'IDBKeyRange',
  'IDBObjectStore',
  'IDBOpenDBRequest',
  'IDBRecord',
  'IDBRequest',
  'IDBTransaction',
  'IDBVersionChangeEvent',
]

exports.runScenario = async (load) => {
  const before = Reflect.ownKeys(globalThis)
  const main = await load('idb-everywhere')
  const { memory } = await load('idb-everywhere/vfs/memory')
  const { nodeFs } = await load('idb-everywhere/vfs/node')
  const { VfsError } = await load('idb-everywhere/vfs')
  const conformance = await load('idb-everywhere/vfs/conformance')
  const engines = await load('idb-everywhere/storage/conformance')
  const storage = await load('idb-everywhere/storage')
  assert.deepEqual(Reflect.ownKeys(globalThis), before, 'an import has touched the global object')

  for (const name of [...interfaces, 'createIndexedDB', 'install', 'close']) {
    assert.equal(typeof main[name], 'function', name)
  }
  assert.equal(nodeFs().name, 'node')
  assert.ok(new VfsError('EIO', 'A message') instanceof Error)
  assert.equal(typeof conformance.vfsConformance, 'function')
  assert.equal(typeof engines.storageConformance, 'function')
  assert.equal(new storage.StorageError('io', 'as thrown').code, 'io')
  assert.equal(typeof conformance.faulty(memory()).directory, 'function')

  await roundTrip(main.createIndexedDB({ vfs: memory() }), main.close)
  await roundTrip(main.createIndexedDB({ path: `./data-${process.pid}` }), main.close)

  await load('idb-everywhere/auto/memory')
  assert.ok(globalThis.indexedDB instanceof main.IDBFactory, 'both entries share one class')
  for (const name of interfaces) assert.equal(globalThis[name], main[name], name)
}

async function roundTrip(indexedDB, close) {
  const request = indexedDB.open('books', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('books')
  const database = await resultOf(request)
  const value = { title: 'Faust', pages: [1, 2n, new Date(0)] }
  await resultOf(database.transaction('books', 'readwrite').objectStore('books').put(value, 'key'))
  const stored = await resultOf(database.transaction('books').objectStore('books').get('key'))
  assert.deepEqual(stored, value)
  await close(indexedDB)
}

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
