import assert from 'node:assert/strict'
import { deleteDB, openDB, unwrap } from 'idb'

const openShop = (version, callbacks = {}) =>
  openDB('shop', version, {
    async upgrade(db, oldVersion, newVersion, transaction) {
      if (oldVersion < 1) db.createObjectStore('items', { keyPath: 'id', autoIncrement: true })
      if (oldVersion < 2 && newVersion >= 2) {
        const items = transaction.objectStore('items')
        items.createIndex('price', 'price')
        for await (const cursor of items) await cursor.update({ ...cursor.value, isOld: true })
        db.createObjectStore('files')
      }
    },
    ...callbacks,
  })

export const first = {
  async 'an upgrade waits for the connection in its way, which is told'() {
    const heard = []
    const old = await openShop(1, {
      blocking(currentVersion, blockedVersion) {
        heard.push(`blocking ${currentVersion} ${blockedVersion}`)
        setTimeout(() => old.close())
      },
    })
    const transaction = old.transaction('items', 'readwrite')
    for (let i = 0; i < 20; i++) transaction.store.add({ name: `item ${i}`, price: i % 5 })
    await transaction.done
    const db = await openShop(2, { blocked: () => heard.push('blocked') })
    assert.deepEqual(heard, ['blocking 1 2', 'blocked'])
    assert.equal(await db.count('items'), 20)
    assert.ok((await db.getAll('items')).every(({ isOld }) => isOld))
    db.close()
  },
  async 'cursors are iterated, advanced, turned and written through'() {
    const db = await openShop(2)
    const transaction = db.transaction('items', 'readwrite')
    const prices = []
    for await (const cursor of transaction.store.index('price').iterate(null, 'prevunique')) {
      prices.push(cursor.key)
      if (cursor.key === 0) await cursor.delete()
    }
    assert.deepEqual(prices, [4, 3, 2, 1, 0])
    let cursor = await transaction.store.openCursor()
    cursor = await cursor.advance(5)
    assert.equal(cursor.value.name, 'item 6')
    cursor = await cursor.continue(10)
    assert.equal(cursor.primaryKey, 10)
    await transaction.done
    assert.equal(await db.count('items'), 19)
    db.close()
  },
  async 'binary keys, dates and arrays order as the specification says'() {
    const db = await openShop(2)
    const keys = [-Infinity, 3, new Date(5), 'a', Uint8Array.of(0), Uint8Array.of(0, 1), [], [[]]]
    for (const [i, key] of [...keys.entries()].reverse()) await db.put('files', i, key)
    assert.deepEqual(await db.getAll('files'), [0, 1, 2, 3, 4, 5, 6, 7])
    assert.deepEqual(await db.getKey('files', new Date(5)), new Date(5))
    db.close()
  },
  async 'a failed transaction rejects what it is made of'() {
    const db = await openShop(2)
    const transaction = db.transaction(['items', 'files'], 'readwrite')
    const refused = transaction.objectStore('items').add({ id: 2 })
    const outcome = await Promise.allSettled([refused, transaction.done])
    assert.deepEqual(
      outcome.map(({ reason }) => reason?.name),
      // The library settles when the error passes the transaction, which has none of its own yet.
      ['ConstraintError', 'AbortError'],
    )
    const aborted = db.transaction('items', 'readwrite')
    aborted.store.clear().catch(() => {})
    aborted.abort()
    await assert.rejects(aborted.done, { name: 'AbortError' })
    assert.equal(await db.count('items'), 19)
    assert.throws(() => db.transaction('nothing'), { name: 'NotFoundError' })
    await assert.rejects(openDB('shop', 1), { name: 'VersionError' })
    db.close()
  },
  async 'a wrapped object is the platform object, and many databases come and go'() {
    const names = Array.from({ length: 20 }, (_, i) => `shop ${i}`)
    const all = await Promise.all(names.map((name) => openDB(name, 1)))
    assert.ok(unwrap(all[0]) instanceof IDBDatabase)
    for (const db of all) db.close()
    await Promise.all(names.map((name) => deleteDB(name)))
    assert.deepEqual(await indexedDB.databases(), [{ name: 'shop', version: 2 }])
  },
  async 'a file is stored'() {
    const db = await openShop(2)
    await db.put('files', new File(['words'], 'words.txt', { type: 'text/x' }), 'file')
    db.close()
  },
}

export const second = {
  async 'a second process finds version, records, order and file'() {
    const db = await openShop(2)
    assert.equal(await db.count('items'), 19)
    assert.equal((await db.getAllFromIndex('items', 'price', 4)).length, 4)
    const file = await db.get('files', 'file')
    assert.ok(file instanceof File)
    assert.deepEqual([file.name, file.type, await file.text()], ['words.txt', 'text/x', 'words'])
    await db.delete('files', 'file')
    assert.deepEqual(await db.getAll('files'), [0, 1, 2, 3, 4, 5, 6, 7])
    assert.equal(await db.add('items', { name: 'next', price: 9 }), 21)
    db.close()
  },
}
