import assert from 'node:assert/strict'
import localforage from 'localforage'

const instance = (storeName) =>
  localforage.createInstance({ name: 'app', storeName, driver: localforage.INDEXEDDB })

export const first = {
  async 'it chooses IndexedDB'() {
    await localforage.ready()
    assert.equal(localforage.driver(), localforage.INDEXEDDB)
  },
  async 'values of many types come back'() {
    const items = instance('items')
    const values = {
      text: 'é\u{1F600}',
      list: [1, [2]],
      nothing: null,
      bytes: Uint8Array.of(1, 2),
      date: new Date(3),
    }
    for (const [key, value] of Object.entries(values)) await items.setItem(key, value)
    for (const [key, value] of Object.entries(values))
      assert.deepEqual(await items.getItem(key), value)
    assert.equal(await items.getItem('missing'), null)
    assert.equal(await items.length(), 5)
  },
  async 'a Blob is kept as one'() {
    const files = instance('files')
    await files.setItem('blob', new Blob(['attached'], { type: 'text/x' }))
    const blob = await files.getItem('blob')
    assert.deepEqual([blob.type, await blob.text()], ['text/x', 'attached'])
  },
  async 'each new store is an upgrade that the connections already open survive'() {
    const stores = Array.from({ length: 8 }, (_, i) => instance(`store ${i}`))
    await Promise.all(stores.map((store, i) => store.setItem('i', i)))
    const found = await Promise.all(stores.map((store) => store.getItem('i')))
    assert.deepEqual(found, [0, 1, 2, 3, 4, 5, 6, 7])
    assert.deepEqual(await instance('items').getItem('list'), [1, [2]])
  },
  async 'iteration runs in the order of keys and can stop'() {
    const seen = []
    const result = await instance('items').iterate((_value, key) => {
      seen.push(key)
      return key === 'list' ? 'stopped' : undefined
    })
    assert.deepEqual([seen, result], [['bytes', 'date', 'list'], 'stopped'])
  },
  async 'a store can be dropped, and a value that cannot be cloned is refused'() {
    await instance('store 0').dropInstance()
    await assert.rejects(
      instance('items').setItem('function', () => {}),
      { name: 'DataCloneError' },
    )
  },
}

export const second = {
  async 'a second process finds all of it'() {
    const items = instance('items')
    assert.deepEqual((await items.keys()).sort(), ['bytes', 'date', 'list', 'nothing', 'text'])
    assert.equal(await items.getItem('text'), 'é\u{1F600}')
    assert.equal(await (await instance('files').getItem('blob')).text(), 'attached')
    assert.equal(await instance('store 7').getItem('i'), 7)
    assert.equal(await instance('store 0').getItem('i'), null)
  },
}
