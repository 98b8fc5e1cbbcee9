/** Records: storing, replacing, refusing, deleting. */
import {
  between,
  bytesOf,
  type Fixture,
  found,
  indexKeysOf,
  indexOf,
  keysFound,
  only,
  recordOf,
  storeOf,
  transact,
} from './fixture.ts'

/** Adds the tests. */
export function recordTests(fixture: Fixture): void {
  const { assert } = fixture

  fixture.withStore(
    'a stored record is read back, also after reopening',
    [],
    async (storage, reopen) => {
      transact(storage, (transaction) => transaction.put(recordOf('k', 'one')))
      assert.deepEqual(found(storage), ['k k one'])
      assert.deepEqual(found(await reopen()), ['k k one'])
    },
  )

  fixture.withStore(
    'put() keeps nothing of the bytes that it was lent',
    [indexOf(1)],
    (storage) => {
      const [key, value] = [bytesOf('k'), bytesOf('before')]
      const indexKeys = indexKeysOf([1, 'x'])
      const transaction = storage.begin()
      transaction.put({ ...recordOf('k'), key, value, indexKeys })
      for (const lent of [key, value, indexKeys]) lent?.fill(0)
      assert.deepEqual(found(storage), ['k k before'])
      transaction.commit()
      assert.deepEqual(found(storage), ['k k before'])
      assert.deepEqual(found(storage, { indexId: 1 }), ['x k before'])
    },
  )

  fixture.withStore('values of any length replace each other', [indexOf(1)], (storage) => {
    const indexKeys = indexKeysOf([1, 'x'])
    for (const length of [1, 30_000, 2, 950, 880, 40_000, 50_000, 3]) {
      const value = 'v'.repeat(length)
      transact(storage, (transaction) => transaction.put(recordOf('k', value, { indexKeys })))
      assert.deepEqual(found(storage), [`k k ${value}`])
      assert.deepEqual(found(storage, { indexId: 1 }), [`x k ${value}`])
    }
  })

  fixture.withStore('a key that is taken is refused without overwriting', [], (storage) => {
    transact(storage, (transaction) => {
      transaction.put(recordOf('k', 'one', { overwrite: false }))
      for (const value of ['two', 'v'.repeat(20_000)]) {
        fixture.refuses(() => transaction.put(recordOf('k', value, { overwrite: false })))
      }
      transaction.put(recordOf('l', 'other'))
    })
    assert.deepEqual(found(storage), ['k k one', 'l l other'])
  })

  fixture.withStore('the same key is two records in two stores', [], (storage) => {
    transact(storage, (transaction) => {
      transaction.changeSchema({ type: 'createObjectStore', store: storeOf(2) })
      transaction.put(recordOf('k', 'one'))
      transaction.put(recordOf('k', 'two', { storeId: 2, overwrite: false }))
      transaction.clear(1)
    })
    assert.deepEqual([found(storage), found(storage, { storeId: 2 })], [[], ['k k two']])
  })

  fixture.withStore(
    'deleteRange() deletes from the lower to before the upper bound',
    [indexOf(1)],
    (storage) => {
      transact(storage, (transaction) => {
        for (const key of 'abcde') {
          const value = key === 'c' ? 'v'.repeat(20_000) : 'v'
          transaction.put(recordOf(key, value, { indexKeys: indexKeysOf([1, `x${key}`]) }))
        }
        transaction.deleteRange(1, between('b', 'd'))
      })
      assert.deepEqual(keysFound(storage), ['a a', 'd d', 'e e'])
      assert.deepEqual(keysFound(storage, { indexId: 1 }), ['xa a', 'xd d', 'xe e'])
    },
  )

  fixture.withStore('deleteRange() of one key deletes no longer one', [indexOf(1)], (storage) => {
    transact(storage, (transaction) => {
      for (const key of ['a', 'aa', 'b']) transaction.put(recordOf(key))
      transaction.put(recordOf('c', 'v'.repeat(20_000), { indexKeys: indexKeysOf([1, 'x']) }))
      for (const key of ['a', 'c', 'missing']) transaction.deleteRange(1, only(key))
    })
    assert.deepEqual(keysFound(storage), ['aa aa', 'b b'])
    assert.deepEqual(keysFound(storage, { indexId: 1 }), [])
  })

  fixture.withStore('clear() leaves neither records nor entries', [indexOf(1)], (storage) => {
    transact(storage, (transaction) => {
      transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf([1, 'x']) }))
      transaction.put(recordOf('b', 'v'.repeat(20_000)))
    })
    transact(storage, (transaction) => transaction.clear(1))
    assert.deepEqual([found(storage), keysFound(storage, { indexId: 1 })], [[], []])
    assert.equal(storage.count(1, 0, between('\0', '\xff')), 0)
  })
}
