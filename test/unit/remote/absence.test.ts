/** Processes that end, or lose the server, without a word. */
import { expect, test } from 'vitest'
import type { IDBErrorCause } from '../../../src/index.ts'
import { installPostgres } from '../../../src/remote/entry.ts'
import { serverSettings } from '../../../src/remote/options.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

onServer('processes that are gone', ({ factory, connectionString, schema }) => {
  const ask = async (text: string): Promise<unknown> =>
    askServer(connectionString(), text.replaceAll('$schema', `"${await schema()}"`))
  const opened = async (): Promise<IDBDatabase> =>
    openDatabase(await factory(), (it) => it.createObjectStore('s'))
  /** A process with an open connection that has ended: the server has its rows, and no more of it. */
  const leaveBehind = (seen = 'now()') =>
    ask(`WITH s AS (INSERT INTO $schema.sessions (client, seen) VALUES (gen_random_uuid(), ${seen}) RETURNING client)
      INSERT INTO $schema.connections (id, client, db, epoch) SELECT gen_random_uuid(), client, d.id, d.epoch FROM s, $schema.databases d`)

  const put = (database: IDBDatabase): Promise<unknown> =>
    resultOf(database.transaction('s', 'readwrite').objectStore('s').put(1, 1))

  test(
    'a process that has ended holds up no upgrade until its lease is over; one that lives does',
    { timeout: 25_000 },
    async () => {
      const database = await opened()
      await leaveBehind()
      const request = (await factory()).open('test', 2)
      const blocked = new Promise<Event>((resolve) => (request.onblocked = resolve))
      const connections = (): Promise<unknown> => ask('SELECT count(*) FROM $schema.connections')
      await expect.poll(connections, { timeout: 20_000 }).toEqual([['1']])
      await blocked
      database.close()
      expect((await resultOf(request)).version).toBe(2)
    },
  )

  test(
    'a process that does not answer blocks a request, which says so while it waits for it',
    { timeout: 25_000 },
    async () => {
      const database = await opened()
      await leaveBehind()
      database.close()
      const events: string[] = []
      const request = (await factory()).deleteDatabase('test')
      request.onblocked = (event) => {
        events.push('blocked')
        expect((event as { cause?: IDBErrorCause }).cause).toMatchObject({
          message: expect.stringMatching(
            /in a process that is not connected to the server now; if that has ended, it is waited for no longer than 30 seconds$/,
          ),
          code: 'ERR_IDB_BLOCKED',
          blockers: [{ holder: 'client', connections: 1, application: null, address: null }],
        })
      }
      await resultOf(request)
      expect(events).toEqual(['blocked'])
    },
  )

  test(
    'a process of one connection finds out that another has ended',
    { timeout: 25_000 },
    async () => {
      const database = await opened()
      await leaveBehind()
      database.close()
      const warnings: Error[] = []
      const indexedDB = await factory({ connections: 1 }, (it) => warnings.push(it))
      expect((await resultOf(indexedDB.open('test', 2))).version).toBe(2)
      expect(warnings).toMatchObject([{ cause: { code: 'ERR_IDB_BLOCKED' } }])
    },
  )

  test('a process that stands still in a transaction keeps none from a database that it has not open', async () => {
    const database = await opened()
    await leaveBehind("now() - interval '1 hour'")
    await ask(`WITH s AS (INSERT INTO $schema.sessions (client, seen) VALUES (gen_random_uuid(), now() - interval '1 hour') RETURNING client)
      INSERT INTO $schema.slots (client, slot, token) SELECT client, 99, 0 FROM s`)
    const { reaching } = serverSettings({ connectionString: connectionString() })
    const still = await new Connector(reaching).connect()
    await still.ask({ text: 'SET idle_in_transaction_session_timeout = 0; BEGIN' })
    await still.ask({ text: `UPDATE "${await schema()}".slots SET token = 2 WHERE slot = 99` })
    database.close()
    const upgraded = await resultOf((await factory()).open('test', 2))
    await still.end()
    expect(upgraded.version).toBe(2)
  })

  test(
    'it is found out in whatever way times are shown to a role',
    { timeout: 25_000 },
    async () => {
      // Neither can be read again: days come before months, and no one else calls the zone WIB.
      await ask(
        "CREATE ROLE shown LOGIN; ALTER ROLE shown SET DateStyle = 'German'; ALTER ROLE shown SET TimeZone = 'Asia/Jakarta'",
      )
      const place = { connectionString: connectionString(), schema: await schema() }
      await installPostgres({ ...place, role: 'shown' })
      const database = await opened()
      await leaveBehind()
      database.close()
      const way = connectionString().replace('postgres@', 'shown@')
      const indexedDB = await factory({ connectionString: way }, () => {}) // It is blocked meanwhile.
      expect((await resultOf(indexedDB.open('test', 2))).version).toBe(2)
    },
  )

  test('a connection to the server that is made when the rows of its process are gone makes them again', async () => {
    const indexedDB = await factory()
    await indexedDB.databases()
    await ask('DELETE FROM $schema.sessions')
    // There is one connection: the other is made for it.
    await Promise.all([indexedDB.databases(), indexedDB.databases()])
    await expect.poll(() => ask('SELECT count(*) FROM $schema.sessions')).toEqual([['1']])
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    const puts = [1, 2].map((key) =>
      database.transaction('s', 'readwrite').objectStore('s').put(1, key),
    )
    expect(await Promise.all(puts.map((it) => resultOf(it)))).toEqual([1, 2])
  })
  test('a process whose rows are gone makes those of its open connections again, and loses what was upgraded meanwhile', async () => {
    const indexedDB = await factory()
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    const others = await Promise.all([1, 2].map(() => resultOf(indexedDB.open('test'))))
    const stale = await openDatabase(indexedDB, () => {}, { name: 'stale' })
    const closed = new Promise((resolve) => (stale.onclose = resolve))
    await ask(`WITH gone AS (DELETE FROM $schema.sessions)
      UPDATE $schema.databases SET epoch = epoch + 1 WHERE name = decode('007300740061006c0065', 'hex')`)
    await expect(put(database)).rejects.toMatchObject({ name: 'AbortError' })
    await closed
    expect(await ask('SELECT count(*) FROM $schema.connections')).toEqual([['3']])
    expect(await Promise.all([database, ...others].map(put))).toEqual([1, 1, 1])
  })

  test('slots that are gone are made again', async () => {
    const database = await opened()
    await ask('DELETE FROM $schema.slots')
    await expect(put(database)).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => ask('SELECT count(*) FROM $schema.slots')).toEqual([['1']])
    expect(await put(database)).toBe(1)
  })

  test('a connection to the server that is no longer wanted leaves no slot', async () => {
    const indexedDB = await factory({ connections: 1 })
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    for (let i = 0; i < 3; i++) {
      const putting = put(database)
      const other = await resultOf(indexedDB.open('test'))
      await putting
      other.close()
    }
    await expect.poll(() => ask('SELECT count(*) FROM $schema.slots')).toEqual([['1']])
  })

  test('connections to the server that were lost in use leave no slots', async () => {
    const indexedDB = await factory({ connections: 2 })
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    for (let i = 0; i < 5; i++) {
      const transaction = database.transaction('s', 'readwrite')
      const ended = new Promise((resolve) => (transaction.onabort = resolve))
      const store = transaction.objectStore('s')
      // It goes on asking, as else it would end.
      const askOn = (): void => {
        store.get(1).onsuccess = askOn
      }
      store.put(2, 1).onsuccess = askOn
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%records%' AND query LIKE '%${await schema()}%'`
      await expect.poll(() => ask(cut)).not.toEqual([])
      await ended
      expect(await put(database)).toBe(1)
    }
    expect(await ask('SELECT count(*) FROM $schema.slots')).toEqual([['1']])
  })

  test('requests whose connection to the server was lost leave no slots', async () => {
    const indexedDB = await factory({ connections: 1 })
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    const { reaching } = serverSettings({ connectionString: connectionString() })
    const other = await new Connector(reaching).connect()
    const begin = `BEGIN; SELECT FROM "${await schema()}".databases FOR UPDATE`
    await other.ask({ text: begin })
    const opening = resultOf(indexedDB.open('test'))
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${await schema()}%'`
    for (let i = 0; i < 5; i++) await expect.poll(() => ask(cut)).not.toEqual([])
    await other.ask({ text: 'COMMIT' })
    await other.end()
    await opening
    expect(await put(database)).toBe(1)
    await expect.poll(() => ask('SELECT count(*) FROM $schema.slots')).toEqual([['1']])
  })
})
