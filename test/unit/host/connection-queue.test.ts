import { describe, expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import {
  createStores,
  deleteDatabase,
  listDatabases,
  open,
  put,
  store,
  Tester,
  settle,
} from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { transports } from '../../kit/transports.ts'

describe.each(transports)('%s', (_title, transport) => {
  function fixture(durability: 'relaxed' | 'strict' = 'relaxed') {
    const storage = new ModelDirectory()
    const host = transport(createHost({ storage, durability }))
    return { storage, host, log: [] as string[] }
  }

  describe('opening', () => {
    test('without a version creates version 1, then opens what there is', async () => {
      const { host, log } = fixture()
      expect((await open(host, 'db', { log })).schema.version).toBe(1)
      expect((await open(host, 'db', { log })).schema.version).toBe(1)
      expect(log).toEqual(['upgradeNeeded 0 1', 'upgrade committed', 'opened', 'opened'])
    })

    test('with a lower version fails with VersionError', async () => {
      const { host } = fixture()
      await open(host, 'db', { version: 3 })
      await expect(open(host, 'db', { version: 2 })).rejects.toMatchObject({ name: 'VersionError' })
    })

    test('with a higher version waits for the other connections', async () => {
      const { host, log } = fixture()
      const first = await open(host, 'db', { log })
      const second = open(host, 'db', { version: 2, log })
      await settle()
      expect(log.slice(3)).toEqual(['versionchange 1 2', 'blocked 1 2'])
      first.close()
      await second
      expect(log.slice(5)).toEqual(['upgradeNeeded 1 2', 'upgrade committed', 'opened'])
    })

    test('is not blocked by connections that close in versionchange', async () => {
      const { host, log } = fixture()
      await open(host, 'db', { log, onVersionChange: 'close' })
      await open(host, 'db', { version: 2, log })
      expect(log).not.toContain('blocked 1 2')
    })

    test('is blocked by a closing connection whose transaction still lives, without telling it again', async () => {
      const { host, log } = fixture()
      const first = await open(host, 'db', { log, changes: createStores(store(1)) })
      const transaction = new Tester(first)
      await transaction.execute(put(1))
      first.close()
      log.length = 0
      const second = open(host, 'db', { version: 2, log })
      await settle()
      expect(log).toEqual(['blocked 1 2'])
      await transaction.commit()
      expect((await second).schema.version).toBe(2)
    })

    test('waits for the answer of each connection before it says blocked', async () => {
      const { host, log } = fixture()
      const first = await open(host, 'db')
      let answer = () => {}
      first.listen({
        versionChange: (_old, _new, delivered) => (answer = delivered),
        closing: () => {},
        closed: () => {},
      })
      const second = open(host, 'db', { version: 2, log })
      await settle()
      expect(log).toEqual([])
      answer()
      await settle()
      expect(log).toEqual(['blocked 1 2'])
      first.close()
      await second
    })

    test('requests of one name are processed in order, those of another beside them', async () => {
      const { host, log } = fixture()
      const blocker = await open(host, 'db')
      const second = open(host, 'db', { version: 2, log, onVersionChange: 'close' })
      const third = open(host, 'db', { version: 3, log })
      expect((await open(host, 'other')).name).toBe('other')
      await settle()
      expect(log).toEqual(['blocked 1 2'])
      blocker.close()
      await Promise.all([second, third])
      expect(log.filter((line) => line.startsWith('upgradeNeeded'))).toEqual([
        'upgradeNeeded 1 2',
        'upgradeNeeded 2 3',
      ])
    })

    test('a file that cannot be opened is a failure, and tried again by the next request', async () => {
      const { host, storage } = fixture()
      storage.before.set('open', () => {
        throw new StorageError('corrupt', 'not a database')
      })
      const failed = open(host, 'db')
      await expect(failed).rejects.toMatchObject({
        name: 'UnknownError',
        message: 'not a database',
      })
      storage.before.clear()
      expect((await open(host, 'db')).schema.version).toBe(1)
    })
  })

  describe('upgrading', () => {
    test('an aborted upgrade restores the schema and fails the request with AbortError', async () => {
      const { host, storage } = fixture()
      const first = await open(host, 'db', { changes: createStores(store(1)) })
      first.close()
      const changes = createStores(store(2))
      const failed = open(host, 'db', { version: 2, changes, upgrade: (_, it) => it.abort() })
      await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
      const again = await open(host, 'db')
      expect([again.schema.version, [...again.schema.stores.keys()]]).toEqual([1, [1]])
      expect(storage.files.get('db')?.schema).toEqual(again.schema)
    })

    test('an aborted creation leaves no database', async () => {
      const { host } = fixture()
      const failed = open(host, 'db', { upgrade: (_, it) => it.abort() })
      await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
      expect(await listDatabases(host)).toEqual([])
      await open(host, 'db', { changes: createStores(store(1)) })
      expect((await open(host, 'db')).schema.stores.size).toBe(1)
    })

    test('closing the connection in the upgrade commits it and fails the request with AbortError', async () => {
      const { host, log } = fixture()
      const failed = open(host, 'db', {
        log,
        upgrade(connection, transaction) {
          connection.close()
          transaction.commit(0)
        },
      })
      await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
      expect(log).toEqual(['upgradeNeeded 0 1', 'upgrade committed', 'failed AbortError'])
      expect(await listDatabases(host)).toEqual([{ name: 'db', version: 1 }])
    })

    test('storage that fails tells aborted, then fails the request', async () => {
      const { host, storage, log } = fixture()
      storage.before.set('createObjectStore', () => {
        throw new StorageError('full', 'disk full')
      })
      const failed = open(host, 'db', { log, changes: createStores(store(1)) })
      await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
      expect(log).toEqual([
        'upgradeNeeded 0 1',
        'createObjectStore failed QuotaExceededError',
        'upgrade aborted QuotaExceededError',
        'failed AbortError',
      ])
    })

    test('an upgrade that cannot begin fails the request and holds up no other', async () => {
      const { host, storage } = fixture()
      storage.before.set('begin', () => {
        throw new StorageError('io', 'read-only file system')
      })
      await expect(open(host, 'db')).rejects.toMatchObject({ name: 'UnknownError' })
      storage.before.clear()
      expect((await open(host, 'db')).schema.version).toBe(1)
    })

    test('a strict host syncs an upgrade before it is opened', async () => {
      const { host, storage } = fixture('strict')
      await open(host, 'db')
      expect(storage.log.at(-1)).toBe('sync')
    })

    test('an upgrade whose sync fails is aborted, and the database is read again', async () => {
      const { host, storage, log } = fixture('strict')
      storage.before.set('sync', () => {
        throw new StorageError('io', 'no')
      })
      await expect(open(host, 'db', { log })).rejects.toMatchObject({ name: 'AbortError' })
      storage.before.clear()
      await open(host, 'db', { log })
      expect(storage.log.filter((step) => step === 'open')).toHaveLength(2)
      expect(log).toContain('upgrade aborted UnknownError')
    })
  })

  describe('deleting', () => {
    test('a missing database is deleted with old version 0', async () => {
      const { host } = fixture()
      expect(await deleteDatabase(host, 'db')).toBe(0)
    })

    test('waits for the connections and tells the old version', async () => {
      const { host, storage, log } = fixture()
      const connection = await open(host, 'db', { version: 4, log })
      log.length = 0
      const deleted = deleteDatabase(host, 'db', log)
      await settle()
      expect(log).toEqual(['versionchange 4 null', 'blocked 4 null'])
      connection.close()
      expect(await deleted).toBe(4)
      expect(storage.files.size).toBe(0)
    })

    test('opens after a deletion create it again', async () => {
      const { host } = fixture()
      await open(host, 'db', { version: 4, onVersionChange: 'close' })
      const deleted = deleteDatabase(host, 'db')
      const opened = open(host, 'db')
      expect([await deleted, (await opened).schema.version]).toEqual([4, 1])
    })

    test('a failed deletion is told', async () => {
      const { host, storage } = fixture()
      storage.before.set('delete', () => {
        throw new StorageError('busy', 'in use')
      })
      await expect(deleteDatabase(host, 'db')).rejects.toMatchObject({ name: 'UnknownError' })
    })
  })

  describe('listing', () => {
    test('names what was committed and not deleted', async () => {
      const { host } = fixture()
      await open(host, 'a', { version: 2, onVersionChange: 'close' })
      expect(await listDatabases(host)).toEqual([{ name: 'a', version: 2 }])
      await open(host, 'b')
      await deleteDatabase(host, 'a')
      expect(await listDatabases(host)).toEqual([{ name: 'b', version: 1 }])
    })

    test('an upgrade under way is listed with its last committed version', async () => {
      const { host } = fixture()
      const first = await open(host, 'db')
      first.close()
      let listed: unknown
      let created: unknown
      await open(host, 'db', {
        version: 2,
        async upgrade(_, transaction) {
          listed = await listDatabases(host)
          transaction.commit(0)
        },
      })
      await open(host, 'new', {
        async upgrade(_, transaction) {
          created = await listDatabases(host)
          transaction.commit(0)
        },
      })
      expect(listed).toEqual([{ name: 'db', version: 1 }])
      expect(created).toEqual([{ name: 'db', version: 2 }])
    })

    test('a failure is told and not kept', async () => {
      const { host, storage } = fixture()
      storage.before.set('list', () => {
        throw new StorageError('busy', 'owned by process 7')
      })
      await expect(listDatabases(host)).rejects.toMatchObject({ message: 'owned by process 7' })
      storage.before.clear()
      expect(await listDatabases(host)).toEqual([])
    })
  })
})

function fixture() {
  const storage = new ModelDirectory()
  return { storage, host: createHost({ storage, durability: 'relaxed' }), log: [] as string[] }
}

describe('closing', () => {
  test('the last connection to close closes the file', async () => {
    const { host, storage } = fixture()
    const [first, second] = [await open(host, 'db'), await open(host, 'db')]
    first.close()
    await settle()
    expect(storage.opened).toHaveLength(1)
    second.close()
    await settle()
    expect(storage.opened).toHaveLength(0)
  })

  test('a file that cannot be closed is reported', async () => {
    const storage = new ModelDirectory()
    const reports: string[] = []
    const report = ({ message }: { message: string }) => void reports.push(message)
    const host = createHost({ storage, durability: 'relaxed', report })
    const connection = await open(host, 'db')
    storage.before.set('close', () => {
      throw new StorageError('io', 'no')
    })
    connection.close()
    await settle()
    expect(reports).toEqual(['no'])
  })

  test('close() waits for transactions, fails what has not started, and frees the directory', async () => {
    const { host, storage, log } = fixture()
    const connection = await open(host, 'db', { changes: createStores(store(1)) })
    const transaction = new Tester(connection, { title: 'tx', log })
    await transaction.execute(put(1))
    const blocked = open(host, 'db', { version: 2, log })
    const waiting = open(host, 'db', { log })
    const closed = host.close().then(() => log.push('closed'))
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    await transaction.commit()
    await expect(blocked).rejects.toMatchObject({ name: 'AbortError' })
    await closed
    expect(log.at(-1)).toBe('closed')
    expect(storage.log.slice(-2)).toEqual(['close', 'close directory'])
  })

  test('a transaction on a connection the host has closed is aborted', async () => {
    const { host } = fixture()
    const connection = await open(host, 'db', { changes: createStores(store(1)) })
    connection.forceClose()
    expect(await new Tester(connection).ended).toBe('aborted AbortError')
  })
})
