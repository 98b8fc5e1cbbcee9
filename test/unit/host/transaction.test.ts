import { describe, expect, test } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { createStores, count, open, put, scan, store, Tester, turn } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

/** A host over the model, and a connection to a database with the stores 1, 2 and 3 (3 with a key generator). */
async function fixture(durability: 'relaxed' | 'strict' = 'relaxed') {
  const storage = new ModelDirectory()
  const host = createHost({ storage, durability })
  const log: string[] = []
  const changes = createStores(store(1), store(2), store(3, { autoIncrement: true }))
  const connection = await open(host, 'db', { changes, log })
  storage.log.length = 0
  log.length = 0
  // The upgrade may have used up the caller's time in this turn.
  await turn()
  return { storage, host, connection, log }
}

const generated = { key: null, generated: { valueOffset: -1, indexKeyOffsets: [] } }

describe('execution', () => {
  test('a lone transaction executes and commits within the calls', async () => {
    const { connection, log } = await fixture()
    const { transaction } = new Tester(connection, { log })
    const range = { lower: encodeNumberKey(1), upper: null }
    transaction.execute(put(1), receiverInto(log, 'put'))
    transaction.execute(
      { type: 'count', storeId: 1, indexId: 0, range },
      receiverInto(log, 'count'),
    )
    transaction.commit(0)
    expect(log).toEqual(['put done undefined', 'count done 1', 'tx committed'])
  })

  test('the engine begins a transaction with the first write, and never for reads', async () => {
    const { connection, storage } = await fixture()
    const reader = new Tester(connection, { mode: 'readonly' })
    await reader.execute(count())
    await reader.commit()
    const writer = new Tester(connection)
    await writer.execute(count())
    await writer.execute(put(1))
    await writer.execute(put(2))
    await writer.commit()
    expect(storage.log).toEqual(['count', 'count', 'begin', 'put', 'put', 'commit'])
  })

  test('a read/write transaction that never wrote commits without the engine', async () => {
    const { connection, storage } = await fixture('strict')
    const transaction = new Tester(connection)
    await transaction.execute(count())
    expect(await transaction.commit()).toBe('committed')
    expect(storage.log).toEqual(['count'])
  })

  test('operations of a transaction not yet started are executed in order, with copies of the values', async () => {
    const { connection, log } = await fixture()
    const first = new Tester(connection, { title: 'first', log })
    void first.execute(put(1))
    const second = new Tester(connection, { title: 'second', log })
    const operation = put(2, [7])
    const { bytes } = operation.value
    void second.execute(operation)
    bytes.fill(0)
    const scanned = second.execute(scan())
    const committed = second.commit()
    expect(log).toEqual(['first put done'])
    first.transaction.commit(0)
    await committed
    expect(log.slice(1)).toEqual([
      'first committed',
      'second put done',
      'second scan done',
      'second committed',
    ])
    expect((await scanned).records).toEqual([
      { key: [...encodeNumberKey(1)], value: [1] },
      { key: [...encodeNumberKey(2)], value: [7] },
    ])
  })

  test('a transaction that keeps the thread too long is executed in slices between turns', async () => {
    const { connection, storage } = await fixture()
    storage.before.set('put', () => busyFor(0.2))
    const transaction = new Tester(connection)
    const answers = Array.from({ length: 200 }, (_, i) => transaction.execute(put(i)))
    const eager = storage.log.filter((step) => step === 'put').length
    expect(eager).toBeGreaterThan(8)
    expect(eager).toBeLessThan(100)
    const committed = transaction.commit()
    let turns = 0
    while (storage.log.filter((step) => step === 'put').length < 200) {
      await turn()
      turns++
    }
    expect(turns).toBeGreaterThan(5)
    await Promise.all(answers)
    expect(await committed).toBe('committed')
  })

  test('a turn of the event loop gives the thread back to eager execution', async () => {
    const { connection, storage } = await fixture()
    storage.before.set('put', () => busyFor(1))
    const transaction = new Tester(connection)
    const puts = Array.from({ length: 64 }, (_, i) => transaction.execute(put(i)))
    const before = storage.log.length
    expect(before).toBeLessThan(64)
    await Promise.all(puts)
    await turn()
    void transaction.execute(put(100))
    expect(storage.log.length).toBe(66)
  })

  test('a count that takes long lets others have the thread, and what was asked after it waits', async () => {
    const { connection, storage, log } = await fixture()
    storage.piecesOfCount = 100
    storage.before.set('count on', () => busyFor(0.5))
    const transaction = new Tester(connection, { log })
    void transaction.execute(put(1))
    const counted = transaction.execute(count())
    const added = transaction.execute(put(2))
    const committed = transaction.commit()
    let turns = 0
    while (!log.includes('tx count done')) {
      await turn()
      turns++
    }
    expect(turns).toBeGreaterThan(5)
    expect((await counted).result).toBe(1)
    await added
    expect(await committed).toBe('committed')
    expect(log).toEqual(['tx put done', 'tx count done', 'tx put done', 'tx committed'])
  })

  test('transactions on other stores go on between the pieces of a count', async () => {
    const { connection, storage, log } = await fixture()
    storage.piecesOfCount = 100
    storage.before.set('count on', () => busyFor(0.5))
    const reader = new Tester(connection, { title: 'reader', log, mode: 'readonly' })
    const counted = reader.execute(count())
    const writer = new Tester(connection, { title: 'writer', log, stores: [2] })
    void writer.execute(put(1, [1], { storeId: 2 }))
    expect(await writer.commit()).toBe('committed')
    expect(log).not.toContain('reader count done')
    expect((await counted).result).toBe(0)
  })

  test('an abort ends a count between its pieces', async () => {
    const { connection, storage, log } = await fixture()
    storage.piecesOfCount = 100
    storage.before.set('count on', () => busyFor(0.5))
    const transaction = new Tester(connection, { log })
    void transaction.execute(count())
    transaction.transaction.abort()
    const pieces = storage.log.length
    const next = new Tester(connection, { title: 'next', log })
    await next.execute(put(1))
    expect(await next.commit()).toBe('committed')
    expect(storage.log.slice(pieces)).toEqual(['begin', 'put', 'commit'])
    expect(log).toEqual(['next put done', 'next committed'])
  })

  test('a count that fails in its middle fails its request and the transaction', async () => {
    const { connection, storage, log } = await fixture()
    storage.piecesOfCount = 3
    storage.before.set('count', () => {
      throw new StorageError('io', 'no')
    })
    const transaction = new Tester(connection, { log })
    void transaction.execute(count())
    expect(await transaction.ended).toBe('aborted UnknownError')
    expect(log).toEqual(['tx count failed UnknownError', 'tx aborted UnknownError'])
  })

  test('10,000 one-put transactions made in one go all commit, in order', async () => {
    const { connection, log } = await fixture()
    const all = Array.from({ length: 10_000 }, (_, i) => {
      const transaction = new Tester(connection, { title: `${i}`, log: i % 1000 ? [] : log })
      void transaction.execute(put(i % 10))
      return transaction.commit()
    })
    expect(new Set(await Promise.all(all))).toEqual(new Set(['committed']))
    const titles = log.filter((line) => line.endsWith('committed')).map((line) => parseInt(line))
    expect(titles).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000])
  })
})

