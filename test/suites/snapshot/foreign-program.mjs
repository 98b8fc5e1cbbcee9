/** The checks of `foreign.mjs`, title → work; they get this package's modules. */
import assert from 'node:assert/strict'
import { IDBFactory as FakeFactory, IDBKeyRange as FakeKeyRange } from 'fake-indexeddb' // From where it is run.

const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** More records than are read at once, so that reading goes on from a key. */
async function fill(indexedDB, name) {
  const request = indexedDB.open(name, 3)
  request.onupgradeneeded = () => {
    const books = request.result.createObjectStore('books', { keyPath: 'id', autoIncrement: true })
    books.createIndex('by tag', 'tags', { multiEntry: true })
    for (let i = 0; i < 1_000; i++) books.put({ title: `title ${i}`, tags: ['a', `${i % 7}`] })
    const mixed = request.result.createObjectStore('mixed')
    for (let i = 0; i < 1_000; i++) {
      mixed.put({ at: new Date(i), map: new Map([[i, new Set([i])]]), bytes: Uint8Array.of(i) }, [
        i,
        'x',
      ])
    }
    request.result.createObjectStore('empty')
  }
  const database = await resultOf(request)
  database.close()
}

async function assertAlike({ diff }, a, b, name) {
  for await (const it of diff({ indexedDB: a, name }, { indexedDB: b, name })) {
    assert.fail(`they differ: ${JSON.stringify(it)}`)
  }
}

/** What Dexie's export loses is not among them. */
async function fillByDexie(indexedDB) {
  // It looks for these as it loads.
  globalThis.self ??= globalThis
  globalThis.FileReader ??= class {
    readAsArrayBuffer(blob) {
      void blob.arrayBuffer().then((result) => this.onload({ target: { result } }))
    }
  }
  const { default: Dexie } = await import('dexie')
  const options = { indexedDB, IDBKeyRange: FakeKeyRange }
  const db = new Dexie('shop', options)
  db.version(3).stores({ books: '++id,&isbn,*tags,[a+b]', misc: '', counted: '++' })
  const circle = { n: 1 }
  circle.self = circle
  await db.books.bulkPut([
    { isbn: 1, tags: ['a'], at: new Date(5) },
    { isbn: 2, a: 1, b: 'x' },
  ])
  const values = [
    undefined,
    NaN,
    Infinity,
    12n,
    /a+/g,
    new Map([[1, new Date(7)]]),
    new Set([undefined]),
  ]
  const sparse = Object.assign([], { 0: 1, 2: 3 })
  values.push(circle, Uint8Array.of(1, 2), sparse, Object(5), { 'a.b': new Date(1) })
  for (const [i, value] of values.entries()) await db.misc.put(value, [i, new Date(i)])
  await db.misc.put('keyed by bytes', Uint8Array.of(1, 2).buffer)
  await db.counted.put('one')
  return db
}

export const checks = {
  async 'a database of ours is the same in fake-indexeddb'({ ours, memory, snapshot }) {
    const [from, to] = [ours.createIndexedDB({ vfs: memory() }), new FakeFactory()]
    await fill(from, 'd')
    const { exportDatabase, importDatabase } = snapshot
    await importDatabase(exportDatabase(from, 'd'), { indexedDB: to, resume: true })
    await assertAlike(snapshot, from, to, 'd')
  },
  async 'a database of fake-indexeddb is the same in ours'({ ours, memory, snapshot }) {
    const [from, to] = [new FakeFactory(), ours.createIndexedDB({ vfs: memory() })]
    await fill(from, 'd')
    const { exportDatabase, importDatabase } = snapshot
    await importDatabase(exportDatabase(from, 'd'), { indexedDB: to, replace: true })
    await assertAlike(snapshot, from, to, 'd')
  },
  async 'a backup of ours is the same in fake-indexeddb'({ ours, memory, snapshot }) {
    const [from, to] = [ours.createIndexedDB({ vfs: memory() }), new FakeFactory()]
    await fill(from, 'd')
    await snapshot.importDatabase(snapshot.backup(from, 'd'), { indexedDB: to })
    await assertAlike(snapshot, from, to, 'd')
  },
  async "what Dexie has exported is the same in ours, and opens in Dexie's hands"(packages) {
    const { ours, memory, snapshot, formats } = packages
    const [from, to] = [new FakeFactory(), ours.createIndexedDB({ vfs: memory() })]
    const db = await fillByDexie(from)
    const { exportDB } = await import('dexie-export-import')
    const exported = await exportDB(db)
    const losses = []
    const stream = formats.fromDexie(exported.stream(), { onLoss: (it) => losses.push(it) })
    await snapshot.importDatabase(stream, { indexedDB: to })
    assert.deepEqual(losses, [])
    await assertAlike(snapshot, from, to, 'shop')
    const { default: Dexie } = await import('dexie')
    const again = new Dexie('shop', { indexedDB: to, IDBKeyRange: ours.IDBKeyRange })
    again.version(3).stores({ books: '++id,&isbn,*tags,[a+b]', misc: '', counted: '++' })
    assert.deepEqual(
      (await again.books.where({ tags: 'a' }).toArray()).map(({ isbn }) => isbn),
      [1],
    )
    again.close()
    db.close()
  },
}
