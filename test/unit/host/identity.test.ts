/** What a database is known by to connections that come back to it. */
import { expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { StorageError } from '../../../src/errors.ts'
import type { AttachListener, Host, HostConnection } from '../../../src/protocol/protocol.ts'
import { createStores, deleteDatabase, open, put, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'

const changes = createStores(store(1))

function fixture() {
  const storage = new ModelDirectory()
  const host = createHost({ storage, durability: 'relaxed', report: () => {} })
  const noted = (): number | null => storage.files.get('db')?.marks.incarnation ?? null
  return { storage, host, noted }
}

function attach(host: Host, incarnation: number | null): Promise<HostConnection> {
  return new Promise((attached, failed) => {
    const listener: AttachListener = { attached, failed }
    host.attach('db', 1, listener, incarnation)
  })
}

test('a database of which no client asks has no number', async () => {
  const { host, noted } = fixture()
  const connection = await open(host, 'db', { changes })
  await new Tester(connection).commit()
  expect(noted()).toBe(null)
})

test('a number that is asked for is noted at once, and stays', async () => {
  const { host, noted } = fixture()
  const connection = await open(host, 'db', { changes })
  const number = connection.identify()
  expect(number).not.toBe(null)
  expect(noted()).toBe(number)
  connection.close()
  await connection.closed
  expect((await open(host, 'db')).identify()).toBe(number)
})

test('while a transaction writes nothing is said that is not in the file; its commit brings it there', async () => {
  const { host, noted } = fixture()
  const connection = await open(host, 'db', { changes })
  const transaction = new Tester(connection)
  await transaction.execute(put(1))
  expect([connection.identify(), noted()]).toEqual([null, null])
  await transaction.commit()
  expect(noted()).not.toBe(null)
  expect(connection.identify()).toBe(noted())
})

test('an upgrade says the number that comes with its commit', async () => {
  const { host, noted } = fixture()
  const said: (number | null)[] = []
  await open(host, 'db', {
    changes,
    upgrade: (connection, transaction) => {
      said.push(connection.identify(), noted())
      transaction.commit(0)
    },
  })
  expect(said[0]).toBe(noted())
  expect(said[1]).toBe(null)
})

test('a number that cannot be noted is not said, and fails nothing', async () => {
  const { storage, host, noted } = fixture()
  const connection = await open(host, 'db', { changes })
  storage.before.set('noteIncarnation', () => {
    throw new StorageError('full', 'The disk is full')
  })
  expect(connection.identify()).toBe(null)
  storage.before.clear()
  expect(connection.identify()).toBe(noted())
})

test('a connection attaches to the database of its number alone, or of any where it knows none', async () => {
  const { host } = fixture()
  const first = await open(host, 'db', { changes })
  const number = first.identify()
  const second = await attach(host, number)
  expect(second.identify()).toBe(number)
  for (const connection of [first, second]) connection.close()
  await deleteDatabase(host, 'db')
  const again = await open(host, 'db', { changes })
  expect(again.identify()).not.toBe(number)
  await expect(attach(host, number)).rejects.toMatchObject({ name: 'NotFoundError' })
  expect((await attach(host, null)).name).toBe('db')
})
