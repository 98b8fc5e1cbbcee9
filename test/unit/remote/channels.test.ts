/** The channels on which processes notify each other: PostgreSQL has no rights for them. */
import { expect, test } from 'vitest'
import { observe, type Observed } from '../../../src/extras.ts'
import { installPostgres, postgresStatus } from '../../../src/remote/entry.ts'
import { serverSettings } from '../../../src/remote/options.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import { askServer } from '../../kit/ask-server.ts'
import { eventually } from '../../kit/eventually.ts'
import { newSchema } from '../../kit/postgres-schema.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase } from '../../kit/promises.ts'

onServer('the channel of a schema', ({ factory, connectionString, schema }) => {
  const channelOf = async (name: string): Promise<string> => {
    const rows = await askServer(connectionString(), `SELECT channel FROM "${name}".meta`)
    return String(rows[0]?.[0])
  }

  const opened = async (): Promise<IDBDatabase> =>
    openDatabase(await factory({}, () => {}), (it) => it.createObjectStore('s'))

  const put = async (database: IDBDatabase, key: string): Promise<void> => {
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put(1, key)
    await completion(transaction)
  }

  const notesOf = (database: IDBDatabase): Observed[] => {
    const notes: Observed[] = []
    observe(database as never, {}, (observed) => notes.push(observed)) // Node has no type for it.
    return notes
  }

  const change = (key: string) => ({
    type: 'change',
    isOwn: false,
    changes: [{ store: 's', kind: 'put', key, range: undefined }],
  })

  test('has a random name, another one for each schema', async () => {
    const [one, other] = [
      await channelOf(await schema()),
      await channelOf(await newSchema(connectionString())),
    ]
    expect(one).toMatch(/^idb_[\da-f]{32}$/)
    expect(other).toMatch(/^idb_[\da-f]{32}$/)
    expect(one).not.toBe(other)
  })

  test('is not shown to a role without rights on the schema', async () => {
    const name = await schema()
    const channel = await channelOf(name)
    await askServer(connectionString(), 'CREATE ROLE stranger LOGIN')
    const stranger = connectionString().replace('postgres@', 'stranger@')
    expect(await askServer(stranger, 'SELECT current_user')).toEqual([['stranger']])
    const listens = 'SELECT count(*) FROM pg_stat_activity WHERE query = $1'
    const listen = `LISTEN "${channel}"`
    const wire = await new Connector(
      serverSettings({ connectionString: connectionString() }).reaching,
    ).connect()
    await wire.ask({ text: listen })
    expect(await askServer(connectionString(), listens, [listen])).toEqual([['1']])
    expect(await askServer(stranger, listens, [listen])).toEqual([['0']])
    await wire.end()
    await expect(askServer(stranger, `SELECT channel FROM "${name}".meta`)).rejects.toMatchObject({
      problem: { code: '42501' },
    })
    const statistics = 'SELECT count(*) FROM pg_stats WHERE schemaname = $1'
    expect(await askServer(stranger, statistics, [name])).toEqual([['0']])
  })

  test('is not the one that is named as the schema', async () => {
    const notes = notesOf(await opened())
    const watched = `SELECT count(*) FROM "${await schema()}".connections WHERE watches`
    await eventually(async () => {
      expect(await askServer(connectionString(), watched)).toEqual([['1']])
    })
    const writer = await opened()
    const text = 'news 01234567-89ab-cdef-0123-456789abcdef 1'
    await askServer(connectionString(), 'SELECT pg_notify($1, $2)', [await schema(), text])
    await put(writer, 'a')
    await eventually(() => expect(notes.length).toBeGreaterThan(0))
    expect(notes).toEqual([change('a')])
  })

  test('is missing in tables that were made before there was one, which are refused', async () => {
    const place = { connectionString: connectionString(), schema: await schema() }
    await askServer(connectionString(), `ALTER TABLE "${place.schema}".meta DROP COLUMN channel`)
    for (const attempt of [opened, () => installPostgres(place), () => postgresStatus(place)]) {
      await expect(attempt()).rejects.toMatchObject({
        message: expect.stringContaining('drop the schema, and make them anew'),
        cause: { code: 'ERR_IDB_NOT_INSTALLED' },
      })
    }
  })
})
