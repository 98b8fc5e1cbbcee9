import assert from 'node:assert/strict'
import { IDBDatastore } from 'datastore-idb'
import { Key } from 'interface-datastore'
import { interfaceDatastoreTests } from 'interface-datastore-tests'
import { collectSuite } from './mocha-suite.mjs'

async function open(name) {
  const store = new IDBDatastore(name)
  await store.open()
  return store
}

let storeCount = 0
const compliance = collectSuite(() =>
  interfaceDatastoreTests({
    setup: () => open(`compliance ${storeCount++}`),
    async teardown(store) {
      await store.close()
      await store.destroy()
    },
  }),
)

export const first = {
  ...compliance,
  async 'values are stored in a batch'() {
    const store = await open('values')
    const batch = store.batch()
    for (let i = 0; i < 100; i++) batch.put(new Key(`/list/${i}`), Uint8Array.of(i))
    batch.put(new Key('/other'), new Uint8Array(100_000).fill(7))
    await batch.commit()
    await store.delete(new Key('/list/50'))
    await store.close()
  },
}

export const second = {
  async 'a second process finds the values'() {
    const store = await open('values')
    assert.deepEqual(new Uint8Array(await store.get(new Key('/list/99'))), Uint8Array.of(99))
    assert.equal((await store.get(new Key('/other'))).length, 100_000)
    let count = 0
    for await (const _ of store.query({ prefix: '/list' })) count++
    assert.equal(count, 99)
    await store.close()
  },
}
