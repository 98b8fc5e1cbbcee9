import { afterEach, describe, expect, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { SqliteDatabase } from '../../../src/sqlite/database.ts'
import type { Storage, StorageDirectory } from '../../../src/storage/storage.ts'
import {
  bytes,
  directoryOn,
  everything,
  found,
  indexKeys,
  indexOf,
  openWithStore,
  recordOf,
  scanOf,
  transact,
} from '../../kit/test-directory.ts'

let directory: StorageDirectory
let database: Storage

async function open(indexes = [] as ReturnType<typeof indexOf>[]): Promise<Storage> {
  directory = directoryOn()
  database = await openWithStore(directory, { indexes })
  return database
}

afterEach(async () => {
  expect(database.care.check()).toEqual([])
  await database.close()
  await directory.close()
})

const keysOf = (records: readonly { key: string }[]): string[] => records.map(({ key }) => key)

describe('put()', () => {
  test('a stored record is read back', async () => {
    await open()
    transact(database, (it) => it.put(recordOf('a', 'one')))
    expect(found(database)).toEqual([{ key: 'a', primaryKey: 'a', value: 'one' }])
  })

  test('overwriting replaces the value', async () => {
    await open()
    transact(database, (it) => it.put(recordOf('a', 'one')))
    transact(database, (it) => it.put(recordOf('a', 'two')))
    expect(found(database).map(({ value }) => value)).toEqual(['two'])
  })

  test('a duplicate without overwriting is refused and the old value stays', async () => {
    await open()
    transact(database, (it) => {
      it.put(recordOf('a', 'one'))
      expect(() => it.put(recordOf('a', 'two', { overwrite: false }))).toThrow(
        'Object store "store" already has a record with the key ',
      )
    })
    expect(found(database).map(({ value }) => value)).toEqual(['one'])
  })

  test.each([
    ['small', 'large'],
    ['large', 'small'],
    ['large', 'large'],
  ])('a %s value is replaced by a %s one', async (from, to) => {
    await open([indexOf(1)])
    const valueOf = (size: string): string => (size === 'large' ? 'x'.repeat(20_000) : 'x')
    transact(database, (it) => {
      it.put(recordOf('a', valueOf(from), { indexKeys: indexKeys([1, 'k']) }))
      it.put(recordOf('a', `${valueOf(to)}!`, { indexKeys: indexKeys([1, 'k']) }))
    })
    expect(found(database).map(({ value }) => value)).toEqual([`${valueOf(to)}!`])
    expect(found(database, { indexId: 1 })[0]?.value).toBe(`${valueOf(to)}!`)
  })

  test('overwriting moves index entries', async () => {
    await open([indexOf(1), indexOf(2)])
    transact(database, (it) => {
      it.put(recordOf('a', 'one', { indexKeys: indexKeys([1, 'x'], [2, 'y'], [2, 'z']) }))
      it.put(recordOf('a', 'two', { indexKeys: indexKeys([1, 'w'], [2, 'z']) }))
    })
    expect(keysOf(found(database, { indexId: 1 }))).toEqual(['w'])
    expect(keysOf(found(database, { indexId: 2 }))).toEqual(['z'])
  })

  test('overwriting without index keys removes the entries', async () => {
    await open([indexOf(1)])
    transact(database, (it) => {
      it.put(recordOf('a', 'one', { indexKeys: indexKeys([1, 'x']) }))
      it.put(recordOf('a', 'two'))
    })
    expect(found(database, { indexId: 1 })).toEqual([])
  })

  test('a key that a unique index has for another record is refused and changes nothing', async () => {
    await open([indexOf(1), indexOf(2, { unique: true })])
    transact(database, (it) => {
      it.put(recordOf('a', 'one', { indexKeys: indexKeys([1, 'x'], [2, 'u']) }))
      it.put(recordOf('b', 'one', { indexKeys: indexKeys([1, 'x'], [2, 'v']) }))
      const refused = recordOf('b', 'two', { indexKeys: indexKeys([1, 'y'], [2, 'u']) })
      expect(() => it.put(refused)).toThrow(StorageError)
      expect(() => it.put({ ...refused, key: bytes('c') })).toThrow(
        'Index "index 2" of object store "store" is unique',
      )
    })
    expect(found(database, { indexId: 1 }).map(({ primaryKey }) => primaryKey)).toEqual(['a', 'b'])
    expect(keysOf(found(database, { indexId: 2 }))).toEqual(['u', 'v'])
    expect(found(database).map(({ value }) => value)).toEqual(['one', 'one'])
  })

  test('a record keeps its own key in a unique index', async () => {
    await open([indexOf(1, { unique: true })])
    transact(database, (it) => {
      it.put(recordOf('a', 'one', { indexKeys: indexKeys([1, 'u']) }))
      it.put(recordOf('a', 'two', { indexKeys: indexKeys([1, 'u']) }))
    })
    expect(found(database, { indexId: 1 })).toEqual([{ key: 'u', primaryKey: 'a', value: 'two' }])
  })

  test('a value of 5 MiB survives, after the heap has grown for it', async () => {
    await open()
    const value = 'v'.repeat(5 * 1024 * 1024)
    transact(database, (it) => it.put(recordOf('a', value)))
    let length = 0
    database.scan(scanOf({ range: { lower: bytes('a'), upper: null } }), (record) => {
      length = record.valueEnd - record.valueStart
      expect(record.bytes[record.valueEnd - 1]).toBe(118)
    })
    expect(length).toBe(value.length)
  })
})

describe('deleting', () => {
  test('deleteRange() deletes a half-open range with entries and large values', async () => {
    await open([indexOf(1)])
    transact(database, (it) => {
      for (const key of 'abcde') {
        const value = key === 'c' ? key.repeat(5000) : key
        it.put(recordOf(key, value, { indexKeys: indexKeys([1, `k${key}`]) }))
      }
      it.deleteRange(1, { lower: bytes('b'), upper: bytes('d') })
    })
    expect(keysOf(found(database))).toEqual(['a', 'd', 'e'])
    expect(keysOf(found(database, { indexId: 1 }))).toEqual(['ka', 'kd', 'ke'])
  })

  test('deleteRange() without an upper bound deletes exactly that key', async () => {
    await open([indexOf(1)])
    transact(database, (it) => {
      for (const key of ['a', 'aa', 'b']) it.put(recordOf(key))
      it.put(recordOf('c', 'c'.repeat(5000), { indexKeys: indexKeys([1, 'k']) }))
      for (const key of ['a', 'c', 'missing']) {
        it.deleteRange(1, { lower: bytes(key), upper: null })
      }
    })
    expect(keysOf(found(database))).toEqual(['aa', 'b'])
    expect(found(database, { indexId: 1 })).toEqual([])
  })

  test('clear() empties the store and its indexes', async () => {
    await open([indexOf(1)])
    transact(database, (it) => {
      it.put(recordOf('a', 'a'.repeat(5000), { indexKeys: indexKeys([1, 'k']) }))
      it.put(recordOf('b'))
      it.clear(1)
    })
    expect(found(database)).toEqual([])
    expect(found(database, { indexId: 1 })).toEqual([])
  })
})

describe('transactions', () => {
  test('rollback() reverts records, schema and key generators', async () => {
    await open()
    transact(database, (it) => it.put(recordOf('a', 'one')))
    const transaction = database.begin()
    transaction.changeSchema({ type: 'setVersion', version: 2 })
    transaction.changeSchema({
      type: 'createIndex',
      storeId: 1,
      index: indexOf(1, { unique: true }),
    })
    transaction.put(recordOf('a', 'two'))
    transaction.put(recordOf('b'))
    transaction.rollback()
    expect(found(database).map(({ value }) => value)).toEqual(['one'])
    expect(await directory.list()).toEqual([{ name: 'test', version: 1 }])
  })

  test('large values that a rollback brings back keep their ids to themselves', async () => {
    await open()
    const large = (letter: string): string => letter.repeat(20_000)
    transact(database, (it) => {
      it.put(recordOf('a', large('a')))
      it.put(recordOf('b', large('b')))
    })
    await database.close()
    database = await directory.open('test')
    // The first large value of this connection is stored while there is none.
    const transaction = database.begin()
    transaction.deleteRange(1, everything)
    transaction.put(recordOf('c', large('c')))
    transaction.rollback()
    transact(database, (it) => {
      it.put(recordOf('d', large('d')))
      it.put(recordOf('e', large('e')))
    })
    expect(found(database).map(({ value }) => value)).toEqual([...'abde'].map(large))
  })

  test('a reader sees what the open transaction has written', async () => {
    await open()
    expect(found(database)).toEqual([])
    const transaction = database.begin()
    transaction.put(recordOf('a'))
    expect(keysOf(found(database))).toEqual(['a'])
    transaction.rollback()
    expect(found(database)).toEqual([])
  })
})

describe('indexes', () => {
  test('fillIndex() builds entries that later changes keep up', async () => {
    await open([indexOf(1)])
    transact(database, (it) => {
      for (let i = 0; i < 600; i++) {
        const key = String(i).padStart(3, '0')
        it.put(recordOf(key, key, { indexKeys: indexKeys([1, '\0\xff']) }))
      }
      it.changeSchema({ type: 'createIndex', storeId: 1, index: indexOf(2) })
      it.fillIndex(1, indexOf(2), (record) => {
        const first = record.bytes[record.valueStart] ?? 0
        return first === 0x30 ? null : Uint8Array.of(2, 3, first, 0, 0xff)
      })
    })
    expect(found(database, { indexId: 2 })).toHaveLength(500)
    transact(database, (it) => it.deleteRange(1, { lower: bytes('1'), upper: bytes('5') }))
    expect(found(database, { indexId: 2 })).toHaveLength(100)
    expect(found(database, { indexId: 1 })).toHaveLength(200)
  })

  test('fillIndex() of a unique index with a key twice leaves no entry', async () => {
    await open()
    const transaction = database.begin()
    for (const key of 'abc') transaction.put(recordOf(key))
    const index = indexOf(1, { unique: true })
    transaction.changeSchema({ type: 'createIndex', storeId: 1, index })
    expect(() => transaction.fillIndex(1, index, () => indexKeys([1, 'same']))).toThrow(
      StorageError,
    )
    expect(found(database, { indexId: 1 })).toEqual([])
    transaction.rollback()
  })

  test('deleting an index or a store deletes its entries and records', async () => {
    await open([indexOf(1), indexOf(2)])
    transact(database, (it) => {
      it.put(recordOf('a', 'a', { indexKeys: indexKeys([1, 'x'], [2, 'y']) }))
      it.changeSchema({ type: 'deleteIndex', storeId: 1, indexId: 1 })
    })
    expect(found(database, { indexId: 1 })).toEqual([])
    expect(database.care.check()).toEqual([])
    transact(database, (it) => it.changeSchema({ type: 'deleteObjectStore', storeId: 1 }))
    expect(found(database)).toEqual([])
    expect(found(database, { indexId: 2 })).toEqual([])
  })
})

test('count() counts records and index entries in a range', async () => {
  await open([indexOf(1)])
  transact(database, (it) => {
    for (const key of 'abcd') it.put(recordOf(key, key, { indexKeys: indexKeys([1, 'k']) }))
  })
  expect(database.count(1, 0, { lower: bytes('b'), upper: bytes('d') })).toBe(2)
  expect(database.count(1, 0, { lower: bytes('b'), upper: null })).toBe(1)
  expect(database.count(1, 1, { lower: bytes('k'), upper: null })).toBe(4)
})

test('without values no value is passed on', async () => {
  await open([indexOf(1)])
  transact(database, (it) => it.put(recordOf('a', 'a', { indexKeys: indexKeys([1, 'k']) })))
  const keysOnly = { withValues: false }
  expect(found(database, keysOnly)).toEqual([{ key: 'a', primaryKey: 'a', value: '' }])
  expect(found(database, { ...keysOnly, indexId: 1 })).toEqual([
    { key: 'k', primaryKey: 'a', value: '' },
  ])
})

test('a current number that moves is written once, when its transaction commits', async () => {
  await open()
  if (!(database instanceof SqliteDatabase)) throw new Error('unreachable: another engine')
  const { connection } = database
  const prepare = vi.spyOn(connection, 'prepare')
  const transaction = database.begin()
  const stored = 'SELECT current_number FROM object_stores WHERE id = 1'
  const before = connection.readNumber(stored)
  for (const number of [2, 3, 4]) transaction.setCurrentNumber(1, number)
  expect(connection.readNumber(stored)).toBe(before)
  const writes = () => prepare.mock.calls.filter(([sql]) => sql.startsWith('UPDATE object_stores'))
  expect(writes()).toHaveLength(0)
  transaction.commit()
  expect(writes()).toHaveLength(1)
  expect(connection.readNumber(stored)).toBe(4)
})

test('check() finds a key generator that would give a key out again', async () => {
  await open()
  const store = { id: 2, name: 'counted', keyPath: null, autoIncrement: true, indexes: new Map() }
  transact(database, (it) => {
    it.changeSchema({ type: 'createObjectStore', store })
    it.put(recordOf('', 'v', { storeId: 2, key: encodeNumberKey(5) }))
    it.setCurrentNumber(2, 5)
  })
  expect(database.care.check()).toEqual(['key generator of object store 2 is not beyond the key 5'])
  transact(database, (it) => it.setCurrentNumber(2, 6))
})
