/** A process that has nothing left to do, and has not closed what it has open. */
import { expect, test } from 'vitest'
import { withTransaction } from '../../../src/extras.ts'
import { close } from '../../../src/index.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

onServer('the end of a process', ({ connectionString, factory, schema }) => {
  const listenerCount = (): number => process.listenerCount('beforeExit')

  const sessionCount = async (): Promise<string | null | undefined> => {
    const text = `SELECT count(*) FROM "${await schema()}".sessions`
    const [row] = await askServer(connectionString(), text)
    return row?.[0]
  }

  const makeStore = (database: IDBDatabase): unknown => database.createObjectStore('s')

  test('its sessions end, with one listener for all, and come back where it goes on', async () => {
    const before = listenerCount()
    const factories = [await factory(), await factory()]
    const databases: IDBDatabase[] = []
    for (const [i, indexedDB] of factories.entries()) {
      databases.push(await openDatabase(indexedDB, makeStore, { name: `test ${i}` }))
    }
    expect([listenerCount() - before, await sessionCount()]).toEqual([1, '2'])
    process.emit('beforeExit', 0)
    expect(listenerCount()).toBe(before)
    await expect.poll(sessionCount).toBe('0')
    const keys = databases.map((database) =>
      resultOf(database.transaction('s', 'readwrite').objectStore('s').put('v', 'k')),
    )
    expect(await Promise.all(keys)).toEqual(['k', 'k'])
    expect([listenerCount() - before, await sessionCount()]).toEqual([1, '2'])
    await Promise.all(factories.map((indexedDB) => close(indexedDB)))
    expect([listenerCount(), await sessionCount()]).toEqual([before, '0'])
  })

  test('what is asked while they end is done', async () => {
    const database = await openDatabase(await factory(), makeStore)
    process.emit('beforeExit', 0)
    const store = database.transaction('s', 'readwrite').objectStore('s')
    expect(await resultOf(store.put('v', 'k'))).toBe('k')
    expect(await sessionCount()).toBe('1')
  })

  test('a transaction that has begun keeps its session', async () => {
    const database = await openDatabase(await factory(), makeStore)
    const key = await withTransaction(
      database,
      's',
      'readwrite',
      async (transaction, ask) => {
        const store = transaction.objectStore('s')
        await ask(() => store.put('v', 1))
        process.emit('beforeExit', 0)
        expect(await sessionCount()).toBe('1')
        return ask(() => store.put('v', 2))
      },
      { timeLimit: 60_000 },
    )
    expect(key).toBe(2)
  })

  test('an upgrade by others need not wait for a connection that was left open', async () => {
    const left = await openDatabase(await factory(), makeStore)
    process.emit('beforeExit', 0)
    await expect.poll(sessionCount).toBe('0')
    const upgraded = await openDatabase(await factory(), () => {}, { version: 2 })
    expect([left.version, upgraded.version]).toEqual([1, 2])
  })
})
