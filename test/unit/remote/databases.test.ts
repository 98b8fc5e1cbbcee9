import { expect, test } from 'vitest'
import { createRemoteHost } from '../../../src/remote/host.ts'
import { serverSettings } from '../../../src/remote/options.ts'
import { Patience } from '../../../src/remote/wire/patience.ts'
import { completion, openDatabase, resultOf, walk } from '../../kit/promises.ts'
import { listDatabases, open } from '../../kit/host-client.ts'
import { onServer } from '../../kit/postgres-suite.ts'

onServer('a database on a server', ({ factory, connectionString, schema }) => {
  const books = async (): Promise<IDBDatabase> =>
    openDatabase(await factory(), (database) => {
      const store = database.createObjectStore('books', { keyPath: 'isbn' })
      store.createIndex('byTitle', 'title', { unique: true })
      store.createIndex('byAuthor', 'author')
      store.createIndex('byTag', 'tags', { multiEntry: true })
      database.createObjectStore('log', { autoIncrement: true })
    })

  const failureOf = async (request: IDBRequest): Promise<DOMException | null> =>
    new Promise((resolve) => {
      request.onsuccess = () => resolve(null)
      request.onerror = (event) => {
        event.preventDefault()
        resolve(request.error)
      }
    })

  test('keeps what was stored, under its name, for those who open it later', async () => {
    const name = 'lone \ud800, zero \0 and long '.repeat(100)
    const first = await openDatabase(await factory(), (it) => it.createObjectStore('s\udc00'), {
      name,
      version: 3,
    })
    await resultOf(first.transaction('s\udc00', 'readwrite').objectStore('s\udc00').put('v', 'k'))
    const again = await factory()
    expect(await again.databases()).toEqual([{ name, version: 3 }])
    const second = await resultOf(again.open(name))
    expect([...second.objectStoreNames]).toEqual(['s\udc00'])
    expect(await resultOf(second.transaction('s\udc00').objectStore('s\udc00').get('k'))).toBe('v')
  })

  test('names of databases that are no longer open are not kept', async () => {
    const place = { connectionString: connectionString(), schema: await schema() }
    const host = createRemoteHost({
      settings: serverSettings(place),
      durability: 'relaxed',
      connections: 2,
      report: ({ message }) => expect.unreachable(message),
      patience: new Patience(),
    })
    const kept = await open(host, 'kept')
    for (let i = 1; i <= 4; i++) (await open(host, `closed ${i}`)).close()
    // When that is answered, the last request is over.
    expect(await listDatabases(host)).toHaveLength(5)
    const last = await open(host, 'last')
    expect(host.load().map(({ name }) => name)).toEqual(['kept', 'last'])
    for (const connection of [kept, last]) connection.close()
    await host.close()
  })

  test('databases() called in an upgrade shows what there was before it', async () => {
    const indexedDB = await factory()
    const listed = async (version: number): Promise<unknown> => {
      const request = indexedDB.open('test', version)
      const list = new Promise((resolve) => {
        // More lists than there are connections: some have to be made.
        request.onupgradeneeded = () =>
          resolve(Promise.all(Array.from({ length: 4 }, () => indexedDB.databases())))
      })
      ;(await resultOf(request)).close()
      return list
    }
    expect(await listed(1)).toEqual(Array.from({ length: 4 }, () => []))
    const before = [{ name: 'test', version: 1 }]
    expect(await listed(2)).toEqual(Array.from({ length: 4 }, () => before))
    expect(await indexedDB.databases()).toEqual([{ name: 'test', version: 2 }])
  })

  test('a put that replaces a record takes its index entries along', async () => {
    const database = await books()
    const store = database.transaction('books', 'readwrite').objectStore('books')
    store.put({ isbn: 1, title: 'a', author: 'x', tags: ['p', 'q'] })
    store.put({ isbn: 1, title: 'b', author: 'y', tags: ['q', 'r'] })
    const keysOf = async (index: string) => {
      const request = store.index(index).openCursor()
      return walk(request, ({ key, primaryKey }) => [key, primaryKey])
    }
    expect(await keysOf('byTitle')).toEqual([['b', 1]])
    expect(await keysOf('byAuthor')).toEqual([['y', 1]])
    expect(await keysOf('byTag')).toEqual([
      ['q', 1],
      ['r', 1],
    ])
  })

  test('a key that is taken fails its own request, and says which it is', async () => {
    const database = await books()
    const transaction = database.transaction('books', 'readwrite')
    const store = transaction.objectStore('books')
    store.add({ isbn: 1, title: 'a' })
    const [same, clash, free] = await Promise.all([
      failureOf(store.add({ isbn: 1, title: 'c' })),
      failureOf(store.put({ isbn: 2, title: 'a' })),
      failureOf(store.put({ isbn: 3, title: 'c' })),
    ])
    expect(same).toMatchObject({
      name: 'ConstraintError',
      cause: { code: 'ERR_IDB_CONSTRAINT', store: 'books', key: '1' },
    })
    expect(clash?.cause).toMatchObject({ index: 'byTitle', key: '"a"', primaryKey: '1' })
    expect(free).toBeNull()
    await completion(transaction)
    const count = database.transaction('books').objectStore('books').count()
    expect(await resultOf(count)).toBe(2)
  })

  test('a unique key that an earlier put of the same task gives up is free', async () => {
    const database = await books()
    const store = database.transaction('books', 'readwrite').objectStore('books')
    store.put({ isbn: 1, title: 'a' })
    store.put({ isbn: 1, title: 'b' })
    expect(await failureOf(store.put({ isbn: 2, title: 'a' }))).toBeNull()
    expect(await failureOf(store.put({ isbn: 3, title: 'b' }))).not.toBeNull()
  })

  test('a key generator goes on behind the keys given, and back when its transaction aborts', async () => {
    const database = await books()
    const log = () => database.transaction('log', 'readwrite').objectStore('log')
    expect(await resultOf(log().add('a'))).toBe(1)
    expect(await resultOf(log().put('b', 7.5))).toBe(7.5)
    const aborted = log()
    expect(await resultOf(aborted.add('c'))).toBe(8)
    aborted.transaction.abort()
    expect(await resultOf(log().add('d'))).toBe(8)
  })

  test('values of several MiB come back whole, among others and when they are replaced', async () => {
    const database = await books()
    const value = new Uint8Array(3_500_000).map((_, i) => i * 31)
    const store = database.transaction('log', 'readwrite').objectStore('log')
    store.put(value, 2)
    store.put('small', 1)
    store.put(value.subarray(7), 3)
    store.put('small again', 3)
    const [one, two, three] = await resultOf<unknown[]>(store.getAll())
    expect([one, three]).toEqual(['small', 'small again'])
    expect(Buffer.from(two as Uint8Array).equals(value)).toBe(true)
    store.delete(2)
    expect(await resultOf(store.getAllKeys())).toEqual([1, 3])
  })

  test.each([
    ['next', ['a1', 'a2', 'b1', 'b2', 'c1']],
    ['nextunique', ['a1', 'b1', 'c1']],
    ['prev', ['c1', 'b2', 'b1', 'a2', 'a1']],
    ['prevunique', ['c1', 'b1', 'a1']],
  ] as const)('a cursor goes %s', async (direction, expected) => {
    const database = await openDatabase(await factory(), (it) =>
      it.createObjectStore('s').createIndex('i', 'i'),
    )
    const store = database.transaction('s', 'readwrite').objectStore('s')
    for (const key of ['c1', 'b2', 'a1', 'b1', 'a2']) store.put({ i: key[0] }, key)
    const found = await walk(store.index('i').openCursor(null, direction), (it) => it.primaryKey)
    expect(found).toEqual(expected)
  })

  test('a key longer than the server takes fails by its code, and an upgrade that meets one aborts', async () => {
    const database = await books()
    const store = database.transaction('log', 'readwrite').objectStore('log')
    const thrownBy = (call: () => unknown): unknown => {
      try {
        return call()
      } catch (error) {
        return error
      }
    }
    const key = 'k'.repeat(1_400)
    const how =
      ", as PostgreSQL's own indexes take no longer ones; use a shorter key, or put an index on the beginning of the text or on a hash of it"
    const facts = { code: 'ERR_IDB_TOO_LARGE', size: 1_402, limit: 1_300 }
    const size = 'takes 1402 bytes as stored; at most 1300 can be stored'
    expect(thrownBy(() => store.put(1, key))).toMatchObject({
      name: 'UnknownError',
      message: `A key of object store "log" ${size}${how}`,
      cause: { ...facts, store: 'log' },
    })
    const indexed = database.transaction('books', 'readwrite').objectStore('books')
    const ofTag = `A key of index "byTag" of object store "books" ${size}${how}`
    expect(thrownBy(() => indexed.put({ isbn: 1, tags: ['short', key] }))).toMatchObject({
      message: ofTag,
      cause: { ...facts, store: 'books', index: 'byTag' },
    })
    await resultOf(indexed.put({ isbn: 1, publisher: key }))
    database.close()
    const request = (await factory()).open('test', 2)
    request.onupgradeneeded = () => {
      request.transaction?.objectStore('books').createIndex('byPublisher', 'publisher')
    }
    const [upgraded, { error }] = await Promise.all([
      resultOf(request).then(null, (thrown: unknown) => thrown),
      new Promise<IDBTransaction>((resolve) => {
        request.addEventListener('upgradeneeded', () => {
          const { transaction } = request
          if (transaction) transaction.onabort = () => resolve(transaction)
        })
      }),
    ])
    expect(upgraded).toMatchObject({ name: 'AbortError' })
    expect(error).toMatchObject({
      message: `A key of index "byPublisher" of object store "books" ${size}${how}`,
      cause: { ...facts, store: 'books', index: 'byPublisher', database: 'test' },
    })
  })

  test('an aborted upgrade leaves the database as it was, and a new one away', async () => {
    const indexedDB = await factory()
    const first = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    first.close()
    const request = indexedDB.open('test', 2)
    request.onupgradeneeded = () => {
      request.result.deleteObjectStore('s')
      request.transaction?.abort()
    }
    await expect(resultOf(request)).rejects.toMatchObject({ name: 'AbortError' })
    const other = indexedDB.open('other', 1)
    other.onupgradeneeded = () => other.transaction?.abort()
    await expect(resultOf(other)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await indexedDB.databases()).toEqual([{ name: 'test', version: 1 }])
    const again = await resultOf(indexedDB.open('test'))
    expect([...again.objectStoreNames]).toEqual(['s'])
  })

  test('an index over records that are there has their entries; a unique one that they break does not come about', async () => {
    const indexedDB = await factory()
    const first = await openDatabase(indexedDB, (it) => {
      const store = it.createObjectStore('s')
      for (let i = 0; i < 2_500; i++) store.put({ i, half: i >> 1 }, i)
    })
    first.close()
    const second = await openDatabase(
      indexedDB,
      (_, transaction) => transaction.objectStore('s').createIndex('half', 'half'),
      { version: 2 },
    )
    const index = second.transaction('s').objectStore('s').index('half')
    expect(await resultOf(index.count())).toBe(2_500)
    expect(await resultOf(index.getKey(1_249))).toBe(2_498)
    second.close()
    const third = openDatabase(
      indexedDB,
      (_, transaction) => transaction.objectStore('s').createIndex('u', 'half', { unique: true }),
      { version: 3 },
    )
    await expect(third).rejects.toMatchObject({ name: 'AbortError' })
  })
})
