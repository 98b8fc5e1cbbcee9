/** What goes over the wire: how often, and what becomes of a transaction whose wire is cut. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { type PostgresProxy, startProxy } from '../../kit/postgres-proxy.ts'
import { onServer } from '../../kit/postgres-suite.ts'

onServer('a database at the other end of a wire', ({ factory, connectionString }) => {
  let proxy: PostgresProxy
  let database: IDBDatabase

  beforeEach(async () => {
    proxy = await startProxy(connectionString())
    const indexedDB = await factory({ connectionString: proxy.connectionString }, () => {})
    database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    // Its statements are prepared then.
    await completion(writing(({ store }) => store.put(0, 0)))
  })
  afterEach(() => proxy.close())

  type Writing = { readonly store: IDBObjectStore; readonly transaction: IDBTransaction }

  function writing(work: (writing: Writing) => void): IDBTransaction {
    const transaction = database.transaction('s', 'readwrite')
    work({ store: transaction.objectStore('s'), transaction })
    return transaction
  }

  /** How many round trips the work takes until it is told that it is over. */
  const turnsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = proxy.turns
    await work()
    return proxy.turns - before
  }

  test('a transaction of one put takes one round trip, and two where its result is listened to', async () => {
    const unheard = () => completion(writing(({ store }) => store.put(1, 1)))
    const committed = () =>
      completion(
        writing(({ store, transaction }) => {
          store.put(1, 1).onsuccess = () => {}
          transaction.commit()
        }),
      )
    const heard = () => completion(writing(({ store }) => (store.put(1, 1).onsuccess = () => {})))
    expect([await turnsOf(unheard), await turnsOf(committed), await turnsOf(heard)]).toEqual([
      1, 1, 2,
    ])
  })

  test('ten thousand puts and gets of one task take a few round trips', async () => {
    const puts = () =>
      completion(
        writing(({ store }) => {
          for (let i = 0; i < 10_000; i++) store.put(i, i)
        }),
      )
    expect(await turnsOf(puts)).toBeLessThan(20)
    const gets = () => {
      const transaction = database.transaction('s')
      for (let i = 0; i < 10_000; i++) transaction.objectStore('s').get(i)
      return completion(transaction)
    }
    expect(await turnsOf(gets)).toBeLessThan(20)
  })

  test('a cursor over ten thousand records takes a few dozen round trips', async () => {
    await completion(
      writing(({ store }) => {
        for (let i = 0; i < 10_000; i++) store.put(i, i)
      }),
    )
    let count = 0
    const walk = (): Promise<unknown> => {
      const transaction = database.transaction('s')
      const request = transaction.objectStore('s').openCursor()
      request.onsuccess = () => {
        if (!request.result) return
        count++
        request.result.continue()
      }
      return completion(transaction)
    }
    expect(await turnsOf(walk)).toBeLessThan(30)
    expect(count).toBe(10_000)
  })

  test('a get takes one round trip', async () => {
    const get = () => resultOf(database.transaction('s').objectStore('s').get(0))
    expect(await turnsOf(get)).toBe(1)
    const getThrice = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) await get()
    }
    await get()
    expect(await turnsOf(getThrice)).toBe(3)
  })

  test('a commit whose answer is lost was made, and is told so', async () => {
    proxy.cut = 'answer'
    await completion(writing(({ store }) => store.put('kept', 'k')))
    expect(await resultOf(database.transaction('s').objectStore('s').get('k'))).toBe('kept')
  })

  test('a commit whose answer is lost stays known as made where the answer to the question for it is lost, too', async () => {
    Object.assign(proxy, { cut: 'answer', times: 3 })
    await completion(writing(({ store }) => (store.put('kept', 'k').onsuccess = () => {})))
    expect(proxy.cut).toBe('none')
    expect(await resultOf(database.transaction('s').objectStore('s').get('k'))).toBe('kept')
  })

  test('a deletion whose commit is lost, or its answer, is told how it has ended', async () => {
    const indexedDB = await factory({ connectionString: proxy.connectionString }, () => {})
    database.close()
    proxy.cut = 'commit'
    await expect(resultOf(indexedDB.deleteDatabase('test'))).rejects.toMatchObject({
      name: 'AbortError',
      cause: { code: 'ERR_IDB_OWNER_LOST', database: 'test' },
    })
    expect(await indexedDB.databases()).toEqual([{ name: 'test', version: 1 }])
    proxy.cut = 'answer'
    await resultOf(indexedDB.deleteDatabase('test'))
    expect(await indexedDB.databases()).toEqual([])
  })

  test('an opening whose connection to the server is lost goes on over the next one', async () => {
    const indexedDB = await factory({ connectionString: proxy.connectionString }, () => {})
    await indexedDB.databases()
    proxy.cut = 'commit'
    expect((await resultOf(indexedDB.open('test'))).version).toBe(1)
    expect(proxy.cut).toBe('none')
  })

  test('a commit that is lost on its way, together with all else, is made again', async () => {
    proxy.cut = 'commit'
    await completion(writing(({ store }) => store.put('kept', 'k')))
    expect(await resultOf(database.transaction('s').objectStore('s').get('k'))).toBe('kept')
  })

  test('a commit that is lost on its way after an answer was not made, and is told so', async () => {
    proxy.cut = 'commit'
    const lost = completion(writing(({ store }) => (store.put('lost', 'k').onsuccess = () => {})))
    await expect(lost).rejects.toMatchObject({
      name: 'AbortError',
      cause: { code: 'ERR_IDB_OWNER_LOST' },
    })
    expect(await resultOf(database.transaction('s').objectStore('s').get('k'))).toBeUndefined()
  })

  test('an upgrade whose commit is lost, or its answer, is told how it has ended', async () => {
    const indexedDB = await factory({ connectionString: proxy.connectionString }, () => {})
    database.close()
    const upgrade = (version: number) =>
      openDatabase(indexedDB, (it) => it.createObjectStore(`s${version}`), { version })
    proxy.cut = 'commit'
    await expect(upgrade(2)).rejects.toMatchObject({ name: 'AbortError' })
    proxy.cut = 'answer'
    const upgraded = await upgrade(3)
    expect([...upgraded.objectStoreNames]).toEqual(['s', 's3'])
  })
})
