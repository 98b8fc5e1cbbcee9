/** Connecting again to what was open at an owner that is gone. */
import { describe, expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import type { HostTransaction } from '../../../src/protocol/protocol.ts'
import {
  attach,
  createStores,
  deleteDatabase,
  listDatabases,
  open,
  put,
  scan,
  settle,
  store,
  Tester,
} from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { transports } from '../../kit/transports.ts'

const changes = createStores(store(1))
const otherVersion = { name: 'VersionError' }
const gone = { name: 'NotFoundError' }

describe.each(transports)('attaching %s', (_title, transport) => {
  /** A host over a directory in which there is a database of version 1, closed. */
  async function fixture() {
    const storage = new ModelDirectory()
    const host = transport(createHost({ storage, durability: 'relaxed' }))
    const first = await open(host, 'db', { changes })
    first.close()
    await settle()
    storage.log.length = 0
    return { storage, host, log: [] as string[] }
  }

  test('opens the file of a closed database, and the last connection closes it', async () => {
    const { storage, host } = await fixture()
    const connection = await attach(host, 'db', 1)
    expect([connection.name, connection.schema.version]).toEqual(['db', 1])
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    expect(await transaction.commit()).toBe('committed')
    connection.close()
    await settle()
    expect(storage.opened).toEqual([])
  })

  test('joins those that have it open, and asks none of them to close', async () => {
    const { storage, host, log } = await fixture()
    await open(host, 'db', { log })
    const connection = await attach(host, 'db', 1)
    expect(log).toEqual(['opened'])
    expect(storage.opened).toHaveLength(1)
    expect(connection.schema.stores.size).toBe(1)
  })

  test.each([0.5, 2])('to a database of another version fails: %d', async (factor) => {
    const { storage, host } = await fixture()
    const second = await open(host, 'db', { version: 4 })
    await expect(attach(host, 'db', 4 * factor)).rejects.toMatchObject(otherVersion)
    second.close()
    await settle()
    await expect(attach(host, 'db', 4 * factor)).rejects.toMatchObject(otherVersion)
    await settle()
    expect(storage.opened).toEqual([])
  })

  test('to a database that is gone fails, and makes none', async () => {
    const { storage, host } = await fixture()
    await expect(attach(host, 'other', 1)).rejects.toMatchObject(gone)
    expect(await deleteDatabase(host, 'db')).toBe(1)
    await expect(attach(host, 'db', 1)).rejects.toMatchObject(gone)
    expect([...storage.files.keys()]).toEqual([])
  })

  test('to a file that cannot be opened fails, and the next attempt finds it', async () => {
    const { storage, host } = await fixture()
    storage.before.set('open', () => {
      throw new StorageError('io', 'cannot be read')
    })
    await expect(attach(host, 'db', 1)).rejects.toMatchObject({ name: 'UnknownError' })
    storage.before.clear()
    expect((await attach(host, 'db', 1)).schema.version).toBe(1)
  })

  test('joins those that a waiting upgrade asks to close, and is asked as well', async () => {
    const { host, log } = await fixture()
    const holder = await open(host, 'db')
    const upgraded = open(host, 'db', { version: 2, log })
    await settle()
    expect(log).toEqual(['blocked 1 2'])
    const late = await attach(host, 'db', 1, { log })
    await settle()
    expect(log).toEqual(['blocked 1 2', 'attached', 'versionchange 1 2'])
    holder.close()
    await settle()
    expect(log).toHaveLength(3)
    late.close()
    expect((await upgraded).schema.version).toBe(2)
  })

  test('joins those that a waiting deletion asks to close, and it goes on when all have', async () => {
    const { storage, host, log } = await fixture()
    const holder = await open(host, 'db')
    const deleted = deleteDatabase(host, 'db')
    await settle()
    const late = await attach(host, 'db', 1, { log, onVersionChange: 'close' })
    holder.close()
    expect(await deleted).toBe(1)
    await late.closed
    expect(log).toEqual(['attached', 'versionchange 1 null'])
    expect(storage.files.size).toBe(0)
  })

  test('comes before the requests that wait after one that is blocked', async () => {
    const { host, log } = await fixture()
    const holder = await open(host, 'db')
    const outcomes = Promise.all([
      open(host, 'db', { version: 2, onVersionChange: 'close' }),
      deleteDatabase(host, 'db'),
    ])
    await settle()
    const late = await attach(host, 'db', 1, { log, onVersionChange: 'close' })
    holder.close()
    expect((await outcomes)[1]).toBe(2)
    await late.closed
    expect(log).toEqual(['attached', 'versionchange 1 2'])
  })

  test.each(['commit', 'abort'] as const)(
    'during an upgrade is answered with what is true after it: %s',
    async (end) => {
      const { host } = await fixture()
      let upgrade: HostTransaction | null = null
      const upgraded = open(host, 'db', { version: 2, upgrade: (_, it) => (upgrade = it) })
      const outcome = upgraded.catch(() => 'aborted')
      await settle()
      const attached = attach(host, 'db', 1)
      const answer = attached.then(
        () => 'attached',
        ({ name }) => name,
      )
      await settle()
      if (!upgrade) throw new Error('unreachable: it has not started')
      ;(upgrade as HostTransaction)[end === 'commit' ? 'commit' : 'abort'](0)
      await outcome
      expect(await answer).toBe(end === 'commit' ? 'VersionError' : 'attached')
    },
  )

  test('while the file is being closed or deleted is answered after that', async () => {
    const { host } = await fixture()
    const connection = await open(host, 'db')
    connection.close()
    const again = await attach(host, 'db', 1)
    again.close()
    await settle()
    const deleted = deleteDatabase(host, 'db')
    const late = attach(host, 'db', 1)
    const outcomes = await Promise.allSettled([deleted, late])
    expect(outcomes[0]).toMatchObject({ value: 1 })
    expect(outcomes[1]).toMatchObject({ reason: gone })
  })

  describe('while the host recovers', () => {
    /** A host that recovers until `end()`, over a directory with the databases `db` and `other`. */
    async function recovering() {
      const storage = new ModelDirectory()
      const before = createHost({ storage, durability: 'relaxed' })
      for (const name of ['db', 'other']) await open(before, name, { changes })
      await before.close()
      let end = (): void => {}
      const recovery = new Promise<void>((resolve) => (end = resolve))
      const owner = createHost({ storage, durability: 'relaxed', recovery })
      return { storage, owner, host: transport(owner), log: [] as string[], end }
    }

    test('it goes ahead, and all requests wait', async () => {
      const { host, log, end } = await recovering()
      const noted = (title: string, promise: Promise<unknown>) =>
        promise.then(() => log.push(title))
      const waiting = [
        noted('listed', listDatabases(host)),
        noted('upgraded', open(host, 'db', { version: 2 })),
        noted('opened other', open(host, 'other')),
        noted('deleted third', deleteDatabase(host, 'third')),
      ]
      await settle()
      expect(log).toEqual([])
      await attach(host, 'db', 1, { log, onVersionChange: 'close' })
      await settle()
      expect(log).toEqual(['attached'])
      end()
      await Promise.all(waiting)
      expect(log.slice(1).sort()).toEqual(
        ['versionchange 1 2', 'listed', 'upgraded', 'opened other', 'deleted third'].sort(),
      )
    })

    test('a request that is cancelled fails at once', async () => {
      const { host, end } = await recovering()
      let failed = ''
      const listener = {
        blocked() {},
        deleted() {},
        failed: ({ name = '' }) => void (failed = name),
      }
      host.delete('db', listener).cancel()
      await settle()
      expect(failed).toBe('AbortError')
      end()
      expect(await listDatabases(host)).toHaveLength(2)
    })

    test('what resumes starts, and the others after it, in order', async () => {
      const { host, log, end } = await recovering()
      const connection = await attach(host, 'db', 1)
      const fresh = ['a', 'b'].map((title) => new Tester(connection, { log, title }))
      for (const it of fresh) void it.execute(put(1)).then(() => it.commit())
      const resumed = ['x', 'y'].map(
        (title) => new Tester(connection, { log, title, resumes: true }),
      )
      for (const it of resumed) void it.execute(put(1)).then(() => it.commit())
      await Promise.all(resumed.map((it) => it.ended))
      await settle()
      expect(log).toEqual(['x put done', 'x committed', 'y put done', 'y committed'])
      end()
      await Promise.all(fresh.map((it) => it.ended))
      expect(log.slice(4)).toEqual(['a put done', 'a committed', 'b put done', 'b committed'])
    })

    test('a transaction that is aborted before it may start does nothing', async () => {
      const { storage, host, end } = await recovering()
      const connection = await attach(host, 'db', 1)
      const transaction = new Tester(connection)
      void transaction.execute(put(1))
      transaction.transaction.abort()
      await settle()
      end()
      const reader = new Tester(connection, { mode: 'readonly' })
      expect((await reader.execute(scan())).records).toEqual([])
      expect(storage.log).not.toContain('put')
    })

    test('closing fails the requests, lets the transactions end, and the host can be used again', async () => {
      const { storage, owner, host, log } = await recovering()
      const opened = open(host, 'other').catch(({ name }) => name)
      const connection = await attach(host, 'db', 1, { log })
      const transaction = new Tester(connection)
      const written = transaction.execute(put(1))
      void transaction.commit()
      await settle()
      await owner.close()
      await written
      expect(await transaction.ended).toBe('committed')
      expect(await opened).toBe('AbortError')
      expect(storage.opened).toEqual([])
      expect((await open(owner, 'db')).schema.version).toBe(1)
    })

    test('the end of a recovery that fails is an end', async () => {
      const storage = new ModelDirectory()
      const recovery = Promise.reject(new Error('no one came'))
      const host = transport(createHost({ storage, durability: 'relaxed', recovery }))
      expect((await open(host, 'db')).schema.version).toBe(1)
    })
  })
})
