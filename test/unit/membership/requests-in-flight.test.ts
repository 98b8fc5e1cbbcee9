/** Requests of several clients that are under way when their owner dies: none is carried out twice, and their order stays. */
import { describe, expect, test } from 'vitest'
import type { Member } from '../../../src/membership/member.ts'
import type { HostConnection, HostTransaction } from '../../../src/protocol/protocol.ts'
import {
  createStores,
  deleteDatabase,
  listDatabases,
  open,
  settle,
  store,
  turn,
} from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { SharedDirectory } from '../../kit/shared/directory.ts'

const changes = createStores(store(1))

/** A storage in which deletions were forgotten. */
function forgetful(former: ModelDirectory | null): ModelDirectory {
  const storage = new ModelDirectory()
  if (former) storage.takeOver(former)
  storage.deletedFor = async () => 'unknown'
  return storage
}

/** Calls `run` with each number of a message before which the owner can die, from 1 on, until it gives one that it did not reach. */
async function cutEverywhere(run: (cutAt: number) => Promise<{ killCount: number }>) {
  let cutAt = 1
  while ((await run(cutAt)).killCount > 0) cutAt++
  expect(cutAt).toBeGreaterThan(2)
}

describe('a deletion that was carried out, whose answer was lost with the owner', () => {
  test('is answered as it would have been, and spares what another has made since, whichever message is the last', async () => {
    await cutEverywhere(async (cutAt) => {
      const directory = new SharedDirectory()
      directory.startStranger()
      const [client, other] = [directory.member('client'), directory.member('other')]
      const first = await open(client, 'db', { version: 7, changes })
      first.close()
      await first.closed
      const log: string[] = []
      const made = new Promise<HostConnection>((resolve, reject) => {
        // Queued after the deletion, which has begun.
        directory.storage.before.set('delete', () =>
          setImmediate(() => void open(other, 'db', { version: 5, log }).then(resolve, reject)),
        )
      })
      const deleted = deleteDatabase(client, 'db')
      while (directory.storage.log.at(-1) !== 'delete') await turn()
      directory.cutAt = directory.messageCount + cutAt
      expect(await deleted, `cut at ${cutAt}`).toBe(7)
      expect((await made).schema.version).toBe(5)
      await settle()
      expect(log.filter((line) => line.startsWith('versionchange'))).toEqual([])
      expect(await listDatabases(client)).toEqual([{ name: 'db', version: 5 }])
      return directory
    })
  })

  test('leaves nothing once it is answered', async () => {
    const directory = new SharedDirectory()
    directory.startStranger()
    const client = directory.member('client')
    ;(await open(client, 'db', { changes })).close()
    expect(await deleteDatabase(client, 'db')).toBe(1)
    await settle()
    expect(directory.storage.deletions.size).toBe(0)
  })

  test('fails with an unknown outcome where deletions were forgotten; one that no owner was asked for does not', async () => {
    const directory: SharedDirectory = new SharedDirectory({ makeStorage: forgetful })
    directory.startStranger()
    const client = directory.member('client')
    const idle = await open(client, 'db', { changes })
    idle.close()
    expect(await deleteDatabase(client, 'db')).toBe(1)
    await open(client, 'db', { changes })
    const log: string[] = []
    const asked = deleteDatabase(client, 'db', log).catch((failure: unknown) => failure)
    while (log.length === 0) await turn()
    directory.kill()
    expect(await asked).toMatchObject({
      name: 'AbortError',
      facts: { code: 'ERR_IDB_OUTCOME_UNKNOWN', database: 'db' },
    })
  })

  test('fails with an unknown outcome where no other owner is to be had', async () => {
    const directory = new SharedDirectory()
    directory.startStranger()
    const client = directory.member('client')
    const idle = await open(client, 'db', { changes })
    const log: string[] = []
    const deleted = deleteDatabase(client, 'db', log).catch((failure: unknown) => failure)
    while (log.length === 0) await turn()
    directory.hold()
    directory.kill()
    idle.close()
    const closed = client.close()
    expect(await deleted).toMatchObject({ facts: { code: 'ERR_IDB_OUTCOME_UNKNOWN' } })
    await closed
  })

  test('of the owner itself is not noted', async () => {
    const directory = new SharedDirectory()
    const owner = directory.member('owner')
    ;(await open(owner, 'db', { changes })).close()
    expect(await deleteDatabase(owner, 'db')).toBe(1)
    expect(directory.storage.log).not.toContain('deletedFor')
    expect(directory.storage.deletions.size).toBe(0)
  })
})

