import { describe, expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import type { HostConnection } from '../../../src/protocol/protocol.ts'
import {
  count,
  createStores,
  type Log,
  open,
  put,
  store,
  Tester,
  turn,
} from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

/** A database with the stores 1, 2 and 3, whose syncs wait until a test lets them end. */
async function fixture({ canSyncLater = true } = {}) {
  const storage = new ModelDirectory()
  const host = createHost({ storage, durability: 'strict' })
  const log: Log = []
  const changes = createStores(store(1), store(2), store(3))
  storage.canSyncLater = canSyncLater
  const connection = await open(host, 'db', { changes, log })
  log.length = 0
  storage.log.length = 0
  await turn()
  return { storage, connection, log }
}

/** A transaction with one put, whose answer is not noted. */
function writer(
  connection: HostConnection,
  options: { title: string; log: Log; stores?: number[]; durability?: 'relaxed' | 'strict' },
) {
  const tester = new Tester(connection, options)
  const ignore = { record: () => {}, done: () => {}, failed: () => {} }
  tester.transaction.execute(put(1, [1], { storeId: options.stores?.[0] ?? 1 }), ignore)
  return tester
}

const full = () => {
  throw new StorageError('full', 'disk full')
}

describe('transactions that do not overlap', () => {
  test('share a sync, and commit in order', async () => {
    const { connection, storage, log } = await fixture()
    const group = [1, 2, 3].map((id) => writer(connection, { title: `${id}`, log, stores: [id] }))
    const ends = group.map((transaction) => transaction.commit())
    // The first is syncing; the second and third have committed after it.
    expect(storage.log.filter((step) => step === 'commit')).toHaveLength(3)
    expect(storage.syncs).toHaveLength(1)
    expect(log).toEqual([])
    storage.syncs[0]?.resolve()
    await ends[0]
    await turn()
    expect(log).toEqual(['1 committed'])
    storage.syncs[1]?.resolve()
    await Promise.all(ends)
    expect(log).toEqual(['1 committed', '2 committed', '3 committed'])
    expect(storage.syncs).toHaveLength(2)
  })
})

describe('transactions that overlap', () => {
  test('go ahead while their predecessor waits for the disk, and are told when it has committed', async () => {
    const { connection, storage, log } = await fixture()
    const first = writer(connection, { title: 'first', log })
    const reader = new Tester(connection, { title: 'reader', log, mode: 'readonly' })
    const counted = reader.execute(count())
    const ends = [first.commit(), reader.commit()]
    expect((await counted).result).toBe(1)
    expect(log).toEqual(['reader wentAhead', 'reader count done'])
    storage.syncs[0]?.resolve()
    await Promise.all(ends)
    expect(log.slice(2)).toEqual(['first committed', 'reader caughtUp', 'reader committed'])
    expect(storage.syncs).toHaveLength(1)
  })

  test('need two syncs, however many of them have committed during the first', async () => {
    const { connection, storage, log } = await fixture()
    const titles = Array.from({ length: 600 }, (_, i) => `${i}`)
    const group = titles.map((title) => writer(connection, { title, log }))
    const ends = group.map((transaction) => transaction.commit())
    while (storage.log.filter((step) => step === 'commit').length < 600) await turn()
    storage.syncs[0]?.resolve()
    await ends[0]
    await turn()
    storage.syncs[1]?.resolve()
    await Promise.all(ends)
    expect(storage.syncs).toHaveLength(2)
    const committed = log.filter((line) => line.endsWith('committed'))
    expect(committed).toEqual(titles.map((title) => `${title} committed`))
  })

  test('share syncs too where the storage can only block', async () => {
    const { connection, storage, log } = await fixture({ canSyncLater: false })
    const titles = Array.from({ length: 600 }, (_, i) => `${i}`)
    const group = titles.map((title) => writer(connection, { title, log }))
    const ends = group.map((transaction) => transaction.commit())
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['committed']))
    expect(storage.log.filter((step) => step === 'sync').length).toBeLessThan(30)
  })

  test('relaxed ones wait for a strict predecessor, and need no sync of their own', async () => {
    const { connection, storage, log } = await fixture()
    const strict = writer(connection, { title: 'strict', log })
    const relaxed = writer(connection, { title: 'relaxed', log, durability: 'relaxed' })
    const ends = [strict.commit(), relaxed.commit()]
    await turn()
    expect(log).toEqual(['relaxed wentAhead'])
    storage.syncs[0]?.resolve()
    await Promise.all(ends)
    expect(log.slice(1)).toEqual(['strict committed', 'relaxed caughtUp', 'relaxed committed'])
    expect(storage.syncs).toHaveLength(1)
  })

  test('follow the last of several they overlap', async () => {
    const { connection, storage, log } = await fixture()
    const group = [[1], [2], [1, 2]].map((stores) => {
      const title = stores.length === 2 ? 'both' : `${stores[0]}`
      return writer(connection, { title, log, stores })
    })
    const ends = group.map((transaction) => transaction.commit())
    storage.syncs[0]?.resolve()
    await ends[0]
    await turn()
    expect(log).toEqual(['both wentAhead', '1 committed'])
    storage.syncs[1]?.resolve()
    await Promise.all(ends)
    expect(log.slice(2)).toEqual(['2 committed', 'both caughtUp', 'both committed'])
  })

  test('may abort: that reverts their own changes, and lets the next go ahead in their place', async () => {
    const { connection, storage, log } = await fixture()
    const first = writer(connection, { title: 'first', log })
    const second = new Tester(connection, { title: 'second', log })
    void second.execute(put(2))
    const third = new Tester(connection, { title: 'third', log, mode: 'readonly' })
    const counted = third.execute(count())
    const end = first.commit()
    second.transaction.abort()
    expect((await counted).result).toBe(1)
    storage.syncs[0]?.resolve()
    expect(await end).toBe('committed')
    expect(log).toEqual([
      'second wentAhead',
      'second put done',
      'third wentAhead',
      'third count done',
      'first committed',
      'third caughtUp',
    ])
  })

  test('that fail say so after their predecessor has said committed', async () => {
    const { connection, storage, log } = await fixture()
    const first = writer(connection, { title: 'first', log })
    const second = new Tester(connection, { title: 'second', log })
    const end = first.commit()
    storage.before.set('put', full)
    void second.execute(put(2))
    expect(log).toEqual(['second wentAhead', 'second put failed QuotaExceededError'])
    expect(storage.log.at(-1)).toBe('rollback')
    storage.syncs[0]?.resolve()
    await end
    expect(log.slice(2)).toEqual([
      'first committed',
      'second caughtUp',
      'second aborted QuotaExceededError',
    ])
  })

  test('whose commit fails say so in their turn', async () => {
    const { connection, storage, log } = await fixture()
    const ends = ['first', 'second'].map((title) => writer(connection, { title, log }))
    const [first, second] = ends.map((it, i) => {
      if (i === 1) storage.before.set('commit', full)
      return it.commit()
    })
    storage.syncs[0]?.resolve()
    expect(await first).toBe('committed')
    expect(await second).toBe('aborted QuotaExceededError')
    expect(log.indexOf('first committed')).toBeLessThan(
      log.indexOf('second aborted QuotaExceededError'),
    )
  })
})

