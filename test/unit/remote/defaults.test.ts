/** Roles with settings of their own, which a server gives to each of their connections. */
import { expect, test } from 'vitest'
import { installPostgres } from '../../../src/remote/entry.ts'
import { beginStrict } from '../../../src/remote/sql/transaction-statements.ts'
import { Connector } from '../../../src/remote/wire/connect.ts'
import { serverAddresses } from '../../../src/remote/wire/server-address.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

onServer('a role with defaults of its own', ({ factory, connectionString, schema }) => {
  let count = 0
  /** Two processes of a role with that setting; what each has open. */
  const openedBy = async (setting: string): Promise<[IDBDatabase, IDBDatabase]> => {
    const role = `app${++count}`
    const text = `CREATE ROLE ${role} LOGIN; ALTER ROLE ${role} SET ${setting}`
    await askServer(connectionString(), text)
    await installPostgres({ connectionString: connectionString(), schema: await schema(), role })
    const way = connectionString().replace('postgres@', `${role}@`)
    const [one, other] = [await factory(), await factory({ connectionString: way })]
    const made = await openDatabase(one, (it) => {
      it.createObjectStore('other')
      it.createObjectStore('s', { autoIncrement: true }).createIndex('i', 'k', { unique: true })
    })
    made.close()
    const again = await factory({ connectionString: way })
    return [await openDatabase(other, () => {}), await openDatabase(again, () => {})]
  }

  const isKnown = async (name: string): Promise<boolean> => {
    const found = await askServer(connectionString(), 'SELECT FROM pg_settings WHERE name = $1', [
      name,
    ])
    return found.length > 0
  }

  for (const level of ['repeatable read', 'serializable']) {
    const setting = `default_transaction_isolation = '${level}'`

    test(`transactions see those before them where the default is ${level}`, async () => {
      const both = await openedBy(setting)
      const increment = (database: IDBDatabase): Promise<void> => {
        const transaction = database.transaction('s', 'readwrite')
        const store = transaction.objectStore('s')
        store.get('n').onsuccess = ({ target }) => {
          const { result = 0 } = target as IDBRequest<number | undefined>
          store.put(result + 1, 'n')
        }
        return completion(transaction)
      }
      const all = Array.from({ length: 20 }, () => both.map((it) => increment(it))).flat()
      await Promise.all(all)
      const store = both[0].transaction('s').objectStore('s')
      expect(await resultOf(store.get('n'))).toBe(all.length)
    })

    test(`a unique index stays so where the default is ${level}`, async () => {
      const both = await openedBy(setting)
      const add = (database: IDBDatabase, k: number): Promise<string> => {
        const transaction = database.transaction('s', 'readwrite')
        const store = transaction.objectStore('s')
        store.get('nothing').onsuccess = () => store.add({ k })
        return completion(transaction).then(
          () => 'added',
          ({ name }: Error) => name,
        )
      }
      for (let k = 0; k < 10; k++) {
        const ends = await Promise.all(both.map((it) => add(it, k)))
        expect(ends.sort()).toEqual(['ConstraintError', 'added'])
      }
    })
  }

  for (const limit of [
    'lock_timeout',
    'statement_timeout',
    'idle_in_transaction_session_timeout',
    'transaction_timeout',
  ]) {
    test(`a transaction waits for its turn beyond the ${limit} of its role`, async (context) => {
      if (!(await isKnown(limit))) return context.skip('the server has no such limit')
      const [one, other] = await openedBy(`${limit} = '50ms'`)
      const holding = one.transaction('s', 'readwrite')
      const store = holding.objectStore('s')
      let isWaited = false
      const holdOn = (): void => {
        if (!isWaited) store.get(1).onsuccess = holdOn
      }
      holdOn()
      await resultOf(store.put({}, 1))
      const waiting = other.transaction('s', 'readwrite')
      const count = resultOf(waiting.objectStore('s').count())
      const waited = `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '200ms'`
      await expect.poll(() => askServer(connectionString(), waited)).toEqual([['1']])
      isWaited = true
      await completion(holding)
      expect(await count).toBe(1)
    })
  }

  test('connections for messages stay where the role has idle ones closed', async () => {
    await openedBy("idle_session_timeout = '100ms'")
    const idle = `SELECT count(*) FROM pg_stat_activity a WHERE usename = 'app${count}' AND state_change < clock_timestamp() - interval '300ms'
      AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'advisory')`
    await expect.poll(() => askServer(connectionString(), idle)).toEqual([['2']])
  })

  for (const level of ['off', 'local', 'remote_write']) {
    test(`a strict transaction waits for standbys where the default is ${level}, a relaxed one does not`, async () => {
      const [database] = await openedBy(`synchronous_commit = '${level}'`)
      const put = (name: string, durability: 'relaxed' | 'strict'): Promise<void> => {
        const transaction = database.transaction(name, 'readwrite', { durability })
        transaction.objectStore(name).put({}, 1)
        return completion(transaction)
      }
      const ask = (text: string) => askServer(connectionString(), text)
      const configure = async (setting: string): Promise<void> => {
        await ask(`ALTER SYSTEM ${setting}`)
        await ask('SELECT pg_reload_conf()')
      }
      await configure("SET synchronous_standby_names = 'nobody'")
      const waiting =
        "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%COMMIT%'"
      try {
        // The server reads its settings in its own time.
        let isOver = false
        const strict = (async () => {
          while (!isOver) await put('s', 'strict')
        })()
        await expect.poll(() => ask(waiting)).toEqual([['1']])
        isOver = true
        await put('other', 'relaxed')
        expect(await ask(waiting)).toEqual([['1']])
        await configure('RESET synchronous_standby_names')
        await strict
      } finally {
        await configure('RESET synchronous_standby_names')
      }
    })
  }

  for (const isPooled of [false, true]) {
    const way = isPooled ? 'as through a pooler' : 'at the server itself'
    /** What a setting is in a transaction of a role that has that default. */
    const within = async (name: string, value: string): Promise<string> => {
      const role = `app${++count}`
      const text = `CREATE ROLE ${role} LOGIN; ALTER ROLE ${role} SET ${name} = '${value}'`
      await askServer(connectionString(), text)
      const addresses = serverAddresses(connectionString().replace('postgres@', `${role}@`))
      const reaching = { addresses, tls: undefined, waitMs: 0, idleMs: 30_000, isPooled }
      const wire = await new Connector(reaching).connect()
      await wire.ask(beginStrict)
      const [row] = await wire.ask({ text: `SHOW ${name}` })
      await wire.end()
      return String(row?.[0])
    }

    test(`a default that waits for more than a strict transaction stays, ${way}`, async () => {
      const levels = ['remote_apply', 'off'].map((it) => within('synchronous_commit', it))
      expect(await Promise.all(levels)).toEqual(['remote_apply', 'on'])
    })

    for (const limit of ['statement_timeout', 'transaction_timeout']) {
      test(`the ${limit} of a role is off in transactions, ${way}`, async (context) => {
        if (!(await isKnown(limit))) return context.skip('the server has no such limit')
        expect(await within(limit, '5s')).toBe('0')
      })
    }
  }

  test('key generators count to the end where numbers would lose digits', async () => {
    const [one, other] = await openedBy('extra_float_digits = 0')
    const last = 2 ** 53 - 3
    const put = (it: IDBDatabase, key?: number): Promise<IDBValidKey> =>
      resultOf(it.transaction('s', 'readwrite').objectStore('s').put({}, key))
    await put(one, last)
    expect([await put(other), await put(one)]).toEqual([last + 1, last + 2])
  })
})
