/** Schema changes: what a transaction sees of them, what is committed, what they delete. */
import { applySchemaChange, type SchemaChange } from '../../storage/schema.ts'
import {
  everything,
  type Fixture,
  found,
  indexKeysOf,
  indexOf,
  keysFound,
  recordOf,
  storeOf,
  transact,
} from './fixture.ts'

/** Adds the tests. */
export function schemaTests(fixture: Fixture): void {
  const { assert } = fixture

  fixture.withStore(
    'each change is in the transaction, then committed',
    [],
    async (storage, reopen) => {
      let expected = storage.schema
      for (const change of changes) {
        const transaction = storage.begin()
        transaction.changeSchema(change)
        assert.deepEqual(storage.schema, expected, `before ${change.type} is committed`)
        expected = applySchemaChange(expected, change)
        assert.deepEqual(transaction.schema, expected, `within ${change.type}`)
        transaction.commit()
        assert.deepEqual(storage.schema, expected, `after ${change.type}`)
      }
      assert.deepEqual((await reopen()).schema, expected)
    },
  )

  fixture.withStore('several changes are made in one transaction', [], async (storage, reopen) => {
    const expected = changes.reduce(applySchemaChange, storage.schema)
    transact(storage, (transaction) => {
      for (const change of changes) transaction.changeSchema(change)
    })
    assert.deepEqual(storage.schema, expected)
    assert.deepEqual((await reopen()).schema, expected)
  })

  fixture.withStore('a deleted store takes its records along', [indexOf(1)], (storage) => {
    transact(storage, (transaction) => {
      transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf([1, 'x']) }))
      transaction.put(recordOf('b', 'v'.repeat(20_000)))
      transaction.changeSchema({ type: 'createObjectStore', store: storeOf(2) })
      transaction.put(recordOf('c', 'v', { storeId: 2 }))
    })
    transact(storage, (transaction) =>
      transaction.changeSchema({ type: 'deleteObjectStore', storeId: 1 }),
    )
    assert.deepEqual([found(storage), keysFound(storage, { indexId: 1 })], [[], []])
    assert.deepEqual(
      [0, 1].map((indexId) => storage.count(1, indexId, everything)),
      [0, 0],
    )
    assert.deepEqual(found(storage, { storeId: 2 }), ['c c v'])
  })

  fixture.withStore('a deleted index takes its entries along', twoIndexes, (storage) => {
    transact(storage, (transaction) => {
      transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf([1, 'x'], [2, 'y']) }))
      transaction.changeSchema({ type: 'deleteIndex', storeId: 1, indexId: 1 })
    })
    assert.deepEqual(keysFound(storage, { indexId: 1 }), [])
    assert.equal(storage.count(1, 1, everything), 0)
    assert.deepEqual(keysFound(storage, { indexId: 2 }), ['y a'])
    transact(storage, (transaction) => transaction.clear(1))
    assert.deepEqual(keysFound(storage, { indexId: 2 }), [])
  })

  fixture.withStore('a new name leaves records where they are', [indexOf(1)], (storage) => {
    transact(storage, (transaction) => {
      transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf([1, 'x']) }))
      transaction.changeSchema({ type: 'renameObjectStore', storeId: 1, name: 'other' })
      transaction.changeSchema({ type: 'renameIndex', storeId: 1, indexId: 1, name: 'another' })
    })
    assert.deepEqual(found(storage, { indexId: 1 }), ['x a v'])
  })

  fixture.withStore('ids may be high, and have gaps', [], async (storage, reopen) => {
    const indexKeys = indexKeysOf([3, 'x'], [100, 'y'])
    const stores = [3, 100]
    transact(storage, (transaction) => {
      for (const id of stores) {
        transaction.changeSchema({ type: 'createObjectStore', store: storeOf(id) })
      }
      for (const id of [3, 100]) {
        transaction.changeSchema({ type: 'createIndex', storeId: 100, index: indexOf(id) })
      }
      for (const storeId of [1, ...stores]) {
        const rest = { storeId, indexKeys: storeId === 100 ? indexKeys : null, overwrite: false }
        transaction.put(recordOf('k', `in ${storeId}`, rest))
      }
    })
    const again = await reopen()
    assert.deepEqual(found(again), ['k k in 1'])
    assert.deepEqual(found(again, { storeId: 3 }), ['k k in 3'])
    assert.deepEqual(found(again, { storeId: 100, indexId: 3 }), ['x k in 100'])
    assert.deepEqual(found(again, { storeId: 100, indexId: 100 }), ['y k in 100'])
    assert.deepEqual([again.schema.nextStoreId, again.schema.nextIndexId], [101, 101])
  })

  fixture.withStore('ids stay used when all is deleted', [indexOf(1)], async (storage, reopen) => {
    transact(storage, (transaction) =>
      transaction.changeSchema({ type: 'deleteObjectStore', storeId: 1 }),
    )
    const { nextStoreId, nextIndexId, stores } = (await reopen()).schema
    assert.deepEqual([nextStoreId, nextIndexId, stores.size], [2, 2, 0])
  })
}

const twoIndexes = [indexOf(1), indexOf(2)]

/** One of each kind, to be made in this order. */
const changes: readonly SchemaChange[] = [
  { type: 'setVersion', version: 2 ** 53 - 1 },
  {
    type: 'createObjectStore',
    store: {
      id: 2,
      name: 'lone \ud800, NUL \0',
      keyPath: ['a', 'b.c'],
      autoIncrement: false,
      indexes: new Map(),
    },
  },
  { type: 'createIndex', storeId: 2, index: { ...indexOf(1, { unique: true }), name: '' } },
  {
    type: 'createIndex',
    storeId: 2,
    index: { id: 2, name: 'two', keyPath: ['', 'x'], unique: false, multiEntry: false },
  },
  { type: 'renameObjectStore', storeId: 2, name: '\udfff' },
  { type: 'renameIndex', storeId: 2, indexId: 1, name: 'one' },
  { type: 'deleteIndex', storeId: 2, indexId: 2 },
  { type: 'deleteObjectStore', storeId: 1 },
]
