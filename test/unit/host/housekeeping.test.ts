import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import { createStores, type Log, open, put, settle, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import type { Host } from '../../../src/protocol/protocol.ts'

async function fixture({ canSyncLater = false } = {}) {
  const storage = new ModelDirectory()
  storage.canSyncLater = canSyncLater
  const host = createHost({ storage, durability: 'relaxed' })
  const connection = await open(host, 'db', { changes: createStores(store(1)) })
  storage.log.length = 0
  return { storage, connection }
}

test('a long log is tidied between transactions, even if the next is waiting', async () => {
  const { storage, connection } = await fixture()
  storage.pendingBytes = 33 * 1024 * 1024
  const transactions = [1, 2, 3].map((key) => {
    const transaction = new Tester(connection)
    void transaction.execute(put(key))
    return transaction.commit()
  })
  await Promise.all(transactions)
  const once = ['begin', 'put', 'commit', 'housekeep']
  expect(storage.log).toEqual([...once, ...once, ...once])
})

test('a short log is tidied when the database is idle, until nothing is left', async () => {
  const { storage, connection } = await fixture()
  const transaction = new Tester(connection)
  await transaction.execute(put(1))
  await transaction.commit()
  expect(storage.log).not.toContain('housekeep')
  // Nothing in the process waits for an idle timer; the test does.
  const waiting = setInterval(() => {}, 1_000)
  await new Promise<void>((resolve) => storage.before.set('housekeep', resolve))
  clearInterval(waiting)
  expect(storage.log).toEqual(['begin', 'put', 'commit', 'housekeep'])
})

test('when a database is idle, the disk gets what tidying would wait for before it is tidied', async () => {
  const { storage, connection } = await fixture({ canSyncLater: true })
  storage.pendingBytes = 5 * 1024 * 1024
  const transaction = new Tester(connection)
  await transaction.execute(put(1))
  await transaction.commit()
  expect(storage.log).toEqual(['begin', 'put', 'commit'])
  // As above.
  const waiting = setInterval(() => {}, 1_000)
  await new Promise<void>((resolve) => storage.before.set('syncLater', resolve))
  await settle()
  storage.syncs[0]?.resolve()
  await new Promise<void>((resolve) => storage.before.set('housekeep', resolve))
  clearInterval(waiting)
  expect(storage.log).toEqual(['begin', 'put', 'commit', 'syncLater', 'housekeep'])
})

test('a log that grows is synced ahead; when that fails, all connections are closed', async () => {
  const storage = new ModelDirectory()
  storage.canSyncLater = true
  const log: Log = []
  const host = createHost({ storage, durability: 'relaxed' })
  const connection = await open(host, 'db', { log, changes: createStores(store(1)) })
  storage.pendingBytes = 17 * 1024 * 1024
  const transaction = new Tester(connection)
  await transaction.execute(put(1))
  await transaction.commit()
  expect(storage.syncs).toHaveLength(1)
  storage.syncs[0]?.reject(new StorageError('io', 'no such luck'))
  await settle()
  expect(log.at(-1)).toBe('closed UnknownError')
})

test('a long log is tidied when the disk has most of it, and no later than it would be cut', async () => {
  const { storage, connection } = await fixture({ canSyncLater: true })
  const tidiedAfter = async (pendingMiB: number) => {
    storage.pendingBytes = pendingMiB * 1024 * 1024
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    await transaction.commit()
    return storage.log.filter((call) => call === 'housekeep').length
  }
  expect(await tidiedAfter(33)).toBe(0)
  storage.syncs[0]?.resolve()
  await settle()
  expect(await tidiedAfter(34)).toBe(1)
  expect(await tidiedAfter(0)).toBe(1)
  expect(await tidiedAfter(39)).toBe(1)
  expect(await tidiedAfter(41)).toBe(2)
})

test('an open write transaction keeps housekeeping away', async () => {
  const { storage, connection } = await fixture()
  storage.pendingBytes = 33 * 1024 * 1024
  const writer = new Tester(connection)
  await writer.execute(put(1))
  const reader = new Tester(connection, { mode: 'readonly', stores: [2] })
  await reader.commit()
  expect(storage.log).toEqual(['begin', 'put'])
})

test.each([
  [
    'a failed sync closes all connections',
    true,
    ['tx put done', 'tx committed', 'closing', 'closed UnknownError'],
  ],
  ['any other failure is made good later', false, ['tx put done', 'tx committed']],
])('of what may fail in housekeeping, %s', async (_, hasLostSync, expected) => {
  const storage = new ModelDirectory()
  const log: Log = []
  const host = createHost({ storage, durability: 'relaxed', report: () => {} })
  const connection = await open(host, 'db', { log, changes: createStores(store(1)) })
  log.length = 0
  storage.pendingBytes = 33 * 1024 * 1024
  storage.before.set('housekeep', () => {
    storage.hasLostSync = hasLostSync
    throw new StorageError('io', 'no such luck')
  })
  const transaction = new Tester(connection, { log })
  void transaction.execute(put(1))
  await transaction.commit()
  await settle()
  expect(log).toEqual(expected)
})

test('a database that has closed can be collected, though it was not idle for long enough to be tidied', async () => {
  const storage = new ModelDirectory()
  const host = createHost({ storage, durability: 'relaxed' })
  const { closed } = await useAndClose(host)
  const used = new WeakRef(storage.opened.pop() ?? {})
  await closed
  collectGarbage()
  expect(used.deref()).toBeUndefined()
})

async function useAndClose(host: Host): Promise<{ closed: Promise<void> }> {
  const connection = await open(host, 'db', { changes: createStores(store(1)) })
  const transaction = new Tester(connection)
  await transaction.execute(put(1))
  await transaction.commit()
  connection.close()
  return { closed: settle() }
}

/** At once, all of it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  if (typeof collect === 'function') collect()
}
