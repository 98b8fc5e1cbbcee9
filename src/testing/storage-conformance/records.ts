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
  openWithStore,
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

  fixture.withStore(
    'every byte counts, in keys, values and index keys',
    [indexOf(1)],
    (storage) => {
      const ends = ['', '\0', '\0\0', 'a', 'a\0', 'a\0b', '\x7f', '\x80', '\xfe\xff', allBytes]
      const keys = ends.map((end) => `k${end}`)
      transact(storage, (transaction) => {
        for (const key of keys) {
          const rest = { indexKeys: indexKeysOf([1, key.slice(0, 100)]), overwrite: false }
          transaction.put(recordOf(key, `${key}${allBytes}`, rest))
        }
      })
      const sorted = [...keys].sort(byCodeUnits)
      assert.deepEqual(
        found(storage),
        sorted.map((key) => `${key} ${key} ${key}${allBytes}`),
      )
      assert.deepEqual(
        found(storage, { indexId: 1 }),
        sorted.map((key) => `${key.slice(0, 100)} ${key} ${key}${allBytes}`),
      )
    },
  )

  fixture.inDirectory('records up to the limits are stored', async (directory) => {
    const { recordBytes, keyBytes } = directory.limits
    const storage = await openWithStore(directory, 'test')
    const prefix = `x${allBytes.repeat(400)}`.slice(0, Math.min(keyBytes, 100_000) - 1)
    const size = Math.min(recordBytes, 1_000_000) - prefix.length - 1
    const value = allBytes.repeat(size / 256 + 1).slice(0, size)
    transact(storage, (transaction) => {
      for (const end of 'ab') transaction.put(recordOf(prefix + end, value, { overwrite: false }))
    })
    const expected = ['a', 'b'].map((end) => `${prefix}${end} ${prefix}${end} ${value}`)
    const lines = found(storage)
    assert.deepEqual(
      lines.map((line) => line.length),
      expected.map((line) => line.length),
    )
    assert.ok(lines.every((line, i) => line === expected[i]))
    await storage.close()
  })

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
      for (const key of ['\0', '\x80', '\xfe\xff']) {
        transaction.put(recordOf(key, 'v', { indexKeys: indexKeysOf([1, key]) }))
      }
    })
    transact(storage, (transaction) => transaction.clear(1))
    assert.deepEqual([found(storage), keysFound(storage, { indexId: 1 })], [[], []])
    assert.equal(storage.count(1, 0, between('\0', '\xff')), 0)
  })
}

/** One character for each byte, the last first, so that no order of bytes is its own. */
const allBytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(255 - i)).join('')

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1
}
