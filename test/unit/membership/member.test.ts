import { describe, expect, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import { Member } from '../../../src/membership/member.ts'
import type { FoundOwn, Peer } from '../../../src/membership/peer.ts'
import type { HostConnection, HostTransaction } from '../../../src/protocol/protocol.ts'
import {
  count,
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
import { SharedDirectory } from '../../kit/shared/directory.ts'

const changes = createStores(store(1))

/** A member that finds what a test gives it. */
function memberWith(peer: Peer): Member {
  return new Member({ peer, client: 'a', durability: 'relaxed', place: {}, report: () => {} })
}

/** Makes a database that all tests use, and an owner that is no member. */
async function fixture(options: ConstructorParameters<typeof SharedDirectory>[0] = {}) {
  const directory = new SharedDirectory(options)
  directory.startStranger()
  const client = directory.member('client')
  const connection = await open(client, 'db', { changes })
  return { directory, client, connection }
}

describe('an owner', () => {
  test('gives its own realm the transactions of the host', async () => {
    const directory = new SharedDirectory()
    const member = directory.member('a')
    const connection = await open(member, 'db', { changes })
    expect(member.state).toBe('owner')
    const listener = { wentAhead() {}, caughtUp() {}, declined() {}, committed() {}, aborted() {} }
    const transaction = connection.createTransaction([1], 'readwrite', 'default', listener)
    expect(transaction.constructor.name).toBe('Transaction')
    transaction.abort()
  })

  test('that its realm does not use lets go of the directory when a client comes', async () => {
    const directory = new SharedDirectory()
    const [owner, other] = [directory.member('a', { idleMs: 0 }), directory.member('b')]
    const connection = await open(owner, 'db', { changes })
    const others = await open(other, 'db')
    expect([owner.state, other.state]).toEqual(['owner', 'client'])
    connection.close()
    while (other.state !== 'owner') await settle()
    expect(owner.state).toBe('away')
    expect(await new Tester(others).commit()).toBe('committed')
  })

  test('keeps the directory while nobody else is there', async () => {
    const directory = new SharedDirectory()
    const owner = directory.member('a', { idleMs: 0 })
    const connection = await open(owner, 'db', { changes })
    connection.close()
    await connection.closed
    await settle()
    expect(owner.state).toBe('owner')
    await owner.close()
    expect([owner.state, directory.owner]).toEqual(['away', null])
  })

  test('that is closed closes its peer, and is of use all the same', async () => {
    const directory = new SharedDirectory()
    const close = vi.fn<() => void>()
    const peer = { ...directory.peer(), close }
    const member = directory.member('a', { peer })
    const connection = await open(member, 'db', { changes })
    connection.close()
    await connection.closed
    expect(close).not.toHaveBeenCalled()
    await member.close()
    expect(close).toHaveBeenCalledOnce()
    const reopened = await open(member, 'db')
    expect((await new Tester(reopened).execute(count())).result).toBe(0)
  })

  test('that closes hands over to its clients, whose transactions go on', async () => {
    const directory = new SharedDirectory()
    const [owner, other] = [directory.member('a'), directory.member('b')]
    const own = await open(owner, 'db', { changes })
    const others = await open(other, 'db')
    const transaction = new Tester(others)
    await transaction.execute(put(1, [7]))
    own.close()
    await owner.close()
    expect((await transaction.execute(scan())).records).toHaveLength(1)
    expect(await transaction.commit()).toBe('committed')
    expect(other.state).toBe('owner')
    expect(other.counts.replayed).toBe(1)
  })

  test('that hands over while a client commits the first upgrade of a database has it committed by the next', async () => {
    const directory = new SharedDirectory()
    const [owner, client] = [directory.member('owner'), directory.member('client')]
    await open(owner, 'other', { changes })
    const log: string[] = []
    const upgrade = (_connection: HostConnection, transaction: HostTransaction): void => {
      transaction.commit(0)
      directory.askToHandOver('owner')
    }
    const connection = await open(client, 'db', { changes, log, upgrade })
    const told = ['upgradeNeeded 0 1', 'createObjectStore done', 'upgrade committed', 'opened']
    expect(log).toEqual(told)
    expect((await new Tester(connection).execute(count())).result).toBe(0)
    expect(client.counts).toMatchObject({ unknown: 0 })
  })

  test('knows what it waits for while others may be on their way from the former owner', async () => {
    const directory = new SharedDirectory()
    directory.startStranger()
    const [next, other] = [directory.member('a'), directory.member('b')]
    const own = await open(next, 'db', { changes })
    const others = await open(other, 'db')
    others.close()
    await settle()
    directory.kill()
    while (next.state !== 'owner') await settle()
    expect(other.state).toBe('away')
    const listener = { wentAhead() {}, caughtUp() {}, declined() {}, committed() {}, aborted() {} }
    const transaction = own.createTransaction([1], 'readwrite', 'default', listener)
    expect(transaction.constructor.name).toBe('MemberTransaction')
    transaction.abort()
  })

  test('that hands over ends its own transactions first and keeps its connections', async () => {
    const directory = new SharedDirectory()
    const [owner, other] = [directory.member('a'), directory.member('b')]
    const log: string[] = []
    const own = await open(owner, 'db', { changes, log })
    const others = await open(other, 'db')
    const running = new Tester(own)
    await running.execute(put(1, [1]))
    directory.askToHandOver('a')
    await settle()
    const later = new Tester(own)
    const counted = later.execute(count())
    await settle()
    expect([owner.state, directory.owner?.client]).toEqual(['leaving', 'a'])
    expect(await running.commit()).toBe('committed')
    expect((await counted).result).toBe(1)
    expect(await later.commit()).toBe('committed')
    await settle()
    expect([owner.state, other.state].sort()).toEqual(['client', 'owner'])
    expect(log).toEqual([
      'upgradeNeeded 0 1',
      'createObjectStore done',
      'upgrade committed',
      'opened',
    ])
    expect(await new Tester(others).commit()).toBe('committed')
  })
})

describe('an owner that is it a second time', () => {
  test('hears nothing more of the clients that it had the first time', async () => {
    const owning: { news(clients: readonly string[]): void }[] = []
    let handOver = (): void => {}
    const host = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
    const own = (): FoundOwn => ({
      type: 'own',
      host,
      recovered() {},
      onClients: (news) => void owning.push({ news }),
      leave: () => host.close(),
      gone: new Promise(() => {}),
    })
    const look: Peer['look'] = async (looking) => {
      handOver = looking.handOver ?? handOver
      return own()
    }
    const member = memberWith({ look })
    const connection = await open(member, 'db', { changes })
    owning[0]?.news(['b'])
    handOver()
    while (owning.length < 2 || member.state !== 'owner') await settle()
    owning[1]?.news(['b'])
    owning[0]?.news([])
    const listener = { wentAhead() {}, caughtUp() {}, declined() {}, committed() {}, aborted() {} }
    await settle()
    const transaction = connection.createTransaction([1], 'readwrite', 'default', listener)
    // Which may wait for theirs.
    expect(transaction.constructor.name).toBe('MemberTransaction')
    transaction.abort()
    await member.close()
  })
})

describe('an owner that cannot free the directory', () => {
  function failing() {
    const directory = new SharedDirectory()
    const reports: string[] = []
    const member = directory.member('a', { report: ({ message }) => reports.push(message) })
    const error = new StorageError('io', 'It is stuck')
    directory.storage.before.set('close directory', () => {
      throw error
    })
    return { directory, member, reports }
  }

  test('reports it where it hands over, and none waits for that', async () => {
    const { directory, member, reports } = failing()
    await open(member, 'db', { changes })
    directory.askToHandOver('a')
    while (reports.length === 0) await settle()
    expect(reports).toEqual(['It is stuck'])
    directory.release()
  })

  test('fails a close() that came while it looked', async () => {
    let find = (_found: FoundOwn): void => {}
    const looked = new Promise<FoundOwn>((resolve) => (find = resolve))
    const member = memberWith({ look: () => looked })
    const opened = open(member, 'db')
    const closed = member.close()
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' })
    const leave = (): Promise<void> => Promise.reject(new StorageError('io', 'It is stuck'))
    find({ type: 'own', leave } as Partial<FoundOwn> as FoundOwn) // Nothing else is asked of it.
    await expect(closed).rejects.toThrow('It is stuck')
  })

  test('fails the close() that waits for it, and reports nothing', async () => {
    const { member, reports } = failing()
    ;(await open(member, 'db', { changes })).close()
    await expect(member.close()).rejects.toThrow('It is stuck')
    expect(reports).toEqual([])
  })
})

describe('an owner that hands over while its transaction waits for that of a client', () => {
  test('serves the client until its own is over, so that neither is aborted', async () => {
    const directory = new SharedDirectory()
    const [owner, other] = [directory.member('a'), directory.member('b')]
    const own = await open(owner, 'db', { changes })
    const others = await open(other, 'db')
    const clients = new Tester(others)
    expect((await clients.execute(count())).result).toBe(0)
    const waiting = new Tester(own)
    const written = waiting.execute(put(1))
    const committed = waiting.commit()
    directory.askToHandOver('a')
    await settle()
    expect(owner.state).toBe('leaving')
    const later = new Tester(own).execute(count())
    await clients.execute(put(2))
    expect(await clients.commit()).toBe('committed')
    expect((await written).failure).toBe(undefined)
    expect(await committed).toBe('committed')
    expect((await later).result).toBe(2)
    expect(other.counts).toMatchObject({ differed: 0, replayed: 0 })
  })

  test('goes when the client has gone', async () => {
    const directory = new SharedDirectory()
    const [owner, other] = [directory.member('a'), directory.member('b')]
    const own = await open(owner, 'db', { changes })
    const others = await open(other, 'db')
    await new Tester(others).execute(put(1))
    const waiting = new Tester(own)
    const counted = waiting.execute(count())
    directory.askToHandOver('a')
    await settle()
    others.forceClose()
    await other.close()
    expect((await counted).result).toBe(0)
    expect(await waiting.commit()).toBe('committed')
    while (owner.state === 'leaving') await settle()
    expect(await new Tester(own).commit()).toBe('committed')
  })
})

describe('a client whose owner is gone', () => {
  test('has its idle connections at the next one, and they are asked to close there', async () => {
    const { directory, connection } = await fixture()
    const told: string[] = []
    connection.listen({
      versionChange(oldVersion, newVersion, delivered) {
        told.push(`versionchange ${oldVersion} ${newVersion}`)
        connection.close()
        delivered()
      },
      closing: () => told.push('closing'),
      closed: (reason) => told.push(`closed ${reason?.name ?? 'by itself'}`),
    })
    directory.kill()
    await settle()
    const other = directory.member('other')
    expect((await open(other, 'db', { version: 2 })).schema.version).toBe(2)
    expect(told).toEqual(['versionchange 1 2', 'closed by itself'])
  })

  test('waits with what is asked until there is another', async () => {
    const { directory, client, connection } = await fixture()
    directory.hold()
    directory.kill()
    await settle()
    const log: string[] = []
    const listed = listDatabases(client)
    const transaction = new Tester(connection, { log })
    const answer = transaction.execute(put(1))
    const committed = transaction.commit()
    await settle()
    expect([client.state, log]).toEqual(['looking', []])
    directory.release()
    expect(await listed).toEqual([{ name: 'db', version: 1 }])
    expect((await answer).failure).toBe(undefined)
    expect(await committed).toBe('committed')
  })

  test('aborts what is answered differently, and counts it', async () => {
    const { directory, client, connection } = await fixture()
    const transaction = new Tester(connection)
    expect((await transaction.execute(count())).result).toBe(0)
    directory.hold()
    directory.kill()
    const between = directory.newHost()
    const others = new Tester(await open(between, 'db'))
    await others.execute(put(1))
    await others.commit()
    await between.close()
    directory.release()
    expect(await transaction.ended).toBe('aborted AbortError')
    expect(client.counts).toMatchObject({ differed: 1, replayed: 0 })
  })

  test('aborts what has been asked more than is kept', async () => {
    const { directory, client, connection } = await fixture()
    const transaction = new Tester(connection)
    const value = Array.from({ length: 900_000 }, () => 1)
    for (let i = 0; i < 20; i++) await transaction.execute(put(i, value))
    directory.kill()
    expect(await transaction.ended).toBe('aborted AbortError')
    expect(client.counts).toMatchObject({ tooLong: 1 })
  })

  test('loses a connection to a database that has another version now', async () => {
    const { directory, client, connection } = await fixture()
    const told: string[] = []
    connection.listen({
      versionChange: (_old, _new, delivered) => delivered(),
      closing: () => told.push('closing'),
      closed: (reason) => told.push(`closed ${reason?.name}`),
    })
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    directory.hold()
    directory.kill()
    const between = directory.newHost()
    await open(between, 'db', { version: 2 })
    await between.close()
    directory.release()
    expect(await transaction.ended).toBe('aborted AbortError')
    await settle()
    expect(told).toEqual(['closing', 'closed VersionError'])
    expect(client.counts).toMatchObject({ disconnected: 1 })
  })

  test('does not guess what became of a commit that left no trace it can find', async () => {
    const { directory, client, connection } = await fixture()
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    const ended = transaction.commit()
    directory.hold()
    directory.kill()
    const between = directory.newHost()
    await deleteDatabase(between, 'db')
    await between.close()
    directory.release()
    expect(await ended).toBe('aborted AbortError')
    expect(client.counts).toMatchObject({ unknown: 1 })
  })
})

describe('a database that another has taken the place of while there was no owner', () => {
  /** Deletes the database and makes it again, with the same version and stores. */
  async function replaceIn(directory: SharedDirectory) {
    const between = directory.newHost()
    await deleteDatabase(between, 'db')
    ;(await open(between, 'db', { changes })).close()
    await between.close()
  }

  test('is not the one that idle connections were open to', async () => {
    const { directory, connection } = await fixture()
    const told: string[] = []
    connection.listen({
      versionChange: (_old, _new, delivered) => delivered(),
      closing: () => told.push('closing'),
      closed: (reason) => told.push(`closed ${reason?.name}`),
    })
    directory.hold()
    directory.kill()
    await replaceIn(directory)
    directory.release()
    while (told.length < 2) await settle()
    expect(told).toEqual(['closing', 'closed NotFoundError'])
  })

  test('does not get what was committed to the former one, whose outcome is unknown', async () => {
    const { directory, client, connection } = await fixture()
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    const ended = transaction.commit()
    connection.close()
    directory.hold()
    directory.kill()
    await replaceIn(directory)
    directory.release()
    expect(await ended).toBe('aborted AbortError')
    expect(client.counts).toMatchObject({ unknown: 1, replayed: 0 })
    expect(directory.storage.files.get('db')?.stores.get(1)?.size).toBe(0)
  })

  test('is known from one that has stayed, which a client has only opened', async () => {
    const directory = new SharedDirectory()
    const first = directory.newHost()
    ;(await open(first, 'db', { changes })).close()
    await first.close()
    directory.startStranger()
    const client = directory.member('client')
    const connection = await open(client, 'db')
    expect(directory.storage.files.get('db')?.marks.incarnation).toBe(connection.identify())
    directory.kill()
    expect((await new Tester(connection).execute(count())).result).toBe(0)
  })
})

describe('a look that fails', () => {
  function failing(failures: number) {
    let looks = 0
    const directory = new SharedDirectory()
    const member = new Member({
      peer: {
        look: () => {
          looks++
          if (looks > failures) return new Promise(() => {})
          return Promise.reject(new StorageError('busy', 'It is locked'))
        },
      },
      client: 'client',
      durability: 'relaxed',
      place: { path: 'disk' },
      report: () => {},
    })
    return { directory, member, looks: () => looks }
  }

  test('fails what waits with its reason, and the next request looks again', async () => {
    const { member, looks } = failing(2)
    const first = open(member, 'db').catch((reason: { facts: unknown }) => reason.facts)
    const second = listDatabases(member).catch((reason: { message: string }) => reason.message)
    expect(await first).toEqual({ code: 'ERR_IDB_LOCKED', path: 'disk', database: 'db' })
    expect(await second).toBe('It is locked')
    expect(looks()).toBe(1)
    await settle()
    expect(member.state).toBe('away')
    await expect(open(member, 'db')).rejects.toMatchObject({ message: 'It is locked' })
    expect(looks()).toBe(2)
  })

  test('that ends in time answers what was cancelled meanwhile', async () => {
    const directory = new SharedDirectory()
    directory.hold()
    const member = directory.member('a')
    const log: string[] = []
    const opened = open(member, 'db', { changes, log })
    await settle()
    const closed = member.close()
    directory.release()
    await opened
    await closed
    expect(log.slice(-3)).toEqual(['opened', 'closing', 'closed AbortError'])
    expect([member.state, directory.owner]).toEqual(['away', null])
  })

  test('is given up when what waited is cancelled', async () => {
    const directory = new SharedDirectory()
    directory.hold()
    const member = directory.member('a')
    const opened = open(member, 'db').catch((reason: { name: string }) => reason.name)
    await settle()
    await member.close()
    expect(await opened).toBe('AbortError')
    expect(member.state).toBe('away')
    directory.release()
    expect(await listDatabases(member)).toEqual([])
  })
})

describe('closing', () => {
  test('a client leaves; a later request finds the owner again', async () => {
    const { directory, client, connection } = await fixture()
    connection.close()
    await client.close()
    expect(client.state).toBe('away')
    await settle()
    expect(directory.owner?.roster.clients).toEqual([])
    expect(await listDatabases(client)).toEqual([{ name: 'db', version: 1 }])
  })

  test('a client that closes while there is no owner ends its transactions at the next one', async () => {
    const { directory, client, connection } = await fixture()
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    directory.hold()
    directory.kill()
    const closed = client.close()
    const ended = transaction.commit()
    await settle()
    directory.release()
    expect(await ended).toBe('committed')
    await closed
    expect([client.state, directory.owner]).toEqual(['away', null])
  })
})
