/** A pooler before the server. */
import { expect, test } from 'vitest'
import { close } from '../../../src/index.ts'
import { installPostgres, postgresStatus } from '../../../src/remote/entry.ts'
import { type PoolMode, startPgbouncer, whyNoPgbouncer } from '../../kit/pgbouncer.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

onServer('a server behind pgbouncer', ({ connectionString, factory, schema }) => {
  const ifThere = test.skipIf(whyNoPgbouncer() !== null)

  /** Has `work` done with one that has few connections to the server. */
  const behind = async (mode: PoolMode, work: (pooler: string) => Promise<void>): Promise<void> => {
    const pooler = await startPgbouncer(connectionString(), { mode, size: 6 })
    try {
      await work(pooler.connectionString)
    } finally {
      await pooler.stop()
    }
  }

  /** It ends before factories are closed, which may look for it meanwhile. */
  const unheard = (): void => {}

  const makeStore = (database: IDBDatabase): unknown => database.createObjectStore('s')

  ifThere(
    'in transaction mode it is refused, with what to do, where messages would go through it',
    () =>
      behind('transaction', async (pooler) => {
        for (const directConnectionString of [undefined, pooler]) {
          const indexedDB = await factory({ connectionString: pooler, directConnectionString })
          await expect(resultOf(indexedDB.open('test'))).rejects.toMatchObject({
            message: expect.stringContaining('name the server itself in the option'),
            cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: 'POOLED' },
          })
        }
      }),
  )

  ifThere(
    'in transaction mode processes work together where messages go to the server itself',
    () =>
      behind('transaction', async (pooler) => {
        const way = { connectionString: pooler, directConnectionString: connectionString() }
        const [one, other] = [await factory(way, unheard), await factory(way, unheard)]
        const first = await openDatabase(one, makeStore)
        first.onversionchange = () => first.close()
        const transaction = first.transaction('s', 'readwrite')
        for (let i = 0; i < 1_000; i++) transaction.objectStore('s').put({ i }, i)
        await completion(transaction)
        const second = await openDatabase(other, (it) => it.createObjectStore('t'), { version: 2 })
        const count = second.transaction('s').objectStore('s').count()
        expect([await resultOf(count), (await other.databases()).length]).toEqual([1_000, 1])
      }),
  )

  ifThere('settings of transactions stay within them', () =>
    behind('transaction', async (pooler) => {
      const way = { connectionString: pooler, directConnectionString: connectionString() }
      const database = await openDatabase(await factory(way, unheard), makeStore)
      await resultOf(database.transaction('s', 'readwrite').objectStore('s').put(1, 1))
      expect(await settingBehind(pooler)).toBe('on')
    }),
  )

  ifThere('in session mode nothing more has to be said', () =>
    behind('session', async (pooler) => {
      const indexedDB = await factory({ connectionString: pooler, connections: 2 })
      const database = await openDatabase(indexedDB, makeStore)
      const store = database.transaction('s', 'readwrite').objectStore('s')
      expect(await resultOf(store.put('v', 'k'))).toBe('k')
      await close(indexedDB)
    }),
  )

  for (const authType of ['scram-sha-256', 'md5', 'plain'] as const) {
    ifThere(`what is wrong with a login by ${authType} is told at once, and in words`, async () => {
      const asking = { mode: 'transaction', password: 'right', authType } as const
      const pooler = await startPgbouncer(connectionString(), asking)
      const [, place = ''] = pooler.connectionString.split('@')
      const refusal = async (who: string, where = place): Promise<unknown> => {
        const way = `postgres://${who}@${where}`
        const indexedDB = await factory({ connectionString: way, waitMs: Infinity })
        return resultOf(indexedDB.open('test')).catch((error: unknown) => error)
      }
      try {
        for (const who of ['postgres:secret', 'stranger:right']) {
          expect(await refusal(who)).toMatchObject({
            message: expect.stringMatching(
              /cannot be used: it does not accept the user or the password \(28P01\)$/,
            ),
            cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: '28P01' },
          })
        }
        const elsewhere = place.replace('/postgres', '/none')
        for (const [given, systemCode] of [
          [await refusal('postgres'), 'NO_PASSWORD'],
          [await refusal('postgres:right', elsewhere), '3D000'],
        ]) {
          expect(given).toMatchObject({ cause: { code: 'ERR_IDB_UNREACHABLE', systemCode } })
        }
      } finally {
        await pooler.stop()
      }
    })
  }

  ifThere('tables are made through it, and it says how the server does', () =>
    behind('transaction', async (pooler) => {
      const place = { connectionString: pooler, schema: `${await schema()} pooled` }
      expect(await installPostgres(place)).toBe(true)
      expect(await installPostgres(place)).toBe(false)
      expect(await postgresStatus(place)).toMatchObject({ format: 1, databases: [], processes: [] })
      expect(await settingBehind(pooler)).toBe('on')
    }),
  )
})

/** Whether a connection of the server's that others get reads tables in order, as it does at first. */
async function settingBehind(pooler: string): Promise<string> {
  const { default: driver } = await import('pg')
  const [, host = '', port] = /host=([^&]*)&port=(\d+)/.exec(pooler) ?? []
  const client = new driver.Client({
    host,
    port: Number(port),
    user: 'postgres',
    database: 'postgres',
  })
  await client.connect()
  try {
    const { rows } = await client.query<{ enable_seqscan: string }>('SHOW enable_seqscan')
    return rows[0]?.enable_seqscan ?? ''
  } finally {
    await client.end()
  }
}
