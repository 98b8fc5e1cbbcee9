/** Transactions: what is seen of them, what a rollback leaves, and that they are of no use after their end. */
import type { SchemaChange } from '../../storage/schema.ts'
import type { StorageTransaction } from '../../storage/storage.ts'
import {
  everything,
  type Fixture,
  found,
  indexKeysOf,
  indexOf,
  keysFound,
  openWithStore,
  recordOf,
  storeOf,
  transact,
} from './fixture.ts'

/** Adds the tests. */
export function transactionTests(fixture: Fixture): void {
  const { assert } = fixture

  fixture.withStore('reads see what the open transaction has written', [indexOf(1)], (storage) => {
    assert.equal(storage.count(1, 0, everything), 0)
    const transaction = storage.begin()
    transaction.put(recordOf('a', 'v', { indexKeys: indexKeysOf([1, 'x']) }))
    assert.deepEqual([found(storage), found(storage, { indexId: 1 })], [['a a v'], ['x a v']])
    assert.deepEqual(
      [0, 1].map((indexId) => storage.count(1, indexId, everything)),
      [1, 1],
    )
    transaction.rollback()
    assert.deepEqual([found(storage), found(storage, { indexId: 1 })], [[], []])
    assert.deepEqual(
      [0, 1].map((indexId) => storage.count(1, indexId, everything)),
      [0, 0],
    )
  })

  fixture.withStore('a rollback leaves nothing', [indexOf(1)], async (storage, reopen) => {
    transact(storage, (transaction) => {
      transaction.put(recordOf('a', 'one', { indexKeys: indexKeysOf([1, 'x']) }))
      transaction.put(recordOf('b', 'v'.repeat(20_000)))
      transaction.setCurrentNumber(1, 5)
    })
    const before = [found(storage), keysFound(storage, { indexId: 1 }), storage.schema]
    const transaction = storage.begin()
    changeAll(transaction)
    transaction.rollback()
    assert.deepEqual([found(storage), keysFound(storage, { indexId: 1 }), storage.schema], before)
    assert.equal(numberOf(storage.begin()), 5)
    const again = await reopen()
    assert.deepEqual([found(again), keysFound(again, { indexId: 1 }), again.schema], before)
    assert.equal(numberOf(again.begin()), 5)
  })

  fixture.withStore('the open transaction is the one at `transaction`', [], (storage) => {
    assert.equal(storage.transaction, null)
    for (const end of ['commit', 'rollback'] as const) {
      const transaction = storage.begin()
      assert.equal(storage.transaction, transaction)
      assert.throws(() => storage.begin(), isError)
      transaction[end]()
      assert.equal(storage.transaction, null)
    }
  })

  for (const end of ['commit', 'rollback'] as const) {
    fixture.withStore(`after ${end}() every call throws and changes nothing`, [], (storage) => {
      transact(storage, (transaction) => transaction.put(recordOf('a', 'one')))
      const transaction = storage.begin()
      transaction[end]()
      for (const call of callsOn(transaction)) assert.throws(call, isError)
      // Nor does it reach into the next one.
      const next = storage.begin()
      for (const call of callsOn(transaction)) assert.throws(call, isError)
      next.commit()
      assert.deepEqual(found(storage), ['a a one'])
      assert.equal(storage.schema.version, 1)
      assert.equal(storage.markOf('client', 0), null)
    })
  }

  fixture.withStore('current numbers are those last set', [], async (storage, reopen) => {
    const transaction = storage.begin()
    assert.equal(transaction.currentNumber(1), 1)
    for (const number of [2, 3, 2 ** 53, 2 ** 53 + 2]) {
      transaction.setCurrentNumber(1, number)
      assert.equal(transaction.currentNumber(1), number)
    }
    transaction.changeSchema({ type: 'createObjectStore', store: storeOf(2) })
    transaction.setCurrentNumber(2, 7)
    transaction.changeSchema({ type: 'deleteObjectStore', storeId: 2 })
    transaction.commit()
    assert.equal(numberOf(storage.begin()), 2 ** 53 + 2)
    assert.equal(numberOf((await reopen()).begin()), 2 ** 53 + 2)
  })

  fixture.withStore('a current number stays whatever else changes', [], async (storage, reopen) => {
    const changes: SchemaChange[] = [
      { type: 'setVersion', version: 2 },
      { type: 'renameObjectStore', storeId: 1, name: 'other' },
      { type: 'createIndex', storeId: 1, index: indexOf(1) },
      { type: 'renameIndex', storeId: 1, indexId: 1, name: 'another' },
      { type: 'deleteIndex', storeId: 1, indexId: 1 },
      { type: 'createObjectStore', store: storeOf(2) },
    ]
    const steps: ((transaction: StorageTransaction) => void)[] = [
      ...changes.map((each) => (it: StorageTransaction) => it.changeSchema(each)),
      (it) => it.setCurrentNumber(2, 3),
      (it) => it.put(recordOf('a')),
      (it) => it.deleteRange(1, everything),
      (it) => it.clear(1),
    ]
    transact(storage, (transaction) => transaction.setCurrentNumber(1, 5))
    for (const step of steps) {
      transact(storage, (transaction) => {
        step(transaction)
        assert.equal(transaction.currentNumber(1), 5)
      })
      assert.equal(numberOf(storage.begin()), 5)
    }
    assert.equal(numberOf((await reopen()).begin()), 5)
  })

  fixture.inDirectory('close() rolls back what is open', async (directory) => {
    const storage = await openWithStore(directory, 'test')
    const transaction = storage.begin()
    transaction.put(recordOf('a'))
    await storage.close()
    const again = await directory.open('test')
    assert.deepEqual(found(again), [])
    await again.close()
  })

  fixture.withStore('what was committed is synced and tidied', [], async (storage) => {
    const { care, durability } = storage
    for (let i = 0; i < 20; i++) {
      transact(storage, (transaction) => transaction.put(recordOf('a', 'v'.repeat(20_000 + i))))
    }
    durability.sync()
    await durability.syncLater?.()
    durability.verify?.()
    await durability.verifyLater?.()
    assert.equal(durability.hasLostSync, false)
    assert.ok(Number.isSafeInteger(care.pendingBytes()) && care.pendingBytes() >= 0)
    for (let i = 0; care.housekeep(); i++) assert.ok(i < 10_000, 'housekeeping ends')
    assert.equal(care.salvaged, null)
    assert.deepEqual(found(storage), [`a a ${'v'.repeat(20_019)}`])
  })

  fixture.withStore('housekeeping leaves an open transaction alone', [], (storage) => {
    const transaction = storage.begin()
    transaction.put(recordOf('a', 'v'))
    assert.equal(storage.care.housekeep(), false)
    assert.equal(storage.transaction, transaction)
    transaction.rollback()
    assert.deepEqual(found(storage), [])
  })
}