describe('a failed sync', () => {
  test('aborts all that wait for it or ran on top of them, in order, and closes the connections by force', async () => {
    const { connection, storage, log } = await fixture()
    const group = ['first', 'second'].map((title) => writer(connection, { title, log }))
    const running = new Tester(connection, { title: 'running', log })
    const answered = running.execute(put(3))
    const waiting = group.map((transaction) => transaction.commit())
    await answered
    const queued = new Tester(connection, { title: 'queued', log })
    void queued.execute(put(4))
    storage.syncs[0]?.reject(new StorageError('io', 'no such luck'))
    const ends = await Promise.all([...waiting, running.ended, queued.ended])
    expect(ends).toEqual(Array.from(ends, () => 'aborted UnknownError'))
    expect(log).toEqual([
      'second wentAhead',
      'running wentAhead',
      'running put done',
      'first aborted UnknownError',
      'second aborted UnknownError',
      'closing',
      'running aborted UnknownError',
      'queued aborted UnknownError',
      'closed UnknownError',
    ])
    expect(storage.log.filter((step) => step === 'put')).toHaveLength(3)
  })

  test('that blocked the thread does the same', async () => {
    const { connection, storage, log } = await fixture({ canSyncLater: false })
    const transaction = writer(connection, { title: 'tx', log })
    storage.before.set('sync', full)
    expect(await transaction.commit()).toBe('aborted QuotaExceededError')
    expect(log).toEqual(['tx aborted QuotaExceededError', 'closing', 'closed QuotaExceededError'])
  })
})
