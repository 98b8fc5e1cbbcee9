/** Directories: what they list, what opens again, what a deletion leaves. */
import { emptySchema } from '../../storage/schema.ts'
import { type Fixture, found, openWithStore, recordOf, transact } from './fixture.ts'

/** Adds the tests. */
export function directoryTests(fixture: Fixture): void {
  const { assert } = fixture

  fixture.inDirectory('a new directory lists nothing', async (directory) => {
    assert.deepEqual(await directory.list(), [])
  })

  fixture.inDirectory('the limits of a directory are positive integers', ({ limits }) => {
    for (const limit of [limits.recordBytes, limits.keyBytes, limits.nameUnits, limits.highestId]) {
      assert.ok(Number.isSafeInteger(limit) && limit > 0)
    }
  })

  fixture.inDirectory('a database is listed once an upgrade has committed', async (directory) => {
    const storage = await directory.open('test')
    assert.equal(storage.name, 'test')
    assert.deepEqual(storage.schema, emptySchema)
    const transaction = storage.begin()
    transaction.changeSchema({ type: 'setVersion', version: 7 })
    assert.deepEqual(await directory.list(), [])
    transaction.commit()
    assert.deepEqual(await directory.list(), [{ name: 'test', version: 7 }])
    await storage.close()
    assert.deepEqual(await directory.list(), [{ name: 'test', version: 7 }])
  })

  fixture.inDirectory('a database that was never upgraded leaves nothing', async (directory) => {
    const storage = await directory.open('test')
    const transaction = storage.begin()
    transaction.changeSchema({ type: 'setVersion', version: 1 })
    transaction.rollback()
    await storage.close()
    assert.deepEqual(await directory.list(), [])
    assert.equal(await directory.delete('test'), 0)
  })

  fixture.inDirectory('any two names are two databases', async (directory) => {
    const names = ['', 'a', 'A', 'a/b', 'a\0', '\ud800', '\udfff', 'n'.repeat(300)]
    for (const [i, name] of names.entries()) {
      const storage = await openWithStore(directory, name)
      transact(storage, (transaction) => transaction.put(recordOf('k', `value ${i}`)))
      await storage.close()
    }
    const listed = (await directory.list()).map(({ name }) => name)
    assert.deepEqual(listed.sort(), [...names].sort())
    for (const [i, name] of names.entries()) {
      const storage = await directory.open(name)
      assert.equal(storage.name, name)
      assert.deepEqual(found(storage), [`k k value ${i}`])
      await storage.close()
    }
  })

  fixture.inDirectory('several databases are open at once', async (directory) => {
    const [one, other] = [await openWithStore(directory, '1'), await openWithStore(directory, '2')]
    const writing = one.begin()
    writing.put(recordOf('k', 'one'))
    transact(other, (transaction) => transaction.put(recordOf('k', 'other')))
    writing.commit()
    assert.deepEqual([...found(one), ...found(other)], ['k k one', 'k k other'])
    await Promise.all([one.close(), other.close()])
  })

  fixture.inDirectory('delete() gives the old version and leaves nothing', async (directory) => {
    const storage = await openWithStore(directory, 'test')
    transact(storage, (transaction) => {
      transaction.put(recordOf('k'))
      transaction.setCurrentNumber(1, 5)
      transaction.forgetMarks('none')
    })
    await storage.close()
    assert.equal(await directory.delete('test'), 1)
    assert.equal(await directory.delete('test'), 0)
    assert.deepEqual(await directory.list(), [])
    const again = await openWithStore(directory, 'test')
    assert.deepEqual(found(again), [])
    const transaction = again.begin()
    assert.equal(transaction.currentNumber(1), 1)
    transaction.rollback()
    await again.close()
  })

  fixture.inDirectory('own() takes the ownership, and does nothing with it', async (directory) => {
    await directory.own()
    await directory.own()
    assert.deepEqual(await directory.list(), [])
    const storage = await openWithStore(directory, 'test')
    await directory.own()
    transact(storage, (transaction) => transaction.put(recordOf('k', 'v')))
    await storage.close()
    await directory.close()
    await directory.own()
    assert.deepEqual(await directory.list(), [{ name: 'test', version: 1 }])
  })

  fixture.inDirectory(
    'openExisting() opens what there is, and makes nothing',
    async (directory) => {
      assert.equal(await directory.openExisting('test'), null)
      const storage = await openWithStore(directory, 'test')
      transact(storage, (transaction) => transaction.put(recordOf('k', 'v')))
      await storage.close()
      await directory.close()
      const again = await directory.openExisting('test')
      assert.deepEqual(again && found(again), ['k k v'])
      await again?.close()
      assert.equal(await directory.openExisting('other'), null)
      assert.deepEqual(await directory.list(), [{ name: 'test', version: 1 }])
      await directory.delete('test')
      assert.equal(await directory.openExisting('test'), null)
      const unused = await directory.open('test')
      await unused.close()
      assert.equal(await directory.openExisting('test'), null)
    },
  )

  fixture.inDirectory('a directory that was closed can be used again', async (directory) => {
    const storage = await openWithStore(directory, 'test')
    transact(storage, (transaction) => transaction.put(recordOf('k', 'v')))
    await storage.close()
    await directory.close()
    assert.deepEqual(await directory.list(), [{ name: 'test', version: 1 }])
    const again = await directory.open('test')
    assert.deepEqual(found(again), ['k k v'])
    await again.close()
  })
}
