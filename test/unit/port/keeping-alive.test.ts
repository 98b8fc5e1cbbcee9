/** Whether a port keeps its process alive: as long as the realm waits for something, and no longer. */
import { expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { connectHost } from '../../../src/port/client.ts'
import { serve } from '../../../src/port/server.ts'
import { SocketPort } from '../../../src/port/stream/socket-port.ts'
import { count, createStores, open, put, settle, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { streamPair } from '../../kit/streams.ts'
import { unexpected } from '../../kit/transports.ts'

/** A database at an owner whose syncs wait until they are let end, and what its port keeps alive. */
async function fixture() {
  const storage = new ModelDirectory()
  storage.canSyncLater = true
  const owner = createHost({ storage, durability: 'strict' })
  const [ownStream, stream] = streamPair()
  serve(owner, new SocketPort(ownStream), { report: unexpected, presence: null })
  const port = new SocketPort(stream)
  let keeps = true
  port.ref = () => (keeps = true)
  port.unref = () => (keeps = false)
  const host = connectHost(port)
  const connection = await open(host, 'db', { changes: createStores(store(1)) })
  await settle()
  const others = await open(owner, 'db')
  return { storage, connection, others, keeps: () => keeps }
}

/** A transaction that has its answer, ahead of another thread's strict commit which is not on the disk yet. */
async function readAhead({ storage, connection, others }: Awaited<ReturnType<typeof fixture>>) {
  const writer = new Tester(others)
  await writer.execute(put(1, [1]))
  const reader = new Tester(connection, { mode: 'readonly' })
  const counted = reader.execute(count())
  await settle()
  const committed = writer.commit()
  expect((await counted).result).toBe(1)
  const sync = async (): Promise<void> => {
    storage.syncs[0]?.resolve()
    expect(await committed).toBe('committed')
    await settle()
  }
  return { reader, sync }
}

test('an open connection of which nothing is awaited does not keep it alive', async () => {
  const { keeps } = await fixture()
  expect(keeps()).toBe(false)
})

test('an operation keeps it alive until it is answered', async () => {
  const { connection, keeps } = await fixture()
  const answered = new Tester(connection).execute(count())
  expect(keeps()).toBe(true)
  await answered
  expect(keeps()).toBe(false)
})

test("what was answered ahead of another's commit keeps it alive until that is told", async () => {
  const place = await fixture()
  const { sync } = await readAhead(place)
  expect(place.keeps()).toBe(true)
  await sync()
  expect(place.keeps()).toBe(false)
})

test('a transaction that ends while it is ahead keeps it alive no longer', async () => {
  const place = await fixture()
  const { reader, sync } = await readAhead(place)
  reader.transaction.abort()
  expect(place.keeps()).toBe(false)
  await sync()
  expect(place.keeps()).toBe(false)
})
