/** What an owner that is shared and its clients say of themselves: who is there, who goes, who answers. */
import { expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { connectHost } from '../../../src/port/client.ts'
import { serve } from '../../../src/port/server.ts'
import { SocketPort } from '../../../src/port/stream/socket-port.ts'
import { count, createStores, open, settle, store } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { streamPair } from '../../kit/streams.ts'
import { unexpected } from '../../kit/transports.ts'

function fixture() {
  const log: string[] = []
  const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
  const [ownStream, stream] = streamPair()
  const served = serve(owner, new SocketPort(ownStream), {
    report: unexpected,
    presence: null,
    recovered: () => log.push('recovered'),
    left: () => log.push('left'),
  })
  const host = connectHost(new SocketPort(stream), {
    gone: ({ name }) => log.push(`gone ${name}`),
    roster: (clients) => log.push(`roster ${clients.join()}`),
  })
  return { log, served, host, stream }
}

test('a client learns who is at the owner', async () => {
  const { log, served } = fixture()
  served.tellRoster(['a', 'b'])
  await settle()
  expect(log).toEqual(['roster a,b'])
})

test('an owner that is there says so', async () => {
  const { host } = fixture()
  await new Promise<void>((resolve) => host.ping(resolve))
})

test('an owner hears that a client has brought back what it had', async () => {
  const { log, host } = fixture()
  host.recovered()
  await settle()
  expect(log).toEqual(['recovered'])
})

test('a client that says goodbye lets go of its connections', async () => {
  const { log, host } = fixture()
  await open(host, 'db', { log })
  log.length = 0
  host.leave()
  await settle()
  await settle()
  expect(log).toContain('left')
})

test('an owner that goes tells its clients, and closes their streams', async () => {
  const { log, served, host } = fixture()
  await open(host, 'db', { log })
  log.length = 0
  served.leave()
  await settle()
  await settle()
  expect(log).toEqual(['left', 'closing', 'closed UnknownError', 'gone UnknownError'])
})

test("a client that would have another's marks forgotten is ended", async () => {
  const reports: (string | null)[] = []
  const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
  const [ownStream, stream] = streamPair()
  serve(owner, new SocketPort(ownStream), {
    report: ({ detail }) => reports.push(detail),
    presence: null,
    client: 'this-client-here',
  })
  connectHost(new SocketPort(stream)).forgetMarks('another-client-1')
  await settle()
  expect(reports).toEqual(['A message names another client'])
})

test('an owner that goes answers no client what another, cut off before it, has held up', async () => {
  const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
  const clients = Array.from({ length: 2 }, () => {
    const [ownStream, stream] = streamPair()
    const options = { report: unexpected, presence: null }
    const served = serve(owner, new SocketPort(ownStream), options)
    return { served, host: connectHost(new SocketPort(stream)) }
  })
  const connections = []
  for (const { host } of clients) {
    connections.push(await open(host, 'db', { changes: createStores(store(1)) }))
  }
  const answers: unknown[] = []
  const listener = { wentAhead() {}, caughtUp() {}, declined() {}, committed() {}, aborted() {} }
  for (const connection of connections) {
    const transaction = connection.createTransaction([1], 'readwrite', 'default', listener)
    const done = (result: unknown): void => void answers.push(result)
    transaction.execute(count(), { record() {}, done, failed() {} })
  }
  await settle()
  expect(answers).toEqual([0])
  for (const { served } of clients) served.mute()
  for (const { served } of clients) served.leave()
  await settle()
  expect(answers).toEqual([0])
})