function changeAll(transaction: StorageTransaction): void {
  transaction.changeSchema({ type: 'setVersion', version: 2 })
  transaction.changeSchema({ type: 'createObjectStore', store: storeOf(2) })
  transaction.changeSchema({ type: 'renameObjectStore', storeId: 1, name: 'other' })
  transaction.setCurrentNumber(1, 9)
  transaction.put(recordOf('a', 'two'))
  transaction.put(recordOf('c', 'v'.repeat(30_000), { storeId: 2 }))
  transaction.clear(1)
  transaction.changeSchema({ type: 'deleteObjectStore', storeId: 1 })
}

/** The current number of store 1; ends the transaction. */
function numberOf(transaction: StorageTransaction): number {
  const number = transaction.currentNumber(1)
  transaction.rollback()
  return number
}

function callsOn(transaction: StorageTransaction): (() => unknown)[] {
  const index = indexOf(1)
  return [
    () => transaction.put(recordOf('a', 'two')),
    () => transaction.deleteRange(1, everything),
    () => transaction.clear(1),
    () => transaction.changeSchema({ type: 'setVersion', version: 2 }),
    () => transaction.fillIndex(1, index, () => null),
    () => transaction.currentNumber(1),
    () => transaction.setCurrentNumber(1, 2),
    () => transaction.forgetMarks('client'),
    () => transaction.commit({ client: 'client', slot: 0, number: 1 }),
    () => transaction.rollback(),
  ]
}

function isError(error: unknown): boolean {
  return error instanceof Error
}