test('the first upgrade of a database whose owner dies while it commits is committed, whenever the next owner dies', async () => {
  await cutEverywhere(async (cutAt) => {
    const directory = new SharedDirectory({ nextOwner: 'stranger' })
    directory.startStranger()
    const client = directory.member('client')
    const log: string[] = []
    const upgrade = (_connection: HostConnection, transaction: HostTransaction): void => {
      transaction.commit(0)
      directory.kill()
      directory.cutAt = directory.messageCount + cutAt
    }
    await open(client, 'db', { changes, log, upgrade })
    const told = ['upgradeNeeded 0 1', 'createObjectStore done', 'upgrade committed', 'opened']
    expect(log, `cut at ${cutAt}`).toEqual(told)
    return { killCount: directory.killCount - 1 }
  })
})

test('a request that others have seen by versionchange goes before theirs', async () => {
  const directory = new SharedDirectory()
  directory.startStranger()
  const [client, other] = [directory.member('client'), directory.member('other')]
  const slow = directory.member('slow')
  await listDatabases(client)
  const log: string[] = []
  await open(other, 'db', { version: 7, changes, log, onVersionChange: 'close' })
  const busy = await open(slow, 'db')
  busy.listen({
    // It is at something, so that the deletion is neither blocked nor carried out.
    versionChange: (_oldVersion, _newVersion, delivered) => void setTimeout(delivered, 50),
    closing: () => {},
    closed: () => {},
  })
  // It finds the next owner after the others.
  directory.delayed = 'client'
  const deleted = deleteDatabase(client, 'db')
  while (!log.includes('versionchange 7 null')) await turn()
  const opened = open(other, 'db', { log })
  await settle()
  directory.kill()
  busy.close()
  expect(await deleted).toBe(7)
  expect((await opened).schema.version).toBe(1)
})

/** A directory that counts the upgrades to version 2 that are committed at owners that live. */
function countingDirectory() {
  let commits = 0
  const directory: SharedDirectory = new SharedDirectory({
    makeStorage(former) {
      const storage = new ModelDirectory()
      if (former) storage.takeOver(former)
      const set = storage.files.set.bind(storage.files)
      storage.files.set = (name, state) => {
        if (state.schema.version === 2 && storage === directory.storage) commits++
        return set(name, state)
      }
      return storage
    },
  })
  return { directory, commits: () => commits }
}

/** Upgrades to version 2 and closes the connection; resolves with how the upgrade was told to end. */
function upgradeAndClose(member: Member): Promise<string | undefined> {
  const nothing = { record() {}, done() {}, failed() {} }
  return new Promise((resolve) => {
    member.open('db', 2, {
      blocked: () => {},
      upgradeNeeded(connection, transaction) {
        connection.listen({ versionChange() {}, closing() {}, closed() {} })
        transaction.listen({
          wentAhead() {},
          caughtUp() {},
          declined() {},
          committed: () => resolve('committed'),
          aborted: ({ facts }) => resolve(facts?.code),
        })
        for (const change of changes) transaction.execute({ type: 'changeSchema', change }, nothing)
        transaction.commit(0)
        connection.close()
      },
      opened: () => {},
      // Another came first.
      failed: () => resolve('not begun'),
    })
  })
}

