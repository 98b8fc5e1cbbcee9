/** Indexes: entries that follow their records, uniqueness, and filling. */
import type { RecordBytes } from '../../storage/storage.ts'
import {
  bytesOf,
  type Fixture,
  found,
  indexKeysOf,
  indexOf,
  keysFound,
  only,
  recordOf,
  transact,
} from './fixture.ts'

/** Adds the tests. */
export function indexTests(fixture: Fixture): void {
  const { assert } = fixture

  fixture.withStore(
    'a record has as many entries in an index as it is given',
    [indexOf(1), indexOf(2)],
    (storage) => {
      const many = Array.from(
        { length: 20 },
        (_, i) => [1, `k${String(i).padStart(2, '0')}`] as const,
      )
      transact(storage, (transaction) =>
        transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf(...many, [2, 'z']) })),
      )
      assert.deepEqual(
        keysFound(storage, { indexId: 1 }),
        many.map(([, key]) => `${key} a`),
      )
      assert.deepEqual(found(storage, { indexId: 2 }), ['z a v'])
    },
  )

  fixture.withStore('overwriting moves entries', [indexOf(1), indexOf(2)], (storage) => {
    transact(storage, (transaction) => {
      transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf([1, 'x'], [2, 'y'], [2, 'z']) }))
      transaction.put(recordOf('a', 'w', { indexKeys: indexKeysOf([1, 'w'], [2, 'z']) }))
    })
    assert.deepEqual(found(storage, { indexId: 1 }), ['w a w'])
    assert.deepEqual(found(storage, { indexId: 2 }), ['z a w'])
    transact(storage, (transaction) => transaction.put(recordOf('a', 'u')))
    assert.deepEqual(
      [1, 2].flatMap((indexId) => found(storage, { indexId })),
      [],
    )
  })

  fixture.withStore(
    'a key of a unique index is refused to another record',
    twoIndexes,
    (storage) => {
      transact(storage, (transaction) => {
        transaction.put(recordOf('a', 'one', { indexKeys: indexKeysOf([1, 'x'], [2, 'u']) }))
        transaction.put(recordOf('b', 'one', { indexKeys: indexKeysOf([1, 'x'], [2, 'v']) }))
        const indexKeys = indexKeysOf([1, 'y'], [2, 'u'])
        for (const key of ['b', 'c']) {
          fixture.refuses(() => transaction.put(recordOf(key, 'two', { indexKeys })))
        }
      })
      assert.deepEqual(found(storage), ['a a one', 'b b one'])
      assert.deepEqual(keysFound(storage, { indexId: 1 }), ['x a', 'x b'])
      assert.deepEqual(keysFound(storage, { indexId: 2 }), ['u a', 'v b'])
    },
  )

  fixture.withStore('a record keeps its own key in a unique index', twoIndexes, (storage) => {
    transact(storage, (transaction) => {
      for (const value of ['one', 'two']) {
        transaction.put(recordOf('a', value, { indexKeys: indexKeysOf([2, 'u']) }))
      }
      transaction.deleteRange(1, only('a'))
      transaction.put(recordOf('b', 'three', { indexKeys: indexKeysOf([2, 'u']) }))
    })
    assert.deepEqual(found(storage, { indexId: 2 }), ['u b three'])
  })

  fixture.withStore(
    'fillIndex() makes entries that follow their records',
    [indexOf(1)],
    (storage) => {
      transact(storage, (transaction) => {
        for (const key of keys) {
          transaction.put(recordOf(key, key, { indexKeys: indexKeysOf([1, `x${key}`]) }))
        }
        transaction.changeSchema({ type: 'createIndex', storeId: 1, index: indexOf(2) })
        transaction.fillIndex(1, indexOf(2), (record) => {
          const value = valueOf(record)
          return value.startsWith('0') ? null : indexKeysOf([2, `y${value}`])
        })
      })
      const filled = keys.filter((key) => !key.startsWith('0'))
      assert.deepEqual(
        keysFound(storage, { indexId: 2 }),
        filled.map((key) => `y${key} ${key}`),
      )
      transact(storage, (transaction) => {
        transaction.deleteRange(1, { lower: bytesOf('1'), upper: bytesOf('5') })
        transaction.put(recordOf('599', 'v', { indexKeys: indexKeysOf([2, 'z']) }))
      })
      assert.deepEqual(
        [1, 2].map((id) => keysFound(storage, { indexId: id }).length),
        [199, 100],
      )
    },
  )

  fixture.withStore(
    'fillIndex() refuses a key twice in a unique index',
    [indexOf(1)],
    (storage) => {
      transact(storage, (transaction) => {
        for (const key of 'abc')
          transaction.put(recordOf(key, 'v', { indexKeys: indexKeysOf([1, key]) }))
      })
      const index = indexOf(2, { unique: true })
      const transaction = storage.begin()
      transaction.changeSchema({ type: 'createIndex', storeId: 1, index })
      fixture.refuses(() => transaction.fillIndex(1, index, () => indexKeysOf([2, 'same'])))
      assert.deepEqual(keysFound(storage, { indexId: 2 }), [])
      assert.deepEqual(keysFound(storage, { indexId: 1 }), ['a a', 'b b', 'c c'])
      transaction.rollback()
      assert.deepEqual(found(storage).length, 3)
    },
  )
}

const twoIndexes = [indexOf(1), indexOf(2, { unique: true })]

const keys = Array.from({ length: 600 }, (_, i) => String(i).padStart(3, '0'))

function valueOf({ bytes, valueStart, valueEnd }: RecordBytes): string {
  return String.fromCharCode(...bytes.subarray(valueStart, valueEnd))
}
