/** What goes wrong with a server, and how it is told. */
import { expect, test } from 'vitest'
import { installPostgres } from '../../../src/remote/entry.ts'
import { remoteFailure } from '../../../src/remote/server-failures.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import { serverAddresses } from '../../../src/remote/wire/server-address.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { remoteFactory } from '../../kit/postgres-schema.ts'

onServer('trouble with a server', ({ factory, connectionString, schema, server }) => {
  const opened = async (): Promise<IDBDatabase> =>
    openDatabase(await factory(), (it) => it.createObjectStore('s'))
  const ask = (text: string) => askServer(connectionString(), text)
  /** Ends the connections of transactions, as an administrator may. */
  const cutAll = (which: string) =>
    ask(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'idb-everywhere' AND pid <> pg_backend_pid() AND ${which}`,
    )

  const openingOf = (options: Parameters<typeof remoteFactory>[0]): Promise<unknown> =>
    resultOf(remoteFactory(options, () => {}).open('test'))

  test('a schema without tables says what makes them', async () => {
    const place = { connectionString: connectionString(), schema: 'nothing here' }
    await expect(openingOf(place)).rejects.toMatchObject({
      name: 'UnknownError',
      message: expect.stringMatching(/^The schema "nothing here" .*installPostgres\(\)/),
      cause: { code: 'ERR_IDB_NOT_INSTALLED' },
    })
  })

  test('tables of a newer format are refused, and left alone', async () => {
    const place = { connectionString: connectionString(), schema: await schema() }
    await ask(`UPDATE "${place.schema}".meta SET format = 99`)
    await expect(openingOf(place)).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_NEWER_FORMAT', format: 99, supportedFormat: 1 },
    })
    await expect(installPostgres(place)).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_NEWER_FORMAT' },
    })
  })

  test('tables of another program are refused', async () => {
    await ask('CREATE SCHEMA other; CREATE TABLE other.meta (name text)')
    const place = { connectionString: connectionString(), schema: 'other' }
    for (const attempt of [openingOf, installPostgres]) {
      await expect(attempt(place)).rejects.toMatchObject({
        cause: { code: 'ERR_IDB_FOREIGN_FILE' },
      })
    }
    await ask('CREATE SCHEMA others; CREATE TABLE others.records (name text)')
    await expect(installPostgres({ ...place, schema: 'others' })).rejects.toMatchObject({
      message: expect.stringMatching(/"others" .* of another program: .*choose another schema$/),
      cause: { code: 'ERR_IDB_FOREIGN_FILE', systemCode: '42P07' },
    })
    expect(await ask("SELECT tablename FROM pg_tables WHERE schemaname = 'others'")).toEqual([
      ['records'],
    ])
  })

  const meta = (columns: string, rows = ''): string =>
    `CREATE TABLE foreigner.meta (${columns}); ${rows && `INSERT INTO foreigner.meta VALUES ${rows}`}`
  const foreigners: Readonly<Record<string, string>> = {
    'a format that is null': meta('format int, channel text', "(NULL, 'a')"),
    'a format of 0': meta('format int, channel text', "(0, 'a')"),
    'a format in words': meta('format text, channel text', "('one', 'a')"),
    'no row': meta('format int, channel text'),
    'two rows': meta('format int, channel text', "(1, 'a'), (1, 'b')"),
    'no other table': meta('format int, channel text', "(1, 'a')"),
    'no other table and no channel': meta('format int', '(1)'),
    'a view': "CREATE VIEW foreigner.meta AS SELECT 1 AS format, 'a'::text AS channel",
    'a type': 'CREATE TYPE foreigner.meta AS (format int, channel text)',
    'an index': 'CREATE TABLE foreigner.t (i int); CREATE INDEX meta ON foreigner.t (i)',
  }
  for (const [what, make] of Object.entries(foreigners)) {
    test(`another program's "meta" is told as such by all who meet it: ${what}`, async () => {
      await ask(`DROP SCHEMA IF EXISTS foreigner CASCADE; CREATE SCHEMA foreigner; ${make}`)
      const place = { connectionString: connectionString(), schema: 'foreigner' }
      for (const attempt of [openingOf, installPostgres]) {
        await expect(attempt({ ...place, waitMs: 0 })).rejects.toMatchObject({
          name: 'UnknownError',
          message: expect.stringMatching(/^The schema "foreigner" .*; choose another schema$/),
          cause: { code: 'ERR_IDB_FOREIGN_FILE' },
        })
      }
    })
  }

  test('a type of another program with the name of a table is told as such', async () => {
    await ask("CREATE SCHEMA typed; CREATE TYPE typed.records AS ENUM ('a')")
    const place = { connectionString: connectionString(), schema: 'typed' }
    await expect(installPostgres(place)).rejects.toMatchObject({
      message: expect.stringMatching(/"typed" .* of another program: .*choose another schema$/),
      cause: { code: 'ERR_IDB_FOREIGN_FILE', systemCode: '42710' },
    })
    expect(await ask("SELECT tablename FROM pg_tables WHERE schemaname = 'typed'")).toEqual([])
  })

  test('a server that is not there is told by its place and a code, and by nothing else of its connection string', async () => {
    const there = 'postgres://ann:secret@/library?host=/tmp/nowhere'
    await expect(openingOf({ connectionString: there, waitMs: 0 })).rejects.toMatchObject({
      message:
        'The PostgreSQL server /tmp/nowhere/.s.PGSQL.5432 cannot be used: there is no such socket (ENOENT)',
      cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: 'ENOENT' },
    })
    const unknown = connectionString().replace('/postgres?', '/secret?')
    await expect(openingOf({ connectionString: unknown })).rejects.toMatchObject({
      message: expect.not.stringMatching(/secret/),
      cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: '3D000' },
    })
  })

  test('a role with the rights to rows can do all but make tables; one without is refused', async () => {
    await ask('CREATE ROLE app LOGIN; CREATE ROLE stranger LOGIN')
    const place = { connectionString: connectionString(), schema: await schema() }
    expect(await installPostgres({ ...place, role: 'app' })).toBe(false)
    const as = (role: string) => connectionString().replace('postgres@', `${role}@`)
    const indexedDB = await factory({ connectionString: as('app') })
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    const store = database.transaction('s', 'readwrite').objectStore('s')
    expect(await resultOf(store.put(1, 1))).toBe(1)
    database.close()
    await resultOf(indexedDB.deleteDatabase('test'))
    const stranger = { ...place, connectionString: as('stranger') }
    await expect(openingOf(stranger)).rejects.toMatchObject({
      message: expect.stringMatching(/the owner of the tables gives .* "role" of installPostgres/),
      cause: { code: 'ERR_IDB_SERVER', systemCode: '42501' },
    })
    // The server itself lets it be, with a warning.
    const notOwner = { ...place, connectionString: as('app') }
    await expect(installPostgres({ ...notOwner, role: 'stranger' })).rejects.toMatchObject({
      message: expect.stringContaining('may not give "stranger" the rights'),
      cause: { code: 'ERR_IDB_SERVER', systemCode: '42501' },
    })
    await expect(installPostgres({ ...notOwner, schema: 'own' })).rejects.toMatchObject({
      message: expect.stringMatching(/make the schema "own" .*GRANT CREATE ON DATABASE/),
      cause: { code: 'ERR_IDB_SERVER', systemCode: '42501' },
    })
    await ask('REASSIGN OWNED BY app TO postgres')
  })

  test('rights that are withdrawn abort the next transaction with their code', async () => {
    const database = await opened()
    await ask(`ALTER TABLE "${await schema()}".records RENAME TO gone`)
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put(1, 1)
    await expect(completion(transaction)).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_NOT_INSTALLED', systemCode: '42P01', database: 'test' },
    })
  })

  test('a transaction whose connection is cut aborts; the database stays open, and the next one goes through', async () => {
    const database = await opened()
    const transaction = database.transaction('s', 'readwrite')
    const ended = completion(transaction).catch((error: unknown) => error)
    const store = transaction.objectStore('s')
    // It goes on asking, as else it would end.
    const askOn = (): void => {
      store.get('k').onsuccess = askOn
    }
    store.put('lost', 'k').onsuccess = askOn
    await expect.poll(() => cutAll("query LIKE '%records%'")).not.toEqual([])
    expect(await ended).toMatchObject({
      name: 'AbortError',
      cause: { code: 'ERR_IDB_OWNER_LOST' },
    })
    const after = database.transaction('s', 'readwrite').objectStore('s')
    expect(await resultOf(after.get('k'))).toBeUndefined()
    await resultOf(after.put('kept', 'k'))
  })

  test('a transaction of a process that stands still is told why it was ended', async () => {
    const addresses = serverAddresses(connectionString())
    const reaching = { addresses, tls: undefined, waitMs: 0, idleMs: 50, isPooled: false }
    const wire = await new Connector(reaching).connect()
    await wire.ask({ text: 'BEGIN' })
    await new Promise<void>((resolve) => wire.onLoss(resolve))
    const error = await wire.ask({ text: 'SELECT 1' }).catch((reason: unknown) => reason)
    expect(remoteFailure(error, { schema: 'any' })).toMatchObject({
      name: 'AbortError',
      message: expect.stringMatching(/^This process stood still in the transaction for 30 seconds/),
      facts: { code: 'ERR_IDB_OWNER_LOST', systemCode: '25P03' },
    })
  })

  test('a server that ends and comes back keeps what was told to be complete, and open databases', async () => {
    // On a busy machine it takes long to come back, which is warned of.
    const indexedDB = await factory({}, () => {})
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put('kept', 'k')
    await completion(transaction)
    await server().crash()
    const store = database.transaction('s', 'readwrite').objectStore('s')
    const [value, key] = await Promise.all([
      resultOf(store.get('k')),
      resultOf(store.put('more', 'k')),
    ])
    expect([value, key]).toEqual(['kept', 'k'])
  })

  test('a session that was thought gone comes back, unless its database was upgraded meanwhile', async () => {
    const database = await opened()
    await ask(`DELETE FROM "${await schema()}".sessions`)
    const put = (): Promise<void> => {
      const transaction = database.transaction('s', 'readwrite')
      transaction.objectStore('s').put(1, 1)
      return completion(transaction)
    }
    await expect(put()).rejects.toMatchObject({ cause: { code: 'ERR_IDB_CLOSED' } })
    await expect
      .poll(() =>
        put().then(
          () => 'complete',
          () => 'aborted',
        ),
      )
      .toBe('complete')

    await ask(`DELETE FROM "${await schema()}".sessions`)
    const closed = new Promise((resolve) => (database.onclose = resolve))
    const other = await openDatabase(await factory(), (it) => it.deleteObjectStore('s'), {
      version: 2,
    })
    await expect(put()).rejects.toMatchObject({ cause: { code: 'ERR_IDB_CLOSED' } })
    await closed
    expect([...other.objectStoreNames]).toEqual([])
    const rows = await ask(`SELECT count(*) FROM "${await schema()}".records`)
    expect(rows).toEqual([['0']])
  })

  test('a session whose rows went while its line for messages was cut comes back', async () => {
    const database = await opened()
    const sessions = `"${await schema()}".sessions`
    await ask(`DELETE FROM ${sessions}`)
    await cutAll("query NOT LIKE '%COMMIT%'")
    const put = (): Promise<void> => {
      const transaction = database.transaction('s', 'readwrite')
      transaction.objectStore('s').put(1, 1)
      return completion(transaction)
    }
    await expect
      .poll(
        () =>
          put().then(
            () => 'complete',
            () => 'aborted',
          ),
        { timeout: 20_000 },
      )
      .toBe('complete')
    expect(await ask(`SELECT count(*) FROM ${sessions}`)).toEqual([['1']])
  })

  test('a server that does not encrypt is refused where it has to', async () => {
    const url = `${connectionString()}&sslmode=verify-full`
    await expect(openingOf({ connectionString: url })).rejects.toMatchObject({
      message: expect.stringContaining('it does not encrypt'),
      cause: { code: 'ERR_IDB_UNREACHABLE' },
    })
  })

  test('of several servers each is told with its reason', async () => {
    const connectionString = 'postgres://ann:secret@127.0.0.1:1,[::ffff:127.0.0.1]:2/library'
    await expect(openingOf({ connectionString, waitMs: 0 })).rejects.toMatchObject({
      message:
        'None of 2 PostgreSQL servers can be used: 127.0.0.1:1: nothing listens there (ECONNREFUSED); [::ffff:127.0.0.1]:2: nothing listens there (ECONNREFUSED)',
      cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: 'ECONNREFUSED' },
    })
  })

  test('a limit to connections is told as whose it is', async () => {
    await ask('CREATE ROLE full_role LOGIN CONNECTION LIMIT 0')
    const full = connectionString().replace('postgres@', 'full_role@')
    await expect(openingOf({ connectionString: full, waitMs: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/this role has as many .*\(53300\).*ALTER ROLE/),
      cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: '53300' },
    })
  })

  test('a role that is not there is told with what makes it', async () => {
    const place = { connectionString: connectionString(), schema: await schema() }
    await expect(installPostgres({ ...place, role: 'no "one' })).rejects.toMatchObject({
      message: expect.stringMatching(/^There is no role .*CREATE ROLE "no ""one" LOGIN PASSWORD/),
      cause: { code: 'ERR_IDB_SERVER', systemCode: '42704' },
    })
  })

  test('a list of servers leads to the one that takes writes', async () => {
    const nowhere = 'postgres:///postgres?host=/tmp/nowhere'
    const indexedDB = await factory({ connectionString: [nowhere, connectionString()] }, () => {})
    expect(await indexedDB.databases()).toEqual([])
  })

  test('a server that takes no writes is none', async () => {
    const place = { connectionString: connectionString(), schema: await schema(), waitMs: 0 }
    await ask('CREATE ROLE reader LOGIN; ALTER ROLE reader SET default_transaction_read_only = on')
    const reader = place.connectionString.replace('postgres@', 'reader@')
    await expect(openingOf({ ...place, connectionString: reader })).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: '25006' },
    })
  })
})