describe('key generators', () => {
  test('the host gives out numbers, patches value and index keys, and answers the key', async () => {
    const { connection } = await fixture()
    const transaction = new Tester(connection, { stores: [3] })
    const value = Array.from({ length: 10 }, () => 9)
    const entryOf = (indexId: number, bytes: readonly number[]) => [indexId, 9, 0x10, ...bytes]
    const indexKeys = Uint8Array.from([1, 2].flatMap((id) => entryOf(id, Array(8).fill(0))))
    const places = { valueOffset: 1, indexKeyOffsets: [3, 14] }
    const options = { storeId: 3, key: null, indexKeys, generated: places }
    const answer = await transaction.execute(put(0, value, options))
    expect(answer.result).toEqual(encodeNumberKey(1))
    const { records } = await transaction.execute(scan(3))
    expect(records[0]?.value).toEqual([9, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 9])
    const bytes = [...encodeNumberKey(1)].slice(1)
    expect([...indexKeys]).toEqual([...entryOf(1, bytes), ...entryOf(2, bytes)])
  })

  test.each([
    ['an explicit number moves the generator beyond it', 7.9, 8],
    ['a lower one leaves it alone', -5, 1],
    ['a number next to 2^53 leaves one to give', 2 ** 53 - 1, 2 ** 53],
  ])('%s', async (_title, explicit, next) => {
    const { connection } = await fixture()
    const transaction = new Tester(connection, { stores: [3] })
    await transaction.execute(put(explicit, [1], { storeId: 3 }))
    const { result } = await transaction.execute(put(0, [1], { storeId: 3, ...generated }))
    expect(result).toEqual(encodeNumberKey(next))
  })

  test.each([2 ** 53, Infinity])('after the key %d there is none left', async (explicit) => {
    const { connection } = await fixture()
    const transaction = new Tester(connection, { stores: [3] })
    await transaction.execute(put(explicit, [1], { storeId: 3 }))
    const { failure } = await transaction.execute(put(0, [1], { storeId: 3, ...generated }))
    expect(failure?.name).toBe('ConstraintError')
  })

  test('a failed put leaves the current number alone', async () => {
    const { connection, storage } = await fixture()
    const transaction = new Tester(connection, { stores: [3] })
    await transaction.execute(put(5, [1], { storeId: 3 }))
    storage.before.set('put', () => {
      throw new StorageError('constraint', 'taken')
    })
    await transaction.execute(put(9, [1], { storeId: 3 }))
    await transaction.execute(put(0, [1], { storeId: 3, ...generated }))
    storage.before.clear()
    const { result } = await transaction.execute(put(0, [1], { storeId: 3, ...generated }))
    expect(result).toEqual(encodeNumberKey(6))
  })

  test('an abort takes numbers back, a commit keeps them', async () => {
    const { connection, storage } = await fixture()
    const aborted = new Tester(connection, { stores: [3] })
    await aborted.execute(put(0, [1], { storeId: 3, ...generated }))
    aborted.transaction.abort()
    const transaction = new Tester(connection, { stores: [3] })
    const { result } = await transaction.execute(put(0, [1], { storeId: 3, ...generated }))
    await transaction.execute(put(0, [1], { storeId: 3, ...generated }))
    await transaction.commit()
    expect(result).toEqual(encodeNumberKey(1))
    expect(storage.files.get('db')?.numbers.get(3)).toBe(3)
  })
})

