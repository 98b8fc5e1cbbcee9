import { describe, expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { HostUser, hostOfOthers } from '../../../src/hosting/host-user.ts'
import { createStores, deleteDatabase, listDatabases, open, put } from '../../kit/host-client.ts'
import { scan, settle, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { transports } from '../../kit/transports.ts'

describe.each(transports)('users of a host %s', (_title, transport) => {
  /** Two users of one host, each with a transport of its own. */
  function fixture() {
    const storage = new ModelDirectory()
    const owner = createHost({ storage, durability: 'relaxed' })
    const user = () => new HostUser(hostOfOthers(transport(owner)))
    return { storage, first: user(), second: user(), log: [] as string[] }
  }

  const changes = createStores(store(1))

  test('close() lets transactions end, and takes no new ones meanwhile', async () => {
    const { first, log } = fixture()
    const connection = await open(first, 'db', { changes, log })
    const transaction = new Tester(connection, { log })
    await transaction.execute(put(1))
    log.length = 0
    const closed = first.close().then(() => log.push('all closed'))
    expect(log).toEqual(['closing'])
    const late = new Tester(connection)
    expect(await late.ended).toBe('aborted AbortError')
    await transaction.commit()
    await closed
    expect(log.filter((line) => line !== 'closing')).toEqual([
      'tx committed',
      'closed AbortError',
      'all closed',
    ])
  })

  test('close() leaves what others have open alone', async () => {
    const { storage, first, second, log } = fixture()
    const connection = await open(first, 'db', { changes })
    const other = await open(second, 'db', { log })
    await new Tester(connection).commit()
    log.length = 0
    await first.close()
    expect(storage.opened).toHaveLength(1)
    const reader = new Tester(other, { mode: 'readonly' })
    expect((await reader.execute(scan())).records).toEqual([])
    expect(log).toEqual([])
  })

  test('close() waits for the transactions of a connection that its realm has closed, which hears nothing', async () => {
    const { first, log } = fixture()
    const connection = await open(first, 'db', { changes, log })
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    connection.close()
    log.length = 0
    const closed = first.close().then(() => log.push('all closed'))
    await settle()
    expect(log).toEqual([])
    await transaction.commit()
    await closed
    expect(log).toEqual(['all closed'])
  })

  test('close() fails an upgrade and a deletion that wait for others, and neither is done later', async () => {
    const { storage, first, second } = fixture()
    const holders = [await open(first, 'a', { changes }), await open(first, 'b', { changes })]
    const outcomes = Promise.allSettled([
      open(second, 'a', { version: 2 }),
      deleteDatabase(second, 'b'),
      deleteDatabase(second, 'b'),
    ])
    await settle()
    await second.close()
    const failed = { status: 'rejected', reason: expect.objectContaining({ name: 'AbortError' }) }
    expect(await outcomes).toEqual([failed, failed, failed])
    for (const holder of holders) holder.close()
    await settle()
    expect([...storage.files.keys()]).toEqual(['a', 'b'])
    expect(storage.files.get('a')?.schema.version).toBe(1)
    expect(storage.opened).toHaveLength(0)
  })

  test('close() lets upgrades come to their end, and shuts down what they have opened', async () => {
    const { storage, first, log } = fixture()
    const upgraded = open(first, 'db', {
      version: 3,
      changes,
      log,
      upgrade: (_, transaction) => void settle().then(() => transaction.commit(0)),
    })
    while (!log.includes('upgradeNeeded 0 3')) await settle()
    const late = open(first, 'other', { changes, log })
    await first.close()
    await Promise.all([(await upgraded).closed, (await late).closed])
    expect(storage.files.get('db')?.schema.version).toBe(3)
    expect(log.filter((line) => line === 'closed AbortError')).toHaveLength(2)
  })

  test('what is asked while it closes waits, in order, and then works', async () => {
    const { first, log } = fixture()
    const connection = await open(first, 'db', { changes })
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    const closed = first.close().then(() => log.push('closed'))
    const later = [
      open(first, 'db', { version: 2 }).then(({ schema }) => log.push(`opened ${schema.version}`)),
      listDatabases(first).then((databases) => log.push(`listed ${databases.length}`)),
      deleteDatabase(first, 'other').then(() => log.push('deleted')),
    ]
    await settle()
    expect(log).toEqual([])
    await transaction.commit()
    await Promise.all([closed, ...later])
    expect(log).toContain('opened 2')
    expect(log).toHaveLength(4)
  })

  test('a second close() is for what was asked since the first', async () => {
    const { storage, first } = fixture()
    await open(first, 'db', { changes })
    const closed = first.close()
    const opened = open(first, 'db')
    const closedAgain = first.close()
    const last = open(first, 'db')
    await Promise.all([closed, closedAgain])
    await (
      await opened
    ).closed
    expect((await last).schema.version).toBe(1)
    expect(storage.opened).toHaveLength(1)
  })

  test('an open under way is answered, and its connection shut down', async () => {
    const { first, log } = fixture()
    await open(first, 'db', { changes, log })
    const opened = open(first, 'db', { log })
    await first.close()
    await (
      await opened
    ).closed
    expect(log.filter((line) => line === 'closed AbortError')).toHaveLength(2)
  })
})
