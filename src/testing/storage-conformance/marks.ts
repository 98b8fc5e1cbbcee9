/** Marks: who asked for a commit, kept with it. */
import { mostMarkedClients, type Storage } from '../../storage/storage.ts'
import { type Fixture, found, openWithStore, recordOf, storeOf, transact } from './fixture.ts'

/** Adds the tests. */
export function markTests(fixture: Fixture): void {
  const { assert } = fixture

  fixture.withStore(
    'a mark is there once its transaction has committed',
    [],
    async (storage, reopen) => {
      assert.equal(storage.markOf('a', 0), null)
      const transaction = storage.begin()
      transaction.put(recordOf('k', 'v'))
      assert.equal(storage.markOf('a', 0), null)
      transaction.commit({ client: 'a', slot: 0, number: 7 })
      assert.equal(storage.markOf('a', 0), 7)
      const again = await reopen()
      assert.equal(again.markOf('a', 0), 7)
      assert.deepEqual(found(again), ['k k v'])
    },
  )

  fixture.withStore(
    'a mark replaces that of its client and slot alone',
    [],
    async (storage, reopen) => {
      mark(storage, 'a', 0, 2 ** 53 - 1)
      mark(storage, 'a', 1, 5)
      mark(storage, 'b', 0, 6)
      mark(storage, 'a', 0, 3)
      transact(storage, (transaction) => transaction.put(recordOf('k')))
      assert.deepEqual(marksOf(storage), [3, 5, 6])
      mark(storage, 'a', 1, 2 ** 53 - 1)
      assert.deepEqual(marksOf(await reopen()), [3, 2 ** 53 - 1, 6])
    },
  )

  fixture.withStore(
    'each slot of each client has a mark of its own, from 0 on',
    [],
    async (storage, reopen) => {
      const marks = ['a', 'A', 'ab', 'a-', 'b'].flatMap((client) =>
        [0, 1, 2, 3, 10].map((slot) => ({ client, slot })),
      )
      marks.forEach(({ client, slot }, number) => mark(storage, client, slot, number))
      const numbers = [...marks.keys()]
      const read = (it: Storage): (number | null)[] =>
        marks.map(({ client, slot }) => it.markOf(client, slot))
      assert.deepEqual(read(storage), numbers)
      const again = await reopen()
      assert.deepEqual(read(again), numbers)
      transact(again, (transaction) => transaction.forgetMarks('a'))
      assert.deepEqual(read(again), [null, null, null, null, null, ...numbers.slice(5)])
    },
  )

  fixture.withStore(
    'a transaction changes no mark that can be read before its end',
    [],
    (storage) => {
      mark(storage, 'a', 0, 1)
      mark(storage, 'b', 0, 2)
      for (const end of ['rollback', 'commit'] as const) {
        const transaction = storage.begin()
        assert.deepEqual(marksOf(storage), [1, null, 2])
        transaction.put(recordOf('k'))
        transaction.forgetMarks('a')
        assert.deepEqual(marksOf(storage), [1, null, 2])
        transaction[end]()
      }
      assert.deepEqual(marksOf(storage), [null, null, 2])
    },
  )

  fixture.withStore('an upgrade keeps marks, and its own', [], async (storage, reopen) => {
    mark(storage, 'a', 0, 1)
    mark(storage, 'b', 0, 2)
    const transaction = storage.begin()
    transaction.changeSchema({ type: 'setVersion', version: 2 })
    transaction.changeSchema({ type: 'createObjectStore', store: storeOf(2) })
    transaction.commit({ client: 'a', slot: 1, number: 3 })
    assert.deepEqual(marksOf(storage), [1, 3, 2])
    assert.deepEqual(marksOf(await reopen()), [1, 3, 2])
  })

  fixture.withStore('a mark is there though a record was refused', [], async (storage, reopen) => {
    const transaction = storage.begin()
    transaction.put(recordOf('k', 'one'))
    fixture.refuses(() => transaction.put(recordOf('k', 'two', { overwrite: false })))
    transaction.commit({ client: 'a', slot: 0, number: 1 })
    assert.deepEqual(marksOf(storage), [1, null, null])
    assert.deepEqual(marksOf(await reopen()), [1, null, null])
  })

  fixture.withStore('a transaction that is rolled back leaves no mark', [], (storage) => {
    mark(storage, 'a', 0, 1)
    const transaction = storage.begin()
    transaction.forgetMarks('a')
    transaction.rollback()
    transact(storage, (next) => next.put(recordOf('k')))
    assert.deepEqual(marksOf(storage), [1, null, null])
  })

  fixture.withStore(
    'forgotten marks are gone once that is committed',
    [],
    async (storage, reopen) => {
      mark(storage, 'a', 0, 1)
      mark(storage, 'a', 1, 2)
      mark(storage, 'b', 0, 3)
      const transaction = storage.begin()
      transaction.forgetMarks('a')
      transaction.forgetMarks('unknown')
      transaction.commit()
      assert.deepEqual(marksOf(storage), [null, null, 3])
      assert.deepEqual(marksOf(await reopen()), [null, null, 3])
    },
  )

  fixture.withStore('a mark that comes with the forgetting stays', [], (storage) => {
    mark(storage, 'a', 0, 1)
    mark(storage, 'a', 1, 2)
    const transaction = storage.begin()
    transaction.forgetMarks('a')
    transaction.commit({ client: 'a', slot: 1, number: 3 })
    assert.deepEqual(marksOf(storage), [null, 3, null])
  })

  fixture.withStore(
    'with one client too many the marks go of the one whose last is the oldest',
    [],
    async (storage, reopen) => {
      // Those that are forgotten make room, and are not lost.
      mark(storage, 'forgotten', 0, 1)
      transact(storage, (transaction) => transaction.forgetMarks('forgotten'))
      const clientOf = (number: number): string => `client-${number}`
      for (let i = 0; i < mostMarkedClients; i++) mark(storage, clientOf(i), 0, i)
      mark(storage, clientOf(0), 1, 7)
      assert.equal(storage.hasLostMarks, false)
      mark(storage, 'one-more', 0, 1)
      const kept = (it: Storage): (number | null)[] => [
        it.markOf(clientOf(0), 0),
        it.markOf(clientOf(0), 1),
        it.markOf(clientOf(1), 0),
        it.markOf(clientOf(2), 0),
        it.markOf('one-more', 0),
      ]
      assert.deepEqual(kept(storage), [0, 7, null, 2, 1])
      assert.equal(storage.hasLostMarks, true)
      const again = await reopen()
      assert.deepEqual(kept(again), [0, 7, null, 2, 1])
      assert.equal(again.hasLostMarks, true)
      mark(again, clientOf(1), 0, 9)
      assert.deepEqual([again.markOf(clientOf(1), 0), again.markOf(clientOf(2), 0)], [9, null])
    },
  )

  fixture.withStore(
    'an incarnation is there once its transaction has committed, and stays whatever marks do',
    [],
    async (storage, reopen) => {
      assert.equal(storage.incarnation, null)
      const rolledBack = storage.begin()
      rolledBack.noteIncarnation(4)
      rolledBack.rollback()
      assert.equal(storage.incarnation, null)
      const transaction = storage.begin()
      transaction.noteIncarnation(2 ** 53 - 1)
      assert.equal(storage.incarnation, null)
      transaction.commit({ client: 'a', slot: 1, number: 7 })
      assert.equal(storage.hasLostMarks, false)
      transact(storage, (it) => it.forgetMarks('a'))
      assert.deepEqual(marksOf(storage), [null, null, null])
      assert.equal((await reopen()).incarnation, 2 ** 53 - 1)
    },
  )

  fixture.inDirectory('a deleted database takes its marks along', async (directory) => {
    const storage = await openWithStore(directory, 'test')
    transact(storage, (transaction) => transaction.noteIncarnation(1))
    mark(storage, 'a', 0, 1)
    await storage.close()
    await directory.delete('test')
    const again = await openWithStore(directory, 'test')
    assert.deepEqual(marksOf(again), [null, null, null])
    assert.equal(again.incarnation, null)
    await again.close()
  })
}

function mark(storage: Storage, client: string, slot: number, number: number): void {
  storage.begin().commit({ client, slot, number })
}

function marksOf(storage: Storage): (number | null)[] {
  return [storage.markOf('a', 0), storage.markOf('a', 1), storage.markOf('b', 0)]
}