describe('ends', () => {
  test('an abort reverts, drops what is queued, and lets the next start', async () => {
    const { connection, storage, log } = await fixture()
    const first = new Tester(connection, { title: 'first', log })
    void first.execute(put(1))
    const second = new Tester(connection, { title: 'second', log })
    void second.execute(put(2))
    const third = new Tester(connection, { title: 'third', log })
    const counted = third.execute(count())
    second.transaction.abort()
    first.transaction.abort()
    expect((await counted).result).toBe(0)
    expect(log).toEqual(['first put done', 'third count done'])
    expect(storage.log).toEqual(['begin', 'put', 'rollback', 'count'])
  })

  test('a commit aborts with the first failure core had not seen', async () => {
    const { connection, storage } = await fixture()
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    await transaction.execute(put(1, [2], { overwrite: false }))
    await transaction.execute(put(1, [2], { overwrite: false }))
    expect(await transaction.commit(1)).toBe('aborted ConstraintError')
    expect(storage.log.at(-1)).toBe('rollback')
  })

  test('a commit goes through when core has seen all failures', async () => {
    const { connection } = await fixture()
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    await transaction.execute(put(1, [2], { overwrite: false }))
    expect(await transaction.commit(1)).toBe('committed')
  })

  test.each([
    ['full', 'QuotaExceededError'],
    ['io', 'UnknownError'],
    ['busy', 'UnknownError'],
  ] as const)('%s in an operation fails it and aborts its transaction', async (code, name) => {
    const { connection, storage, log } = await fixture()
    const transaction = new Tester(connection, { log })
    await transaction.execute(put(1))
    storage.before.set('put', () => {
      throw new StorageError(code, 'no')
    })
    void transaction.execute(put(2))
    expect(log).toEqual(['tx put done', `tx put failed ${name}`, `tx aborted ${name}`])
    expect(storage.log.at(-1)).toBe('rollback')
  })

  test('corruption closes all connections by force', async () => {
    const { host, connection, storage, log } = await fixture()
    await open(host, 'db', { log })
    const other = new Tester(connection, { title: 'other', log, stores: [2], mode: 'readonly' })
    storage.before.set('count', () => {
      throw new StorageError('corrupt', 'bad page')
    })
    const transaction = new Tester(connection, { log })
    await transaction.execute(count())
    await other.ended
    expect(log).toEqual([
      'opened',
      'tx count failed UnknownError',
      'tx aborted UnknownError',
      'closing',
      'other aborted UnknownError',
      'closed UnknownError',
      'closing',
      'closed UnknownError',
    ])
    expect((await open(host, 'db')).schema.version).toBe(1)
  })

  test('a commit that fails aborts', async () => {
    const { connection, storage } = await fixture()
    storage.before.set('commit', () => {
      throw new StorageError('full', 'disk full')
    })
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    expect(await transaction.commit()).toBe('aborted QuotaExceededError')
  })

  test('forceClose() aborts every transaction, in order, before it closes, and starts none in between', async () => {
    const { connection, storage, log } = await fixture()
    const [first, second] = ['first', 'second'].map(
      (title) => new Tester(connection, { title, log }),
    )
    void first?.execute(put(1))
    void second?.execute(put(2))
    void second?.commit()
    connection.forceClose()
    expect(log).toEqual([
      'first put done',
      'closing',
      'first aborted AbortError',
      'second aborted AbortError',
      'closed AbortError',
    ])
    expect(storage.log).toEqual(['begin', 'put', 'rollback'])
  })
})

describe('durability', () => {
  test('strict syncs before it says committed, relaxed does not sync', async () => {
    const { connection, storage } = await fixture('relaxed')
    for (const durability of ['strict', 'relaxed', 'default'] as const) {
      const transaction = new Tester(connection, { durability })
      await transaction.execute(put(1))
      await transaction.commit()
    }
    expect(storage.log.filter((step) => step === 'sync')).toHaveLength(1)
    expect(storage.log.indexOf('sync')).toBe(3)
  })

  test('default means what the host was told', async () => {
    const { connection, storage } = await fixture('strict')
    const transaction = new Tester(connection, { durability: 'default' })
    await transaction.execute(put(1))
    await transaction.commit()
    expect(storage.log.at(-1)).toBe('sync')
  })
})

function receiverInto(log: string[], title: string) {
  return {
    record: () => {},
    done: (result: unknown) => void log.push(`${title} done ${result}`),
    failed: ({ name }: { name: string }) => void log.push(`${title} failed ${name}`),
  }
}

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
