import assert from 'node:assert/strict'
import { IndexeddbPersistence, clearDocument } from 'y-indexeddb'
import * as Y from 'yjs'

async function load(name) {
  const document = new Y.Doc()
  const persistence = new IndexeddbPersistence(name, document)
  await persistence.whenSynced
  return { document, persistence }
}

export const first = {
  async 'a document is stored as it changes, and its log is trimmed'() {
    const { document, persistence } = await load('notes')
    const text = document.getText('body')
    // More than the 500 updates after which the library writes one in their place.
    for (let i = 0; i < 600; i++) text.insert(text.length, `${i} `)
    document.getMap('state').set('bytes', Uint8Array.of(1, 2, 3))
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await persistence.destroy()
    const again = await load('notes')
    assert.equal(again.document.getText('body').toString(), text.toString())
    await again.persistence.destroy()
  },
  async 'two documents on one database meet when they are loaded again'() {
    const [one, other] = [await load('shared'), await load('shared')]
    one.document.getArray('list').push(['one'])
    other.document.getArray('list').push(['other'])
    await Promise.all([one.persistence.destroy(), other.persistence.destroy()])
    const { document, persistence } = await load('shared')
    assert.deepEqual(document.getArray('list').toArray().sort(), ['one', 'other'])
    await persistence.destroy()
  },
  async 'values beside the document are kept'() {
    const { persistence } = await load('notes')
    await persistence.set('cursor', { line: 7 })
    await persistence.set('gone', 1)
    await persistence.del('gone')
    assert.deepEqual(await persistence.get('cursor'), { line: 7 })
    assert.equal(await persistence.get('gone'), undefined)
    await persistence.destroy()
  },
  async 'documents are cleared, many at a time'() {
    const names = Array.from({ length: 20 }, (_, i) => `document ${i}`)
    for (const loaded of await Promise.all(names.map(load))) await loaded.persistence.destroy()
    await Promise.all(names.map((name) => clearDocument(name)))
    const left = (await indexedDB.databases()).map(({ name }) => name)
    assert.deepEqual(left.sort(), ['notes', 'shared'])
  },
}

export const second = {
  async 'a second process finds the documents'() {
    const { document, persistence } = await load('notes')
    assert.match(document.getText('body').toString(), /^0 1 2 .* 599 $/)
    assert.deepEqual(document.getMap('state').get('bytes'), Uint8Array.of(1, 2, 3))
    assert.deepEqual(await persistence.get('cursor'), { line: 7 })
    await persistence.clearData()
  },
}
