/** Bytes at the door of an owner that shares: whatever comes, only that visitor ends, and a client that is there goes on. */
import { createHost } from '../../../../src/host/host.ts'
import { thisRelease } from '../../../../src/hosting/this-release.ts'
import { greetOwner } from '../../../../src/membership/greeting.ts'
import { Reception, type ReceptionParts } from '../../../../src/membership/node/reception.ts'
import { Roster } from '../../../../src/membership/roster.ts'
import type { OwnerPort } from '../../../../src/port/asking/owner-port.ts'
import { connectHost } from '../../../../src/port/client.ts'
import { serve } from '../../../../src/port/server.ts'
import { SocketPort } from '../../../../src/port/stream/socket-port.ts'
import {
  createStores,
  listDatabases,
  open,
  put,
  scan,
  store,
  Tester,
} from '../../../kit/host-client.ts'
import { ModelDirectory } from '../../../kit/model-storage.ts'
import { streamPair, type TestStream } from '../../../kit/streams.ts'
import { chunkBytesOf, makeChunked } from '../chunked.ts'
import type { Part } from '../part.ts'

const secret = 'the secret of this directory'
const parts: ReceptionParts = {
  secret,
  own: { ...thisRelease, client: 'the-owner-itself', title: 'the owner' },
  report: () => {},
}

/** What real visitors send. */
const seeds: readonly Uint8Array[] = await Promise.all([record(200), record(70_000)])

export const visits: Part = {
  inputsPerReport: 64,
  memoryBytes: 512 * 1024 * 1024,
  make: (random) => makeChunked(seeds, random),
  async try(input) {
    const { reception, roster } = openReception()
    const witness = await enter(reception, 'a-witness-of-all')
    const [ownStream, stream] = streamPair({ chunkBytes: chunkBytesOf(input) })
    const closed = new Promise<void>((resolve) => stream.onClose(resolve))
    void reception.received(ownStream, parts)
    stream.onData(() => {})
    stream.write(input.subarray(1))
    stream.close()
    await closed
    await listDatabases(witness)
    if (!roster.clients.includes('a-witness-of-all')) throw new Error('another client has ended')
    reception.close()
  },
}

function openReception(): { reception: Reception; roster: Roster } {
  const host = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
  const roster = new Roster({ own: parts.own.client, returning: null })
  const reception = new Reception()
  reception.serve({
    roster,
    serve: (port, told) => serve(host, port, { report: parts.report, presence: null, ...told }),
    load: () => host.load(),
  })
  return { reception, roster }
}

async function enter(
  reception: Reception,
  client: string,
  [ownStream, stream]: [TestStream, TestStream] = streamPair(),
): Promise<OwnerPort> {
  void reception.received(ownStream, parts)
  const hello = { ...thisRelease, client, secret, durability: 'relaxed', quotaBytes: null } as const
  const never = new AbortController().signal
  const greeted = await greetOwner(new SocketPort(stream), hello, never)
  if (!greeted) throw new Error(`The client ${client} was sent away`)
  return connectHost(greeted.port)
}

/** The bytes of a short visit, as the client has sent them. */
async function record(valueBytes: number): Promise<Uint8Array> {
  const sent: number[] = []
  const pair = streamPair({ record: (end, bytes) => void (end === 0 && sent.push(...bytes)) })
  const { reception } = openReception()
  const host = await enter(reception, 'client-of-record', pair)
  const connection = await open(host, 'db', { changes: createStores(store(1)) })
  const transaction = new Tester(connection)
  void transaction.execute(
    put(
      1,
      Array.from({ length: valueBytes }, (_, i) => i % 256),
    ),
  )
  await transaction.execute(scan())
  await transaction.commit()
  await listDatabases(host)
  host.recovered()
  connection.close()
  host.leave()
  return Uint8Array.from(sent)
}
