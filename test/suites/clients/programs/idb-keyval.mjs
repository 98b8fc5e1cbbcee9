import assert from 'node:assert/strict'
import * as keyval from 'idb-keyval'

const value = () => ({
  map: new Map([['a', new Set([1n, null])]]),
  date: new Date(7),
  pattern: /x/giu,
  error: new RangeError('far'),
  bytes: Uint16Array.of(1, 65535),
  list: Object.assign([], { 1: 1 }),
  'not a number': NaN,
})
const store = () => keyval.createStore('other', 'things')

export const first = {
  async 'values of many types come back'() {
    await keyval.set('value', value())
    assert.deepEqual(await keyval.get('value'), value())
    assert.equal(await keyval.get('nothing'), undefined)
  },
  async 'many are set and read at once, under keys of all types'() {
    const entries = [1, 'one', new Date(1), [1, ['one']], Uint8Array.of(1).buffer].map((key, i) => [
      key,
      i,
    ])
    await keyval.setMany(entries)
    assert.deepEqual(await keyval.getMany(entries.map(([key]) => key)), [0, 1, 2, 3, 4])
    assert.equal((await keyval.entries()).length, 6)
    await keyval.delMany([1, 'one'])
    assert.equal((await keyval.keys()).length, 4)
  },
  async 'updates that run at once lose nothing'() {
    const increment = () => keyval.update('count', (count = 0) => count + 1)
    await Promise.all(Array.from({ length: 100 }, increment))
    assert.equal(await keyval.get('count'), 100)
  },
  async 'stores of their own are apart'() {
    await keyval.set('value', new Blob(['blob']), store())
    assert.deepEqual(await keyval.keys(store()), ['value'])
    await keyval.set('gone', 1, store())
    await keyval.del('gone', store())
  },
  async 'what cannot be cloned or be a key is refused'() {
    await assert.rejects(
      keyval.set('function', () => {}),
      { name: 'DataCloneError' },
    )
    await assert.rejects(keyval.get({}), { name: 'DataError' })
    assert.equal(await keyval.get('function'), undefined)
  },
}

export const second = {
  async 'a second process finds all of it'() {
    assert.deepEqual(await keyval.get('value'), value())
    assert.equal(await keyval.get('count'), 100)
    assert.deepEqual(await keyval.getMany([new Date(1), [1, ['one']], Uint8Array.of(1)]), [2, 3, 4])
    assert.equal(await (await keyval.get('value', store())).text(), 'blob')
    await keyval.clear()
    assert.deepEqual(await keyval.keys(), [])
  },
}