describe('an upgrade whose connection was closed, and whose owner dies', () => {
  test.each(['client', null])(
    'is made once at most, and told as it went, where others delete its database (late: %s)',
    async (late) => {
      const ends = new Set<string | undefined>()
      await cutEverywhere(async (cutAt) => {
        const { directory, commits } = countingDirectory()
        directory.startStranger()
        const [client, other] = [directory.member('client'), directory.member('other')]
        ;(await open(other, 'else', { changes })).close()
        directory.cutAt = directory.messageCount + cutAt
        directory.delayed = late
        const ended = upgradeAndClose(client)
        await settle()
        await deleteDatabase(other, 'db')
        const made = await open(other, 'db', { version: 5 })
        const end = await ended
        await settle()
        ends.add(end)
        if (end !== 'ERR_IDB_OUTCOME_UNKNOWN')
          expect(commits(), `${end}, cut at ${cutAt}`).toBe(end === 'committed' ? 1 : 0)
        expect(commits()).toBeLessThanOrEqual(1)
        expect(await listDatabases(client)).toContainEqual({ name: 'db', version: 5 })
        made.close()
        return directory
      })
      expect(ends).toContain('committed')
    },
    60_000,
  )
})

/** Two clients of one owner. */
function twoClients() {
  const directory = new SharedDirectory({ nextOwner: 'stranger' })
  directory.startStranger()
  return { directory, one: directory.member('one'), two: directory.member('two') }
}

/** Begins an upgrade to version 2, and gives what commits it. */
async function beginUpgrade(member: Member, log: string[]) {
  let transaction: HostTransaction | null = null
  const upgrade = (_connection: HostConnection, begun: HostTransaction): void => {
    transaction = begun
  }
  const opened = open(member, 'db', { version: 2, changes, upgrade, log })
  while (!transaction) await turn()
  return { opened, commit: () => transaction?.commit(0) }
}

describe('what was being processed when its owner died', () => {
  test('an upgrade comes before the higher one that had waited for it', async () => {
    const { directory, one, two } = twoClients()
    const log: string[] = []
    const { opened, commit } = await beginUpgrade(one, log)
    const higherLog: string[] = []
    const higher = open(two, 'db', { version: 3, log: higherLog })
    await settle()
    directory.kill()
    await settle()
    commit()
    const first = await opened
    while (!log.includes('versionchange 2 3')) await turn()
    first.close()
    expect((await higher).schema.version).toBe(3)
    expect(higherLog).toEqual(['blocked 2 3', 'upgradeNeeded 2 3', 'upgrade committed', 'opened'])
    expect(one.counts).toMatchObject({ replayed: 1, disconnected: 0 })
  })

  test.each(['one', 'two'])(
    'a blocked deletion comes before the upgrade after it, where %s comes last',
    async (last) => {
      const { directory, one, two } = twoClients()
      const idle = await open(two, 'db', { version: 1, changes })
      const log: string[] = []
      const deleted = deleteDatabase(one, 'db', log)
      while (log.length === 0) await turn()
      const later = open(two, 'db', { version: 9 })
      await settle()
      directory.delayed = last
      directory.kill()
      await settle()
      idle.close()
      expect(await deleted).toBe(1)
      expect((await later).schema.version).toBe(9)
      expect(log).toEqual(['blocked 1 null', 'deleted 1'])
      expect(await listDatabases(one)).toEqual([{ name: 'db', version: 9 }])
    },
  )
})

describe('versionchange after a change of owner', () => {
  async function blockedUpgrade() {
    const { directory, one, two } = twoClients()
    const told: string[] = []
    await open(one, 'db', { changes, log: told })
    told.length = 0
    const log: string[] = []
    const upgraded = open(two, 'db', { version: 2, log }).catch(() => null)
    while (log.length === 0) await turn()
    return { directory, two, told, upgraded }
  }

  test('is not fired again for the request that had fired it', async () => {
    const { directory, told } = await blockedUpgrade()
    directory.kill()
    await settle()
    expect(told).toEqual(['versionchange 1 2'])
  })

  test('is fired for another request between the same versions', async () => {
    const { directory, two, told, upgraded } = await blockedUpgrade()
    directory.hold()
    directory.kill()
    const closed = two.close()
    await upgraded
    await closed
    directory.release()
    await settle()
    void open(directory.member('three'), 'db', { version: 2 }).catch(() => {})
    while (told.length < 2) await turn()
    expect(told).toEqual(['versionchange 1 2', 'versionchange 1 2'])
  })
})
