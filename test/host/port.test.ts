import { describe, expect, test } from 'vitest'
import { createHost } from '../../src/host/host.ts'
import { connectHost } from '../../src/host/port-client.ts'
import { serve } from '../../src/host/port-server.ts'
import { createStores, deleteDatabase, open, put, scan, settle, store, Tester } from './client.ts'
import { ModelDirectory } from './model-storage.ts'
import { portPair, unexpected } from './transports.ts'

/** One host, and as many realms behind ports as are asked for. */
function fixture() {
  const storage = new ModelDirectory()
  const owner = createHost({ storage, durability: 'relaxed' })
  const log: string[] = []
  const realm = () => {
    const [ownPort, port] = portPair()
    serve(owner, ownPort, unexpected)
    return { host: connectHost(port), port, ownPort }
  }
  return { storage, owner, realm, log }
}

describe('records', () => {
  test('of any size arrive as they were stored', async () => {
    const { realm } = fixture()
    const connection = await open(realm().host, 'db', { changes: createStores(store(1)) })
    const transaction = new Tester(connection)
    const values = [1, 2, 5_000, 200_000].map((length, i) => Array.from({ length }, () => i))
    for (const [i, value] of values.entries()) void transaction.execute(put(i, value))
    const { records } = await transaction.execute(scan())
    expect(records.map(({ value }) => value)).toEqual(values)
    expect(await transaction.commit()).toBe('committed')
  })

  test('are copied when the operation is called', async () => {
    const { realm } = fixture()
    const connection = await open(realm().host, 'db', { changes: createStores(store(1)) })
    const transaction = new Tester(connection)
    const operation = put(1, [7])
    const { value } = operation
    void transaction.execute(operation)
    value.fill(0)
    expect((await transaction.execute(scan())).records[0]?.value).toEqual([7])
  })
})

describe('realms', () => {
  test('hear versionchange of each other', async () => {
    const { realm, log } = fixture()
    await open(realm().host, 'db', { log, onVersionChange: 'close' })
    log.length = 0
    const second = await open(realm().host, 'db', { version: 2, log })
    expect(second.schema.version).toBe(2)
    expect(log).toEqual(['versionchange 1 2', 'upgradeNeeded 1 2', 'upgrade committed', 'opened'])
  })

  test('a realm whose port closes lets go of its transactions and connections', async () => {
    const { storage, realm } = fixture()
    const { host, port } = realm()
    const connection = await open(host, 'db', { changes: createStores(store(1)) })
    await new Tester(connection).execute(put(1))
    port.close()
    expect(await deleteDatabase(realm().host, 'db')).toBe(1)
    expect(storage.log.filter((step) => step === 'rollback')).toHaveLength(1)
  })

  test('a realm that goes with a versionchange unanswered holds up nobody', async () => {
    const { realm } = fixture()
    const { host, port } = realm()
    const first = await open(host, 'db')
    first.listen({ versionChange: () => port.close(), forceClosed: () => {} })
    expect((await open(realm().host, 'db', { version: 2 })).schema.version).toBe(2)
  })

  test('a realm whose owner goes hears it everywhere', async () => {
    const { realm, log } = fixture()
    const { host, ownPort } = realm()
    const connection = await open(host, 'db', { log, changes: createStores(store(1)) })
    const transaction = new Tester(connection, { log })
    await transaction.execute(put(1))
    const blocked = open(host, 'db', { version: 2, log })
    log.length = 0
    ownPort.close()
    await expect(blocked).rejects.toMatchObject({ code: 'UnknownError' })
    expect(log.filter((line) => !/^(versionchange|blocked)/.test(line))).toEqual([
      'tx aborted UnknownError',
      'forceClosed UnknownError',
      'failed UnknownError',
    ])
    await expect(open(host, 'db')).rejects.toMatchObject({ code: 'UnknownError' })
  })

  test('close() of one realm waits for its own, and leaves the others alone', async () => {
    const { storage, realm, log } = fixture()
    const [first, second] = [realm().host, realm().host]
    const connection = await open(first, 'db', { changes: createStores(store(1)) })
    const other = await open(second, 'db')
    const transaction = new Tester(connection)
    await transaction.execute(put(1))
    const closed = first.close().then(() => log.push('closed'))
    await settle()
    expect(log).toEqual([])
    await transaction.commit()
    await closed
    expect(storage.opened).toHaveLength(1)
    const reader = new Tester(other, { mode: 'readonly' })
    expect((await reader.execute(scan())).records).toHaveLength(1)
  })

  test('close() fails what waits, and what it had asked for is undone', async () => {
    const { storage, realm } = fixture()
    const [first, second] = [realm().host, realm().host]
    const holder = await open(first, 'db')
    const blocked = open(second, 'db', { version: 2 })
    await settle()
    const closed = second.close()
    await expect(blocked).rejects.toMatchObject({ code: 'AbortError' })
    await closed
    holder.close()
    await settle()
    expect(storage.files.get('db')?.schema.version).toBe(1)
    expect(storage.opened).toHaveLength(0)
  })

  test('a transaction created on a connection the owner has closed by force is aborted', async () => {
    const { owner, realm, log } = fixture()
    const connection = await open(realm().host, 'db', { log, changes: createStores(store(1)) })
    const [first] = [await open(owner, 'other', { log })]
    first?.forceClose()
    connection.forceClose()
    const transaction = new Tester(connection, { log })
    expect(await transaction.ended).toBe('aborted AbortError')
    expect(log).toContain('forceClosed AbortError')
  })
})
