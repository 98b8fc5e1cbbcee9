/**
 * A conversation of a client with an owner over a stream, and what was recorded of it: what each end sent, in turns. A release
 * understands what those before it have recorded.
 */
import { createHost } from '../../src/host/host.ts'
import { greetOwner, receiveClient } from '../../src/membership/greeting.ts'
import type { ClientHello, OwnerHello } from '../../src/membership/hello.ts'
import { newCounts } from '../../src/membership/session/reasons.ts'
import { connectHost } from '../../src/port/client.ts'
import type { HostPort } from '../../src/port/messages.ts'
import { serve } from '../../src/port/server.ts'
import { SocketPort } from '../../src/port/stream/socket-port.ts'
import type { Host } from '../../src/protocol/protocol.ts'
import {
  createStores,
  deleteDatabase,
  listDatabases,
  open,
  put,
  scan,
  store,
  Tester,
} from './host-client.ts'
import { ModelDirectory } from './model-storage.ts'
import type { TestStream } from './streams.ts'
import { unexpected } from './transports.ts'

/** Bytes that one end sent before the other sent any, in base64. */
export interface Turn {
  readonly from: 'client' | 'owner'
  readonly bytes: string
}

const formats = { value: 1, file: 1 }

const clientHello: ClientHello = {
  protocol: [1, 1],
  version: '0.1.0',
  formats,
  client: 'client-of-record',
  secret: 'secret of the record',
  durability: 'relaxed',
  quotaBytes: null,
}

const ownerHello: OwnerHello = {
  protocol: [1, 1],
  version: '0.1.0',
  formats,
  client: 'owner-of-records',
  title: 'process 1 of record',
  clients: ['owner-of-records'],
}

/** Serves the client at the other end of the stream. Gives what was wrong with a client, later. */
export async function playOwner(stream: TestStream): Promise<void> {
  const load = () => ({ databases: [], survival: newCounts(), guests: [] })
  const reception = { secret: clientHello.secret, own: () => ownerHello, load, report: unexpected }
  const met = await receiveClient(new SocketPort(stream), reception)
  if (!met) throw new Error('the client was not taken')
  const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
  serve(owner, met.port, { report: unexpected, presence: null, client: met.client.client })
}

/** Says and asks a bit of everything. Gives what it was told. */
export async function playClient(stream: TestStream): Promise<unknown> {
  const never = new AbortController().signal
  const greeted = await greetOwner(new SocketPort(stream), clientHello, never)
  if (!greeted) throw new Error('the owner has hung up')
  return { owner: greeted.owner, told: await converse(greeted.port) }
}

async function converse(port: HostPort): Promise<unknown> {
  const host = connectHost(port)
  const name = 'a database\ud800'
  const changes = createStores(store(1), store(2, { autoIncrement: true, keyPath: 'id' }))
  const connection = await open(host, name, { version: 3, changes })
  const written = await write(connection)
  const outcome = await outcomeOf(host, name)
  const listed = await listDatabases(host)
  await new Promise<void>((resolve) => host.ping(resolve))
  connection.close()
  const deleted = await deleteDatabase(host, name)
  return { schema: connection.schema, written, outcome, listed, deleted }
}

async function write(connection: Awaited<ReturnType<typeof open>>): Promise<unknown> {
  const transaction = new Tester(connection)
  await transaction.execute(put(1, [1, 2, 3]))
  await transaction.execute(
    put(
      2,
      Array.from({ length: 70_000 }, () => 7),
    ),
  )
  const { records } = await transaction.execute(scan())
  const ended = transaction.ended
  transaction.transaction.commit(0, { client: clientHello.client, slot: 0, number: 1 })
  const lengths = records.map(({ key, value }) => [key, value?.length])
  return { lengths, ended: await ended }
}

function outcomeOf(host: Host, name: string): Promise<unknown> {
  const mark = { client: clientHello.client, slot: 0, number: 1 }
  return new Promise((done, failed) => host.outcomeOf(name, mark, { done, failed }))
}
