/** Several processes on one schema: each host is one, as the server sees it. */
import { expect, test } from 'vitest'
import { close, type IDBErrorCause } from '../../../src/index.ts'
import { postgresStatus } from '../../../src/remote/entry.ts'
import { serverSettings } from '../../../src/remote/options.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import { askServer } from '../../kit/ask-server.ts'
import { eventually } from '../../kit/eventually.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { onServer } from '../../kit/postgres-suite.ts'

/** The events of a request in order. */
function eventsOf(request: IDBOpenDBRequest): string[] {
  const events: string[] = []
  for (const type of ['blocked', 'upgradeneeded', 'success', 'error']) {
    request.addEventListener(type, () => events.push(type))
  }
  return events
}

/** Resolves at the next event of that type. */
function next(target: EventTarget, type: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }))
}

onServer('databases of several processes', ({ factory, connectionString, schema }) => {
  const opened = async (): Promise<[IDBDatabase, IDBFactory]> => [
    await openDatabase(await factory(), (it) => it.createObjectStore('s')),
    await factory(),
  ]

  test('an upgrade has versionchange fired elsewhere, and goes on once all have closed', async () => {
    const [database, other] = await opened()
    const versions: (number | null)[] = []
    database.onversionchange = ({ oldVersion, newVersion }) => {
      versions.push(oldVersion, newVersion)
      database.close()
    }
    const request = other.open('test', 2)
    const events = eventsOf(request)
    await resultOf(request)
    expect(versions).toEqual([1, 2])
    expect(events).toEqual(['upgradeneeded', 'success'])
  })

  test('a connection that stays open elsewhere blocks a deletion, until it closes', async () => {
    const [database, other] = await opened()
    const request = other.deleteDatabase('test')
    const events = eventsOf(request)
    await next(request, 'blocked')
    database.close()
    await resultOf(request)
    expect(events).toEqual(['blocked', 'success'])
    expect(await other.databases()).toEqual([])
  })

  test('a blocked request says which processes are in the way, and with how many connections', async () => {
    const [database, other] = await opened()
    const named = `${connectionString()}&application_name=till-1`
    const till = await factory({ connectionString: named, directConnectionString: undefined })
    const databases = [await resultOf(till.open('test')), await resultOf(till.open('test'))]
    const own = await resultOf(other.open('test'))
    const request = other.deleteDatabase('test')
    const { cause } = (await next(request, 'blocked')) as Event & { cause?: IDBErrorCause } // The package gives it one.
    const nowhere = { pid: null, thread: null, opened: [] }
    const client = { ...nowhere, holder: 'client', id: expect.any(String), address: null }
    expect(cause?.blockers).toHaveLength(3)
    expect(cause?.blockers?.[0]).toEqual({
      ...nowhere,
      holder: 'here',
      id: null,
      connections: 1,
      opened: [expect.any(String)],
    })
    expect(cause?.blockers).toContainEqual({
      ...client,
      application: 'idb-everywhere',
      connections: 1,
    })
    expect(cause?.blockers).toContainEqual({ ...client, application: 'till-1', connections: 2 })
    const { processes } = await postgresStatus({
      connectionString: connectionString(),
      schema: await schema(),
    })
    const id = cause?.blockers?.find(({ application }) => application === 'till-1')?.id
    expect(processes.find((it) => it.id === id)).toMatchObject({
      application: 'till-1',
      databases: [{ name: 'test', connections: 2 }],
    })
    for (const it of [database, ...databases, own]) it.close()
    await resultOf(request)
  })

  test('the status has a process once that has come back while its former connection is still there', async () => {
    const [database] = await opened()
    const place = { connectionString: connectionString(), schema: await schema() }
    const { reaching } = serverSettings(place)
    const former = await new Connector(reaching).connect()
    await former.ask({
      text: `SELECT pg_try_advisory_lock_shared(hashtextextended(client::text, 0)) FROM "${place.schema}".sessions`,
    })
    const { processes, databases } = await postgresStatus(place)
    await former.end()
    expect(processes).toMatchObject([{ connections: 1, databases: [{ connections: 1 }] }])
    expect(databases).toMatchObject([{ connections: 1 }])
    database.close()
  })

  test('an opening waits for an upgrade elsewhere, and finds what it has made', async () => {
    const [first, second] = [await factory(), await factory()]
    let later: IDBOpenDBRequest | null = null
    const request = first.open('test', 1)
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('s')
      later = second.open('test')
      for (let i = 0; i < 100; i++) store.put(i, i)
    }
    await resultOf(request)
    const database = await resultOf(later as unknown as IDBOpenDBRequest) // It was asked for.
    const count = database.transaction('s').objectStore('s').count()
    expect([database.version, await resultOf(count)]).toEqual([1, 100])
  })

  test('transactions that read and write the same store go one after the other, and lose nothing', async () => {
    const [one, other] = await opened()
    const databases = [one, await resultOf(other.open('test'))]
    const add = async (database: IDBDatabase): Promise<void> => {
      const transaction = database.transaction('s', 'readwrite')
      const store = transaction.objectStore('s')
      const value = await resultOf<number | undefined>(store.get('n'))
      store.put((value ?? 0) + 1, 'n')
      await completion(transaction)
    }
    await Promise.all(Array.from({ length: 40 }, (_, i) => add(databases[i % 2] as IDBDatabase)))
    expect(await resultOf(one.transaction('s').objectStore('s').get('n'))).toBe(40)
  })

  test('a read-only transaction sees one state, and keeps no writer waiting', async () => {
    const [one, other] = await opened()
    const reading = one.transaction('s').objectStore('s')
    expect(await resultOf(reading.get('k'))).toBeUndefined()
    // It goes on asking, as else it would end.
    let isOver = false
    const seen = (async () => {
      while (!isOver) if ((await resultOf(reading.get('k'))) !== undefined) return 'another state'
      return 'one state'
    })()
    const database = await resultOf(other.open('test'))
    const writing = database.transaction('s', 'readwrite')
    writing.objectStore('s').put('v', 'k')
    await completion(writing)
    isOver = true
    expect(await seen).toBe('one state')
    expect(await resultOf(one.transaction('s').objectStore('s').get('k'))).toBe('v')
  })

  test('two processes that make the same database both get it', async () => {
    const factories = await Promise.all([factory(), factory(), factory()])
    const databases = await Promise.all(
      factories.map((it) => openDatabase(it, (database) => database.createObjectStore('s'))),
    )
    expect(databases.map(({ version }) => version)).toEqual([1, 1, 1])
    expect(await factories[0]?.databases()).toEqual([{ name: 'test', version: 1 }])
  })

  test('a request that waits keeps no transaction from the only connection, here or elsewhere', async () => {
    // That it is blocked meanwhile is said as a warning.
    const single = () => factory({ connections: 1 }, () => {})
    const [one, other] = [await single(), await single()]
    const first = await openDatabase(one, (it) => it.createObjectStore('s'))
    const second = await resultOf(other.open('test'))
    const closeAfter = (database: IDBDatabase, value: number): void => {
      database.onversionchange = () => {
        database.transaction('s', 'readwrite').objectStore('s').put(value, value)
        database.close()
      }
    }
    closeAfter(first, 1)
    closeAfter(second, 2)
    const upgraded = await resultOf(other.open('test', 2))
    const written = await resultOf(upgraded.transaction('s').objectStore('s').getAll())
    expect(written).toEqual([1, 2])
  })

  test('many requests at once are all carried out, and leave no more connections to the server than there may be', async () => {
    const place = `${connectionString()}&application_name=many`
    const indexedDB = await factory({ connectionString: place, connections: 2 })
    const names = Array.from({ length: 30 }, (_, i) => `database ${i}`)
    await Promise.all(
      names.map(async (name) => {
        const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'), { name })
        await resultOf(database.transaction('s', 'readwrite').objectStore('s').put(name, 1))
        database.close()
        await resultOf(indexedDB.deleteDatabase(name))
      }),
    )
    expect(await indexedDB.databases()).toEqual([])
    const count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'many'"
    const left = async () => Number((await askServer(connectionString(), count))[0]?.[0])
    await eventually(async () => expect(await left()).toBeLessThanOrEqual(3))
  })

  test('an opening that waits for others is cancelled as its factory closes', async () => {
    const [database, other] = await opened()
    const request = other.open('test', 2)
    await next(request, 'blocked')
    const closing = close(other)
    await expect(resultOf(request)).rejects.toMatchObject({
      name: 'AbortError',
      cause: { code: 'ERR_IDB_CLOSED' },
    })
    await closing
    expect(database.version).toBe(1)
  })
})
