/** What a server, or who administers it, refuses. */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { close } from '../../../src/index.ts'
import { loadDriver } from '../../../src/remote/wire/pg-driver.ts'
import { Wire } from '../../../src/remote/wire/wire.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

onServer('a server that refuses', ({ factory, connectionString, schema }) => {
  const ask = async (text: string) =>
    askServer(connectionString(), text.replaceAll('$schema', `"${await schema()}"`))
  const opened = async (options = {}): Promise<IDBDatabase> =>
    openDatabase(await factory(options, () => {}), (it) => it.createObjectStore('s'))
  const put = (database: IDBDatabase, value: unknown, key: IDBValidKey): Promise<void> => {
    const transaction = database.transaction('s', 'readwrite')
    transaction.objectStore('s').put(value, key)
    return completion(transaction)
  }
  const get = (database: IDBDatabase, key: IDBValidKey): Promise<unknown> =>
    resultOf(database.transaction('s').objectStore('s').get(key))

  /** Keeps a transaction active until it is told what is next. */
  function keepAsking(store: IDBObjectStore): { readonly next: (it: () => void) => void } {
    let work: (() => void) | null = null
    const askOn = (): void => {
      if (work) work()
      else store.get('half').onsuccess = askOn
    }
    askOn()
    return { next: (it) => void (work = it) }
  }

  const roleName = async (): Promise<string> => `role_${(await schema()).replaceAll(' ', '_')}`
  /** Of a new role; `$role` is its name. */
  const role = async (settings: string): Promise<string> => {
    const name = await roleName()
    await ask(`CREATE ROLE ${name} LOGIN SUPERUSER; ${settings.replaceAll('$role', name)}`)
    return connectionString().replace('postgres@', `${name}@`)
  }
  /** Superusers have no limits. */
  const limitedRole = async (limit: number): Promise<string> => {
    const url = await role(`ALTER ROLE $role NOSUPERUSER CONNECTION LIMIT ${limit}`)
    const name = await roleName()
    await ask(
      `GRANT ALL ON SCHEMA $schema TO ${name}; GRANT ALL ON ALL TABLES IN SCHEMA $schema TO ${name}`,
    )
    return url
  }

  const configure = async (setting: string): Promise<void> => {
    await ask(`ALTER SYSTEM ${setting}`)
    await ask('SELECT pg_reload_conf()')
  }
  afterEach(async () => {
    vi.restoreAllMocks()
    await configure('RESET ALL')
  })

  test('transactions go over the connections that there are where the server takes no more', async () => {
    const warnings: Error[] = []
    // With as long to look for a server as there is by default: nothing is to wait for that.
    const indexedDB = await factory({ connectionString: await limitedRole(2) }, (it) => {
      warnings.push(it)
    })
    const database = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    await Promise.all(Array.from({ length: 20 }, (_, i) => put(database, i, i)))
    expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(20)
    await close(indexedDB)
    expect(warnings).toEqual([])
  })

  test('a server that takes no connection for transactions is told by its code', async () => {
    const url = await limitedRole(1)
    await expect(opened({ connectionString: url, waitMs: 0 })).rejects.toMatchObject({
      message: expect.stringContaining('53300'),
      cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: '53300' },
    })
  })

  // Not what is to wait for a moment only: where that is over as the statement is cancelled, the server tells of the moment.
  const waitingForLock =
    "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query NOT LIKE '%hurried%'"

  test('a statement that an administrator ends takes its transaction with it, and no other', async () => {
    const database = await opened()
    const transaction = database.transaction('s', 'readwrite')
    const asking = keepAsking(transaction.objectStore('s'))
    await resultOf(transaction.objectStore('s').get('half'))
    const other = await opened()
    const ended = expect(put(other, 'no', 'other')).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_SERVER', systemCode: '57014', database: 'test' },
    })
    await expect.poll(() => ask(`SELECT pg_cancel_backend(pid) ${waitingForLock}`)).not.toEqual([])
    await ended
    asking.next(() => {})
    await completion(transaction)
    expect(await get(other, 'other')).toBeUndefined()
    await put(other, 'yes', 'other')
    expect(await get(database, 'other')).toBe('yes')
  })

  test('rights that are withdrawn in the middle of a transaction leave nothing of it', async () => {
    const indexedDB = await factory({ connectionString: await limitedRole(-1) })
    const database = await openDatabase(indexedDB, (it) => {
      it.createObjectStore('s')
      it.createObjectStore('indexed').createIndex('a', 'a')
    })
    const transaction = database.transaction(['s', 'indexed'], 'readwrite')
    await resultOf(transaction.objectStore('s').put('half', 'half'))
    const asking = keepAsking(transaction.objectStore('s'))
    await ask(`REVOKE ALL ON $schema.entries FROM ${await roleName()}`)
    asking.next(() => transaction.objectStore('indexed').put({ a: 1 }, 1))
    await expect(completion(transaction)).rejects.toMatchObject({
      cause: { code: 'ERR_IDB_SERVER', systemCode: '42501', database: 'test' },
    })
    expect(await get(database, 'half')).toBeUndefined()
  })

  test('a server that was made read-only is told by its code, and is used again when it takes writes', async () => {
    const database = await opened({ waitMs: 0 })
    await configure('SET default_transaction_read_only = on')
    await expect
      .poll(() =>
        put(database, 1, 1).then(
          () => null,
          (error: unknown) => error,
        ),
      )
      .toMatchObject({ cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: '25006' } })
    await writable()
    await put(database, 2, 1)
    expect(await get(database, 1)).toBe(2)
  })
  /** Over a connection that may write, as no other can change it back. */
  const writable = async (): Promise<void> => {
    const Client = await loadDriver()
    const host = new URLSearchParams(connectionString().split('?')[1]).get('host')
    const client = new Client({ host, user: 'postgres', database: 'postgres' })
    await client.connect()
    const wire = new Wire(client)
    const settings = [
      'SET default_transaction_read_only = off',
      'ALTER SYSTEM RESET ALL',
      'SELECT pg_reload_conf()',
    ]
    for (const text of settings) await wire.ask({ text })
    await wire.end()
  }

  const waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%COMMIT%'"
  for (const end of ['pg_cancel_backend', 'pg_terminate_backend']) {
    test(`a commit that stops waiting for its standby (${end}) is not told to be complete`, async () => {
      const database = await opened({ connections: 1 })
      await put(database, 1, 1)
      await configure("SET synchronous_standby_names = 'nobody'")
      // The server reads its settings in its own time: one of these commits is the first that waits.
      let isOver = false
      const putOn = async (): Promise<string> => {
        while (!isOver) await put(database, 2, 1)
        return 'complete'
      }
      const told = putOn().catch((error: { cause: { code: string } }) => error.cause.code)
      await expect.poll(() => ask(`SELECT ${end}(pid) ${waiting}`)).not.toEqual([])
      isOver = true
      if (end === 'pg_terminate_backend') await configure('RESET synchronous_standby_names')
      // Asked again, the server has it: and all that are to have it.
      expect(await told).toBe(end === 'pg_cancel_backend' ? 'ERR_IDB_OUTCOME_UNKNOWN' : 'complete')
      await configure('RESET synchronous_standby_names')
      expect(await get(database, 1)).toBe(2)
    })
  }

  test('a clock that jumps by hours has no process thought gone', async () => {
    const database = await opened()
    const actual = Date.now
    const jump = (hours: number) =>
      vi.spyOn(Date, 'now').mockImplementation(() => actual() + hours * 3_600_000)
    jump(2)
    const request = (await factory()).open('test', 2)
    await new Promise((resolve) => (request.onblocked = resolve))
    jump(-2)
    await put(database, 1, 1)
    expect(await ask('SELECT count(*) FROM $schema.connections')).toEqual([['1']])
    database.close()
    expect((await resultOf(request)).version).toBe(2)
  })

  test('a disk that is full fails the transaction, and leaves nothing of it', async (context) => {
    const place = await mkdtemp(join(tmpdir(), 'idb-everywhere-small-'))
    await chmod(place, 0o755)
    const mounted = await mount(place)
    if (!mounted) return context.skip('only root can mount a small disk')
    try {
      const database = await opened()
      await ask(`CREATE TABLESPACE small LOCATION '${place}/data'`)
      await ask('ALTER TABLE $schema.records SET TABLESPACE small')
      await put(database, 'kept', 'kept')
      const transaction = database.transaction('s', 'readwrite')
      for (let i = 0; i < 40; i++) transaction.objectStore('s').put(new Uint8Array(1_000_000), i)
      await expect(completion(transaction)).rejects.toMatchObject({
        name: 'QuotaExceededError',
        cause: { code: 'ERR_IDB_FULL', systemCode: '53100', database: 'test' },
      })
      expect(await resultOf(database.transaction('s').objectStore('s').getAllKeys())).toEqual([
        'kept',
      ])
      await put(database, 'more', 'kept')
      await ask('ALTER TABLE $schema.records SET TABLESPACE pg_default')
      await ask('DROP TABLESPACE small')
    } finally {
      await promisify(execFile)('umount', ['-l', place])
    }
  })
})

/** Whether a disk of 16 MiB is there now, on which the server may write. */
async function mount(place: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  try {
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', place])
  } catch {
    return false
  }
  await mkdir(join(place, 'data'))
  await chown(join(place, 'data'), 65_534, 65_534)
  return true
}
