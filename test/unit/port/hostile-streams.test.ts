/** What may come over a stream instead of what a client sends: it ends that client, or is its end, and nothing else. */
import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import { connectHost } from '../../../src/port/client.ts'
import { writeCall } from '../../../src/port/codec.ts'
import type { Call } from '../../../src/port/messages.ts'
import { ParcelWriter } from '../../../src/port/parcel.ts'
import { serve, type ServeOptions } from '../../../src/port/server.ts'
import { frameOf } from '../../../src/port/stream/frame.ts'
import { SocketPort } from '../../../src/port/stream/socket-port.ts'
import type { Host } from '../../../src/protocol/protocol.ts'
import { createStores, open, put, scan, settle, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { streamPair } from '../../kit/streams.ts'

const quiet: ServeOptions = { report: () => {}, presence: null }

function owned(): Host {
  return createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
}

/** A bit of everything: an upgrade, a write, a read. Gives how it ended: a transaction that is aborted gets no answers. */
async function converse(host: Host): Promise<string> {
  const connection = await open(host, 'db', { changes: createStores(store(1)) })
  const transaction = new Tester(connection)
  const work = async (): Promise<string> => {
    await transaction.execute(put(1, [1, 2, 3]))
    await transaction.execute(scan())
    return transaction.commit()
  }
  return Promise.race([work(), transaction.ended])
}

/** Whether another finds the database in order, and may write at once. */
async function useAfterwards(owner: Host): Promise<void> {
  const connection = await open(owner, 'db', { changes: createStores(store(1)) })
  const transaction = new Tester(connection)
  await transaction.execute(put(2))
  expect(await transaction.commit()).toBe('committed')
}

/** Converses over a stream that is cut; gives how the client's end of it ended. */
async function converseCut(cutAfter: number): Promise<string> {
  const owner = owned()
  const [at, from] = streamPair({ cutAfter })
  const left = new Promise<void>((resolve) => {
    serve(owner, new SocketPort(at), { ...quiet, left: resolve })
  })
  const ended = await converse(connectHost(new SocketPort(from))).catch(() => 'failed')
  await left
  await useAfterwards(owner)
  return ended
}

test('a stream that is cut at any byte ends the conversation at both ends, and leaves nothing locked', async () => {
  let total = 0
  const [ownStream, stream] = streamPair({ record: (_end, { length }) => (total += length) })
  serve(owned(), new SocketPort(ownStream), quiet)
  expect(await converse(connectHost(new SocketPort(stream)))).toBe('committed')
  const cuts = Array.from({ length: total }, (_, cutAfter) => converseCut(cutAfter))
  const cut = (await Promise.all(cuts)).filter((ended) => ended !== 'committed').length
  expect(cut).toBeGreaterThan(total / 2)
})

/** A client whose stream brings whatever is written, beside one that works. */
async function fixture(options: Partial<ServeOptions> = {}) {
  const owner = owned()
  await useAfterwards(owner)
  const [ownStream, stream] = streamPair()
  const reports: (string | null)[] = []
  const report = ({ detail }: Failure): void => void reports.push(detail)
  let isClosed = false
  stream.onClose(() => (isClosed = true))
  stream.onData(() => {})
  serve(owner, new SocketPort(ownStream), { report, presence: null, ...options })
  const send = (...calls: readonly Call[]): void => {
    const writer = new ParcelWriter()
    for (const call of calls) writeCall(call, writer)
    for (const part of frameOf(writer.take().parcel)) stream.write(part)
  }
  return { owner, stream, reports, send, isClosed: () => isClosed }
}

const openCall = { type: 'open', id: 1, name: 'db', version: undefined } as const
const create = {
  type: 'createTransaction',
  connection: 1,
  durability: 'relaxed',
  resumes: false,
} as const
const mark = { client: 'another-client-1', slot: 0, number: 1 }

describe('a client is cut off, and its stream closed,', () => {
  test.each<[title: string, bytes: Uint8Array]>([
    ['that sends nonsense', new Uint8Array(64).fill(0xab)],
    ['that promises 2^32 - 1 bytes', new Uint8Array(16).fill(0xff)],
    ['that sends text', new TextEncoder().encode('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ])('%s', async (_title, bytes) => {
    const { owner, stream, reports, isClosed } = await fixture()
    stream.write(bytes)
    await settle()
    expect([reports.length, isClosed()]).toEqual([1, true])
    await useAfterwards(owner)
  })

  test.each<[title: string, calls: readonly Call[], complaint: string]>([
    [
      'that names more object stores than there are',
      [
        openCall,
        {
          ...create,
          id: 2,
          mode: 'readonly',
          storeIds: Array.from({ length: 50_000 }, (_, i) => i + 1),
        },
      ],
      'A message names more object stores than there are',
    ],
    [
      'that acknowledges what was never sent',
      [{ type: 'ack', id: 0, parcels: 1_000_000 }],
      'A message acknowledges what was never sent',
    ],
    [
      "that asks for the outcome of another client's commit",
      [{ type: 'outcomeOf', id: 1, name: 'db', mark }],
      'A message names another client',
    ],
    [
      "that has another client's marks forgotten",
      [{ type: 'forgetMarks', id: 0, client: mark.client }],
      'A message names another client',
    ],
    [
      'that marks its commit as another client',
      [
        openCall,
        { ...create, id: 2, mode: 'readwrite', storeIds: [1] },
        { type: 'commit', id: 2, failuresSeen: 0, mark },
      ],
      'A message names another client',
    ],
  ])('%s', async (_title, calls, complaint) => {
    const { owner, reports, send, isClosed } = await fixture({ client: 'this-client-here' })
    for (const call of calls) {
      send(call)
      await settle()
    }
    expect([reports, isClosed()]).toEqual([[complaint], true])
    await useAfterwards(owner)
  })

  test('that asks for far more than is answered', async () => {
    const { owner, reports, send } = await fixture()
    const holder = new Tester(await open(owner, 'db'))
    await holder.execute(put(1))
    send(openCall)
    await settle()
    send({ ...create, id: 2, mode: 'readwrite', storeIds: [1] })
    const value = Array.from({ length: 900_000 }, () => 7)
    for (let i = 0; i < 20; i++) send({ type: 'execute', id: 2, operation: put(1, value) })
    await settle()
    expect(reports).toEqual(['A message asks for more before enough is answered'])
    expect(await holder.commit()).toBe('committed')
  })

  test('that opens connections without end', async () => {
    const { owner, reports, send } = await fixture()
    for (let id = 1; id <= 20_000; id++) send({ ...openCall, id })
    await settle()
    expect(reports).toEqual(['A message asks for too many connections'])
    await useAfterwards(owner)
  })

  test('that begins transactions without end', async () => {
    const { owner, reports, send } = await fixture()
    const holder = new Tester(await open(owner, 'db'))
    await holder.execute(put(1))
    send(openCall)
    await settle()
    for (let id = 2; id <= 202_000; id += 1000) {
      const ids = Array.from({ length: 1000 }, (_, i) => id + i)
      send(...ids.map((it) => ({ ...create, id: it, mode: 'readwrite', storeIds: [1] }) as const))
    }
    await settle()
    expect(reports).toEqual(['A message asks for too many transactions'])
    expect(await holder.commit()).toBe('committed')
  })
})

test('half a frame and silence hold up no one else', async () => {
  const { owner, stream, reports } = await fixture()
  stream.write(new Uint8Array(Uint32Array.of(1000, 16, 2, 0).buffer))
  stream.write(new Uint8Array(100))
  await settle()
  await useAfterwards(owner)
  expect(reports).toEqual([])
})

test('a thousand clients are served beside each other', async () => {
  const owner = owned()
  await useAfterwards(owner)
  const used = Array.from({ length: 1000 }, async () => {
    const [ownStream, stream] = streamPair()
    serve(owner, new SocketPort(ownStream), quiet)
    const connection = await open(connectHost(new SocketPort(stream)), 'db')
    const { records } = await new Tester(connection, { mode: 'readonly' }).execute(scan())
    return records.length
  })
  expect(new Set(await Promise.all(used))).toEqual(new Set([1]))
})
