import { describe, expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import type { SchemaChange } from '../../../src/protocol/protocol.ts'
import { encodeNumberKey } from '../../../src/keys/number-key.ts'
import { serialize } from '../../../src/values/serialize.ts'
import { directoryOn } from '../../kit/test-directory.ts'
import { count, createStores, deleteDatabase, listDatabases, open } from '../../kit/host-client.ts'
import { put, scan, store, Tester } from '../../kit/host-client.ts'
import { transports } from '../../kit/transports.ts'

/** On the real engine, over the memory VFS. */
describe.each(transports)('%s', (_title, transport) => {
  function fixture() {
    const host = transport(createHost({ storage: directoryOn(), durability: 'strict' }))
    return { host, log: [] as string[] }
  }

  const changes = createStores(store(1), store(2, { autoIncrement: true }))
  const valueOf = (value: unknown) => [...serialize(value).value.bytes]
  const createIndex = (unique: boolean): SchemaChange => ({
    type: 'createIndex',
    storeId: 1,
    index: { id: 1, name: 'by n', keyPath: 'n', unique, multiEntry: false },
  })

  test('records survive closing and opening', async () => {
    const { host } = fixture()
    const connection = await open(host, 'db', { changes })
    const writer = new Tester(connection)
    await writer.execute(put(1, [1, 2, 3]))
    await writer.commit()
    connection.close()
    const reader = new Tester(await open(host, 'db'), { mode: 'readonly' })
    const { records } = await reader.execute(scan())
    expect(records).toEqual([{ key: [...encodeNumberKey(1)], value: [1, 2, 3] }])
  })

  test('key generators survive closing and opening', async () => {
    const { host } = fixture()
    const generated = { valueOffset: -1, indexKeyOffsets: [] }
    for (const expected of [1, 2, 3]) {
      const connection = await open(host, 'db', { changes })
      const writer = new Tester(connection, { stores: [2] })
      const answer = await writer.execute(put(0, [1], { storeId: 2, key: null, generated }))
      expect(answer.result).toEqual(encodeNumberKey(expected))
      await writer.commit()
      connection.close()
    }
  })

  test('a new index is built over existing records', async () => {
    const { host } = fixture()
    const first = await open(host, 'db', { changes })
    const writer = new Tester(first)
    for (const [i, n] of [30, 10, 'no number', 20].entries()) {
      await writer.execute(put(i, valueOf(n === 20 ? { m: 1 } : { n })))
    }
    await writer.commit()
    first.close()
    const second = await open(host, 'db', { version: 2, changes: [createIndex(true)] })
    const reader = new Tester(second, { mode: 'readonly' })
    const { records } = await reader.execute({ ...scan(), indexId: 1 } as ReturnType<typeof scan>)
    expect(records.slice(0, 2).map(({ key }) => key)).toEqual(
      [10, 30].map((n) => [...encodeNumberKey(n)]),
    )
    expect(records).toHaveLength(3)
  })

  test('a unique index that cannot be built fails, and an abort takes it all back', async () => {
    const { host, log } = fixture()
    const first = await open(host, 'db', { changes })
    const writer = new Tester(first)
    for (const key of [1, 2]) await writer.execute(put(key, valueOf({ n: 5 })))
    await writer.commit()
    first.close()
    const failed = open(host, 'db', { version: 2, log, changes: [createIndex(true)] })
    await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
    expect(log).toContain('createIndex failed ConstraintError')
    const again = await open(host, 'db')
    expect([again.schema.version, again.schema.stores.get(1)?.indexes.size]).toEqual([1, 0])
    const third = open(host, 'db', { version: 2, changes: [createIndex(false)] })
    again.close()
    expect((await third).schema.version).toBe(2)
  })

  test('an aborted upgrade brings back deleted stores with their records', async () => {
    const { host } = fixture()
    const first = await open(host, 'db', { changes })
    const writer = new Tester(first)
    await writer.execute(put(1))
    await writer.commit()
    first.close()
    const deletion: SchemaChange[] = [{ type: 'deleteObjectStore', storeId: 1 }]
    const failed = open(host, 'db', {
      version: 2,
      changes: deletion,
      upgrade: (_connection, transaction) => transaction.abort(),
    })
    await expect(failed).rejects.toMatchObject({ name: 'AbortError' })
    const reader = new Tester(await open(host, 'db'), { mode: 'readonly' })
    expect((await reader.execute(count())).result).toBe(1)
  })

  test('a reader beside a writer of another store is not disturbed by its abort', async () => {
    const { host } = fixture()
    const connection = await open(host, 'db', { changes })
    const writer = new Tester(connection, { stores: [2] })
    const reader = new Tester(connection, { mode: 'readonly' })
    await writer.execute(put(1, [1], { storeId: 2 }))
    expect((await reader.execute(count())).result).toBe(0)
    writer.transaction.abort()
    expect((await reader.execute(count())).result).toBe(0)
    expect(await reader.commit()).toBe('committed')
  })

  test('databases are listed and deleted', async () => {
    const { host } = fixture()
    const connection = await open(host, 'db', { version: 3 })
    expect(await listDatabases(host)).toEqual([{ name: 'db', version: 3 }])
    connection.close()
    expect(await deleteDatabase(host, 'db')).toBe(3)
    expect(await listDatabases(host)).toEqual([])
  })
})
