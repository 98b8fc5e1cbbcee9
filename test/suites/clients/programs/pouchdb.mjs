import assert from 'node:assert/strict'
import adapter from 'pouchdb-adapter-indexeddb'
import PouchDB from 'pouchdb-core'
import find from 'pouchdb-find'
import mapreduce from 'pouchdb-mapreduce'
import replication from 'pouchdb-replication'

PouchDB.plugin(adapter).plugin(mapreduce).plugin(replication).plugin(find)

const open = (name) => new PouchDB(name, { adapter: 'indexeddb' })
const picture = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, i) => i % 256))

export const first = {
  async 'documents are written in bulk and listed in the order of ids'() {
    const db = open('main')
    const documents = Array.from({ length: 100 }, (_, i) => ({
      _id: `doc ${String(i).padStart(3, '0')}`,
      group: i % 4,
    }))
    const results = await db.bulkDocs(documents)
    assert.ok(results.every(({ ok }) => ok))
    const { rows } = await db.allDocs({
      startkey: 'doc 010',
      endkey: 'doc 012',
      include_docs: true,
    })
    assert.deepEqual(
      rows.map(({ doc }) => doc.group),
      [2, 3, 0],
    )
    await db.close()
  },
  async 'an update without the last revision conflicts'() {
    const db = open('main')
    const { _rev } = await db.get('doc 001')
    await db.put({ _id: 'doc 001', _rev, group: 9 })
    await assert.rejects(db.put({ _id: 'doc 001', _rev, group: 8 }), { status: 409 })
    assert.equal((await db.get('doc 001', { rev: _rev, revs_info: true })).group, 1)
    await db.remove(await db.get('doc 000'))
    await db.close()
  },
  async 'a live feed of changes hears each write'() {
    const db = open('main')
    const heard = []
    const changes = db.changes({ since: 'now', live: true, include_docs: true })
    const third = new Promise((resolve) => {
      changes.on('change', ({ id }) => {
        heard.push(id)
        if (heard.length === 3) resolve()
      })
    })
    for (const id of ['x', 'y', 'z']) await db.put({ _id: id, live: true })
    await third
    changes.cancel()
    assert.deepEqual(heard, ['x', 'y', 'z'])
    await db.close()
  },
  async 'attachments come back whole, and are shared by revisions'() {
    const db = open('main')
    const { rev } = await db.putAttachment('attached', 'picture', picture, 'image/x')
    await db.put({ ...(await db.get('attached')), _rev: rev, title: 'with a picture' })
    const found = await db.getAttachment('attached', 'picture')
    assert.ok(picture.equals(await bytesOf(found)))
    const { _attachments } = await db.get('attached')
    assert.equal(_attachments.picture.length, picture.length)
    await db.close()
  },
  async 'views and indexes answer queries'() {
    const db = open('main')
    const { rows } = await db.query((doc, emit) => emit(doc.group), { key: 3 })
    assert.equal(rows.length, 25)
    await db.createIndex({ index: { fields: ['group'] } })
    const { docs } = await db.find({ selector: { group: { $gte: 3 } }, limit: 50 })
    assert.equal(docs.length, 26)
    await db.close()
  },
  async 'a replica has what the source has, deletions and attachments included'() {
    const [source, replica] = [open('main'), open('replica')]
    const { ok } = await source.replicate.to(replica)
    assert.ok(ok)
    const [one, other] = await Promise.all([source.allDocs(), replica.allDocs()])
    assert.deepEqual(
      other.rows.map(({ id, value }) => [id, value.rev]),
      one.rows.map(({ id, value }) => [id, value.rev]),
    )
    assert.ok(picture.equals(await bytesOf(await replica.getAttachment('attached', 'picture'))))
    await source.close()
    await replica.close()
  },
  async 'many databases are made and destroyed'() {
    const names = Array.from({ length: 12 }, (_, i) => `temporary ${i}`)
    await Promise.all(names.map((name) => open(name).put({ _id: name })))
    await Promise.all(names.map((name) => open(name).destroy()))
    const left = (await indexedDB.databases()).map(({ name }) => name)
    assert.deepEqual(
      left.filter((name) => name.includes('temporary')),
      [],
    )
  },
}

export const second = {
  async 'a second process finds documents, revisions and attachments'() {
    const db = open('replica')
    await assert.rejects(db.get('doc 000'), { status: 404 })
    assert.equal((await db.get('doc 001')).group, 9)
    assert.match((await db.get('doc 001'))._rev, /^2-/)
    assert.ok(picture.equals(await bytesOf(await db.getAttachment('attached', 'picture'))))
    await db.destroy()
  },
  async 'and the indexes made before'() {
    const db = open('main')
    const { indexes } = await db.getIndexes()
    assert.equal(indexes.length, 2)
    assert.equal((await db.find({ selector: { group: 3 } })).docs.length, 25)
    await db.close()
  },
}

/** An attachment is a Buffer or a Blob, as the library was made for. */
async function bytesOf(attachment) {
  if (attachment instanceof Blob) return Buffer.from(await attachment.arrayBuffer())
  return Buffer.from(attachment)
}
