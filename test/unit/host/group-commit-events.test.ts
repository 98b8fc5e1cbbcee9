/** What script sees of transactions that run while the commit before theirs is on its way to the disk. */
import { describe, expect, test } from 'vitest'
import '../../../src/index.ts'
import { factoryOn } from '../../../src/hosting/composition.ts'
import { StorageError } from '../../../src/errors.ts'
import { HostUser, hostOfOthers } from '../../../src/hosting/host-user.ts'
import { createHost } from '../../../src/host/host.ts'
import { openDatabase } from '../../kit/promises.ts'
import { type Log, settle, turn } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { transports } from '../../kit/transports.ts'

describe.each(transports)('%s', (_title, transport) => {
  /** A database with a store, and syncs that wait until a test lets them end. */
  async function fixture() {
    const storage = new ModelDirectory()
    const source = hostOfOthers(transport(createHost({ storage, durability: 'strict' })))
    storage.canSyncLater = true
    const database = await openDatabase(factoryOn(new HostUser(source)), (it) => {
      it.createObjectStore('s')
    })
    const log: Log = []
    return { storage, database, log }
  }

  /** A transaction with one put, that notes its end. */
  function transactionOf(database: IDBDatabase, log: Log, title: string) {
    const transaction = database.transaction('s', 'readwrite')
    for (const type of ['complete', 'abort']) {
      transaction.addEventListener(type, () => log.push(`${title} ${type}`))
    }
    const request = transaction.objectStore('s').put(title, title)
    return { transaction, request }
  }

  const commits = ({ log }: ModelDirectory) => log.filter((step) => step === 'commit').length

  test('600 that only their complete events can tell of share syncs, and complete in order', async () => {
    const { storage, database, log } = await fixture()
    storage.log.length = 0
    const titles = Array.from({ length: 600 }, (_, i) => `${i}`)
    for (const title of titles) transactionOf(database, log, title)
    while (commits(storage) < 600) await turn()
    expect(log).toEqual([])
    expect(storage.syncs).toHaveLength(1)
    storage.syncs[0]?.resolve()
    await settle()
    expect(log).toEqual(['0 complete'])
    storage.syncs[1]?.resolve()
    while (log.length < 600) await turn()
    expect(log).toEqual(titles.map((title) => `${title} complete`))
    expect(storage.syncs).toHaveLength(2)
  })

  test('no event fires, and no request is done, before the complete event of the one before', async () => {
    const { storage, database, log } = await fixture()
    const group = ['a', 'b', 'c'].map((title) => transactionOf(database, log, title))
    group[1]?.request.addEventListener('success', () => log.push('b success'))
    await settle()
    expect(log).toEqual([])
    // The second one is executed, and waits with its commit for what its listener may still ask for.
    expect([commits(storage), storage.syncs.length]).toEqual([2, 1])
    expect(group.map(({ request }) => request.readyState)).toEqual(['done', 'pending', 'pending'])
    storage.syncs[0]?.resolve()
    await settle()
    expect(log).toEqual(['a complete', 'b success'])
    storage.syncs[1]?.resolve()
    await settle()
    storage.syncs[2]?.resolve()
    await settle()
    expect(log).toEqual(['a complete', 'b success', 'b complete', 'c complete'])
  })

  test('a listener at the database receives the events of requests, too', async () => {
    const { storage, database, log } = await fixture()
    for (const title of ['a', 'b']) transactionOf(database, log, title)
    await settle()
    database.addEventListener('success', () => log.push('success'), true)
    expect(commits(storage)).toBe(3)
    storage.syncs[0]?.resolve()
    await settle()
    storage.syncs[1]?.resolve()
    await settle()
    expect(log).toEqual(['a complete', 'success', 'b complete'])
  })

  test.each([
    ['right after the request', 2, (add: () => void) => queueMicrotask(add)],
    ['while the sync is under way', 3, async (add: () => void) => settle().then(add)],
    [
      'by the complete event before',
      3,
      (add: () => void, first: IDBTransaction) => first.addEventListener('complete', add),
    ],
  ])(
    'a listener added %s is called, after that event and before its own',
    async (_when, expectedCommits, whenever) => {
      const { storage, database, log } = await fixture()
      const first = transactionOf(database, log, 'a')
      const { request } = transactionOf(database, log, 'b')
      void whenever(() => {
        request.onsuccess = () => log.push(`b success ${request.result}`)
      }, first.transaction)
      await settle()
      await settle()
      expect(commits(storage)).toBe(expectedCommits)
      expect(log).toEqual([])
      storage.syncs[0]?.resolve()
      await settle()
      storage.syncs[1]?.resolve()
      await settle()
      expect(log).toEqual(['a complete', 'b success b', 'b complete'])
    },
  )

  test('results keep their order, and each has a task of its own', async () => {
    const { storage, database, log } = await fixture()
    transactionOf(database, log, 'a')
    const { transaction, request } = transactionOf(database, log, 'b')
    const store = transaction.objectStore('s')
    const requests = [request, store.get('a'), store.count()]
    for (const it of requests) {
      it.onsuccess = () => {
        log.push(`success ${it.result}`)
        queueMicrotask(() => log.push('microtask'))
      }
    }
    await settle()
    storage.syncs[0]?.resolve()
    await settle()
    storage.syncs[1]?.resolve()
    await settle()
    const heard = ['success b', 'microtask', 'success a', 'microtask', 'success 2', 'microtask']
    expect(log).toEqual(['a complete', ...heard, 'b complete'])
  })

  test('a failed request without a listener aborts its transaction after that event', async () => {
    const { storage, database, log } = await fixture()
    const first = transactionOf(database, log, 'a')
    const { transaction } = transactionOf(database, log, 'b')
    transaction.objectStore('s').add('again', 'a')
    first.transaction.addEventListener('complete', () => log.push(`b ${transaction.error}`))
    await settle()
    expect(log).toEqual([])
    storage.syncs[0]?.resolve()
    await settle()
    expect(log).toEqual(['a complete', 'b null', 'b abort'])
    expect(transaction.error?.name).toBe('ConstraintError')
  })

  test('abort() of a follower reverts it alone', async () => {
    const { storage, database, log } = await fixture()
    transactionOf(database, log, 'a')
    const { transaction, request } = transactionOf(database, log, 'b')
    request.onsuccess = () => log.push('b success')
    request.onerror = () => log.push(`b ${request.error?.name}`)
    await settle()
    transaction.abort()
    await settle()
    expect(log).toEqual(['b AbortError', 'b abort'])
    storage.syncs[0]?.resolve()
    await settle()
    expect(log.slice(2)).toEqual(['a complete'])
    const keys = database.transaction('s').objectStore('s').getAllKeys()
    keys.onsuccess = () => log.push(`${keys.result}`)
    await settle()
    expect(log.at(-1)).toBe('a')
  })

  test('a failed sync aborts all in order, fires no success event, and closes the database', async () => {
    const { storage, database, log } = await fixture()
    database.onclose = () => log.push('close')
    const group = ['a', 'b', 'c'].map((title) => transactionOf(database, log, title))
    for (const { request } of group.slice(2)) {
      request.onsuccess = () => log.push('success')
      request.onerror = () => log.push(`${request.error?.name}`)
    }
    await settle()
    storage.syncs[0]?.reject(new StorageError('io', 'no such luck'))
    await settle()
    expect(log).toEqual(['a abort', 'b abort', 'AbortError', 'c abort', 'close'])
    expect(group.map(({ transaction }) => transaction.error?.name)).toEqual(
      Array.from(group, () => 'UnknownError'),
    )
  })
})
