/** What a host makes of a commit that is offered with the operations, in the same thread and over a port. */
import { describe, expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { count, createStores, open, put, settle, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { transports } from '../../kit/transports.ts'

describe.each(transports)('%s', (_, transport) => {
  async function fixture() {
    const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
    const log: string[] = []
    const host = transport(owner)
    return { log, connection: await open(host, 'db', { changes: createStores(store(1)) }) }
  }

  test('an offer is taken when all that was asked is done', async () => {
    const { connection, log } = await fixture()
    const tester = new Tester(connection, { log })
    void tester.execute(put(1))
    tester.transaction.offerCommit(0)
    expect(await tester.ended).toBe('committed')
    expect(log).toEqual(['tx put done', 'tx committed'])
  })

  test('offers of transactions on the same store are taken one after the other', async () => {
    const { connection, log } = await fixture()
    const testers = [1, 2, 3].map((n) => new Tester(connection, { log, title: `${n}` }))
    for (const [i, tester] of testers.entries()) {
      void tester.execute(put(i))
      tester.transaction.offerCommit(0)
    }
    await Promise.all(testers.map((tester) => tester.ended))
    expect(log.filter((line) => !line.endsWith('done'))).toEqual(
      [1, 2, 3].map((n) => `${n} committed`),
    )
  })

  test('an offer is declined where the transaction waits for another, and it goes on as if nothing was offered', async () => {
    const { connection, log } = await fixture()
    const first = new Tester(connection, { title: 'first' })
    await first.execute(put(1))
    const second = new Tester(connection, { log })
    void second.execute(put(2))
    second.transaction.offerCommit(0)
    await settle()
    expect(log).toEqual(['tx declined'])
    await first.commit()
    await settle()
    expect(log).toEqual(['tx declined', 'tx put done'])
    expect(await second.commit()).toBe('committed')
  })

  test('an offer is void where an operation has failed, which the failure says', async () => {
    const { connection, log } = await fixture()
    const tester = new Tester(connection, { log })
    void tester.execute(put(1))
    void tester.execute(put(1, [2], { overwrite: false }))
    tester.transaction.offerCommit(0)
    await settle()
    expect(log).toEqual(['tx put done', 'tx put failed ConstraintError'])
    expect(await tester.commit(1)).toBe('committed')
  })

  test('an offer that has seen the failures is taken', async () => {
    const { connection } = await fixture()
    const tester = new Tester(connection)
    await tester.execute(put(1))
    await tester.execute(put(1, [2], { overwrite: false }))
    void tester.execute(put(2))
    tester.transaction.offerCommit(1)
    expect(await tester.ended).toBe('committed')
  })

  test('a read-only transaction that has asked for nothing ends after those it had to wait for', async () => {
    const { connection, log } = await fixture()
    const writer = new Tester(connection, { log, title: 'writer' })
    const reader = new Tester(connection, { log, title: 'reader', mode: 'readonly' })
    reader.transaction.commit(0)
    await settle()
    expect(log).toEqual([])
    await writer.commit()
    await reader.ended
    expect(log).toEqual(['writer committed', 'reader committed'])
  })

  test('a read-only transaction whose answers are all here lets a writer start by its commit', async () => {
    const { connection } = await fixture()
    const reader = new Tester(connection, { mode: 'readonly' })
    await reader.execute(count())
    const writer = new Tester(connection)
    const written = writer.execute(put(1))
    expect(await reader.commit()).toBe('committed')
    expect((await written).failure).toBe(undefined)
    expect(await writer.commit()).toBe('committed')
  })
})
