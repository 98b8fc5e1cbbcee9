/** What became of a commit whose answer was lost. */
import { describe, expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import type {
  CommitMark,
  Durability,
  HostConnection,
  HostTransaction,
} from '../../../src/protocol/protocol.ts'
import {
  count,
  createStores,
  deleteDatabase,
  open,
  outcomeOf,
  put,
  scan,
  settle,
  store,
  Tester,
} from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { transports } from '../../kit/transports.ts'

const markOf = (number: number, client = 'client', slot = 0): CommitMark => ({
  client,
  slot,
  number,
})

const firstAsked = { resumes: false, wasAsked: false }

describe.each(transports)('the outcome %s', (_title, transport) => {
  async function fixture(durability: Durability = 'relaxed') {
    const storage = new ModelDirectory()
    const owner = createHost({ storage, durability: 'relaxed' })
    const host = transport(owner)
    const connection = await open(host, 'db', { changes: createStores(store(1)) })
    const commit = async (mark?: CommitMark) => {
      const transaction = new Tester(connection, { durability })
      await transaction.execute(put(1))
      return transaction.commit(0, mark)
    }
    const close = async () => {
      connection.close()
      await settle()
    }
    return { storage, owner, host, connection, commit, close }
  }

  test('is committed for the last commit of a slot alone', async () => {
    const { host, commit } = await fixture()
    await commit(markOf(1))
    await commit(markOf(4, 'other'))
    await commit()
    await commit(markOf(2))
    expect(await outcomeOf(host, 'db', markOf(2))).toBe('committed')
    expect(await outcomeOf(host, 'db', markOf(4, 'other'))).toBe('committed')
    expect(await outcomeOf(host, 'db', markOf(3))).toBe('absent')
    expect(await outcomeOf(host, 'db', markOf(2, 'client', 1))).toBe('absent')
    expect(await outcomeOf(host, 'db', markOf(2, 'third'))).toBe('absent')
    // It has made another since, so it must have had the answer.
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('unknown')
  })

  test('of a closed database is in its file, which is closed again', async () => {
    const { storage, host, commit, close } = await fixture()
    await commit(markOf(1))
    await close()
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('committed')
    expect(await outcomeOf(host, 'db', markOf(2))).toBe('absent')
    await settle()
    expect(storage.opened).toEqual([])
  })

  test('of a database that there is not is absent, and none is made', async () => {
    const { storage, host, close } = await fixture()
    expect(await outcomeOf(host, 'other', markOf(1))).toBe('absent')
    await close()
    await deleteDatabase(host, 'db')
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('absent')
    await settle()
    expect([storage.files.size, storage.opened.length]).toEqual([0, 0])
  })

  test('of a deleted and newly made database is absent', async () => {
    const { host, commit, close } = await fixture()
    await commit(markOf(1))
    await close()
    await deleteDatabase(host, 'db')
    await open(host, 'db')
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('absent')
  })

  test('of a database that is missing, or another, is unknown to one that knows its number', async () => {
    const { owner, host, connection, commit, close } = await fixture()
    const number = (await open(owner, 'db')).identify()
    await commit(markOf(1))
    expect(await outcomeOf(host, 'db', markOf(1), number)).toBe('committed')
    expect(await outcomeOf(host, 'db', markOf(2), number)).toBe('absent')
    connection.forceClose()
    await close()
    await owner.close()
    await deleteDatabase(host, 'db')
    expect(await outcomeOf(host, 'db', markOf(1), number)).toBe('unknown')
    await open(host, 'db')
    expect(await outcomeOf(host, 'db', markOf(1), number)).toBe('unknown')
  })

  test('of the first upgrade of a database that its owner did not live to commit is absent', async () => {
    const { storage, owner } = await fixture()
    const origin = { mark: markOf(1), ...firstAsked, mayBeLost: true, outlivesOwner: true }
    const number = await new Promise<number | null>((resolve) => {
      const upgrade = (connection: HostConnection): void => resolve(connection.identify())
      void open(owner, 'new', { origin, upgrade }).catch(() => {})
    })
    const left = new ModelDirectory()
    left.takeOver(storage)
    const next = transport(createHost({ storage: left, durability: 'relaxed' }))
    expect(await outcomeOf(next, 'new', markOf(2), number)).toBe('absent')
    expect(await outcomeOf(next, 'other', markOf(2), number)).toBe('unknown')
    await settle()
    // For an owner after that one, until an upgrade is begun again.
    expect(left.files.has('new')).toBe(true)
    const again = { upgrade: (_: HostConnection, it: HostTransaction): void => it.abort() }
    await expect(open(next, 'new', again)).rejects.toMatchObject({ name: 'AbortError' })
    await settle()
    expect(left.files.has('new')).toBe(false)
  })

  test('is unknown where marks were lost, unless the mark is there', async () => {
    const { storage, host, commit, close } = await fixture()
    await commit(markOf(1))
    await close()
    const file = storage.files.get('db')
    if (!file) throw new Error('unreachable: the file is missing')
    file.marks.hasLostSome = true
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('committed')
    expect(await outcomeOf(host, 'db', markOf(2))).toBe('absent')
    expect(await outcomeOf(host, 'db', markOf(1, 'other'))).toBe('unknown')
  })

  test('is told once the disk has the commit, also where another owner has made it', async () => {
    const { storage, host, commit, close } = await fixture()
    await commit(markOf(1))
    await close()
    storage.log.length = 0
    await outcomeOf(host, 'db', markOf(1))
    await settle()
    expect(storage.log).toEqual(['open', 'markOf', 'sync', 'close'])
  })

  test('is a failure where the disk does not take it', async () => {
    const { storage, host, commit } = await fixture()
    await commit(markOf(1))
    storage.before.set('sync', () => {
      throw new StorageError('io', 'no sync')
    })
    await expect(outcomeOf(host, 'db', markOf(1))).rejects.toMatchObject({ message: 'no sync' })
    storage.before.clear()
    await settle()
    expect(storage.opened).toEqual([])
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('committed')
  })

  test('is told while an upgrade waits, and while it runs', async () => {
    const { host, connection, commit } = await fixture()
    await commit(markOf(1))
    let started = (): void => {}
    const running = new Promise<void>((resolve) => (started = resolve))
    void open(host, 'db', { version: 2, upgrade: started }).catch(() => {})
    await settle()
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('committed')
    connection.close()
    await running
    expect(await outcomeOf(host, 'db', markOf(2))).toBe('absent')
  })

  test('is told while the host recovers', async () => {
    const { storage, owner, commit } = await fixture()
    await commit(markOf(1))
    await owner.close()
    const recovery = new Promise<void>(() => {})
    const next = transport(createHost({ storage, durability: 'relaxed', recovery }))
    expect(await outcomeOf(next, 'db', markOf(1))).toBe('committed')
    expect(await outcomeOf(next, 'other', markOf(1))).toBe('absent')
  })

  test('an upgrade leaves its mark', async () => {
    const { host, close } = await fixture()
    await close()
    await open(host, 'db', { version: 2, mark: markOf(5) })
    expect(await outcomeOf(host, 'db', markOf(5))).toBe('committed')
  })

  test('a transaction that is aborted or only read leaves none', async () => {
    const { host, connection } = await fixture()
    const aborted = new Tester(connection)
    await aborted.execute(put(1))
    aborted.transaction.abort()
    const failing = new Tester(connection)
    await failing.execute(put(1))
    await failing.execute(put(1, [1], { overwrite: false }))
    expect(await failing.commit(0, markOf(1))).toBe('aborted ConstraintError')
    const reading = new Tester(connection)
    await reading.execute(scan())
    await reading.execute(count())
    expect(await reading.commit(0, markOf(2))).toBe('committed')
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('absent')
    expect(await outcomeOf(host, 'db', markOf(2))).toBe('absent')
  })

  test('a client that leaves has its marks forgotten with the next commit', async () => {
    const { storage, host, commit } = await fixture()
    await commit(markOf(1))
    await commit(markOf(1, 'other'))
    storage.log.length = 0
    host.forgetMarks('client')
    await commit()
    expect(storage.log).toEqual(['begin', 'put', 'forgetMarks', 'commit'])
    await commit()
    expect(storage.log.slice(4)).toEqual(['begin', 'put', 'commit'])
    expect(await outcomeOf(host, 'db', markOf(1))).toBe('absent')
    expect(await outcomeOf(host, 'db', markOf(1, 'other'))).toBe('committed')
  })

  test('without another commit they are forgotten as the file is closed', async () => {
    const { storage, host, commit, close } = await fixture()
    await commit(markOf(1))
    host.forgetMarks('client')
    await close()
    expect(storage.files.get('db')?.marks.clients.size).toBe(0)
  })

  test('marks that cannot be forgotten are reported, and the file is closed', async () => {
    const reports: string[] = []
    const storage = new ModelDirectory()
    const report = ({ message }: { message: string }) => void reports.push(message)
    const host = transport(createHost({ storage, durability: 'relaxed', report }))
    const connection = await open(host, 'db')
    host.forgetMarks('client')
    storage.before.set('forgetMarks', () => {
      throw new StorageError('full', 'no room')
    })
    connection.close()
    await settle()
    expect([reports, storage.opened]).toEqual([['no room'], []])
  })
})
