import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import { createHost } from '../../../src/host/host.ts'
import {
  askOwner,
  greetOwner,
  receiveClient,
  type Reception,
} from '../../../src/membership/greeting.ts'
import { type ClientHello, type OwnerHello, protocolRange } from '../../../src/membership/hello.ts'
import { newCounts } from '../../../src/membership/session/reasons.ts'
import { connectHost } from '../../../src/port/client.ts'
import type { HostPort } from '../../../src/port/messages.ts'
import { serve } from '../../../src/port/server.ts'
import { SocketPort } from '../../../src/port/stream/socket-port.ts'
import type { OwnerLoad } from '../../../src/protocol/load.ts'
import { listDatabases, open } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { streamPair } from '../../kit/streams.ts'
import { portPair, unexpected } from '../../kit/transports.ts'
import { eventually } from '../../kit/eventually.ts'

const client: ClientHello = {
  protocol: protocolRange,
  version: '1.2.3',
  formats: { value: 1, file: 1 },
  client: 'client0123456789',
  secret: 'open sesame',
  durability: 'relaxed',
  quotaBytes: null,
}
const owner: OwnerHello = {
  protocol: protocolRange,
  version: '1.3.0',
  formats: { value: 1, file: 2 },
  client: 'owner01234567890',
  title: 'process 5 of here',
  clients: ['owner01234567890'],
}

const load: OwnerLoad = {
  databases: [{ name: 'a', version: 1, connections: 2, requests: 3, running: 4, waiting: 5 }],
  survival: { ...newCounts(), replayed: 6, differed: 7 },
  guests: [
    { id: 'client0123456789', pid: 7, thread: 0, since: '2026-01-31T12:00:00.000Z' },
    { id: 'page012345678901', pid: null, thread: null, since: '2026-01-31T12:00:01.000Z' },
  ],
}

const never = new AbortController().signal

/** What an owner does with those who come, and the reports of those it has cut off. */
function reception(options: Partial<Reception> = {}) {
  const reports: (string | null)[] = []
  const report = ({ detail }: Failure): void => void reports.push(detail)
  return {
    secret: client.secret,
    own: () => owner,
    load: () => load,
    report,
    reports,
    ...options,
  }
}

const socketPorts = (): [HostPort, HostPort] => {
  const [one, other] = streamPair()
  return [new SocketPort(one), new SocketPort(other)]
}

describe.each<[title: string, ports: () => [HostPort, HostPort]]>([
  ['over a stream', socketPorts],
  ['over a port', portPair],
])('a hello %s', (_title, ports) => {
  test('tells each end who the other is, and leads to a port that serves', async () => {
    const [ownPort, port] = ports()
    const received = receiveClient(ownPort, reception())
    const greeted = await greetOwner(port, client, never)
    const known = await received
    expect(getEventListeners(never, 'abort')).toEqual([])
    expect(greeted?.owner).toEqual({ ...owner, clients: [owner.client, client.client] })
    expect(known?.client).toEqual(client)
    const host = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
    serve(host, known!.port, { report: unexpected, presence: null })
    const realm = connectHost(greeted!.port)
    await open(realm, 'db', { version: 3 })
    expect(await listDatabases(realm)).toEqual([{ name: 'db', version: 3 }])
  })

  test('that asks for the status is told who is there, and lets no one in', async () => {
    const [ownPort, port] = ports()
    const received = receiveClient(ownPort, reception())
    expect(await askOwner(port, client, never)).toEqual({ ...owner, ...load })
    expect(await received).toBe(null)
  })

  test('that asks for the status without the secret gets no answer', async () => {
    const [ownPort, port] = ports()
    const received = reception()
    const cutOff = receiveClient(ownPort, received)
    expect(await askOwner(port, { ...client, secret: 'another' }, AbortSignal.timeout(1000))).toBe(
      null,
    )
    expect(await cutOff).toBe(null)
    expect(received.reports).toEqual([expect.stringContaining('secret')])
  })

  test('leaves nothing out that comes before its user is there', async () => {
    const [ownPort, port] = ports()
    const received = receiveClient(ownPort, reception())
    const greeted = await greetOwner(port, client, never)
    const realm = connectHost(greeted!.port)
    const listed = listDatabases(realm)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const host = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
    serve(host, (await received)!.port, { report: unexpected, presence: null })
    expect(await listed).toEqual([])
  })
})

describe('an owner', () => {
  test.each<[title: string, hello: object, complaint: string]>([
    ['a wrong secret', { secret: 'open sesamf' }, 'has the wrong secret'],
    ['a secret of another length', { secret: 'open' }, 'has the wrong secret'],
    ['no secret', { secret: null }, 'has the wrong secret'],
    ['an id that is none', { client: 'me' }, 'has an invalid client id'],
    ['an id with control characters', { client: '\n'.repeat(16) }, 'has an invalid client id'],
    ['an unknown durability', { durability: 'default' }, 'has an unknown durability'],
    ['a negative quota', { quotaBytes: -1 }, 'has a number that is too small'],
    ['a protocol in words', { protocol: ['one'] }, 'has something else where an integer belongs'],
    ['no version', { version: undefined }, 'has something else where a string belongs'],
    ['a version of a million letters', { version: 'x'.repeat(100_000) }, 'has too long a string'],
    ['another type', { type: 'databases' }, 'is no hello'],
  ])('cuts off a client with %s', async (_title, hello, complaint) => {
    const [ownPort, port] = socketPorts()
    const welcome = reception()
    const received = receiveClient(ownPort, welcome)
    const greeted = await greetOwner(port, { ...client, ...hello }, never)
    expect([greeted, await received]).toEqual([null, null])
    expect(welcome.reports).toEqual([`Its hello ${complaint}`])
  })

  test('cuts off a client that sends something else than a frame', async () => {
    const [ownStream, stream] = streamPair()
    const welcome = reception()
    const received = receiveClient(new SocketPort(ownStream), welcome)
    stream.write(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'))
    expect(await received).toBe(null)
    expect(welcome.reports).toHaveLength(1)
  })

  test('gives a stranger no room for a long message', async () => {
    const [ownStream, stream] = streamPair()
    const received = receiveClient(new SocketPort(ownStream), reception())
    stream.write(new Uint8Array(Uint32Array.of(1024 * 1024, 0, 0, 0).buffer))
    expect(await received).toBe(null)
  })

  test('cuts off a client that is silent for 5 s', async () => {
    const [ownStream, stream] = streamPair()
    let isClosed = false
    stream.onClose(() => (isClosed = true))
    stream.onData(() => {})
    const received = receiveClient(new SocketPort(ownStream), reception())
    expect(await received).toBe(null)
    await eventually(() => expect(isClosed).toBe(true))
  })

  test('does not need a secret where the channel is one', async () => {
    const [ownPort, port] = socketPorts()
    const received = receiveClient(ownPort, reception({ secret: null }))
    expect(await greetOwner(port, { ...client, secret: null }, never)).not.toBe(null)
    expect((await received)?.client.secret).toBe(null)
  })
})

describe('a client', () => {
  test('is told both versions where there is no common protocol, and what to do', async () => {
    const [ownPort, port] = socketPorts()
    const own = (): OwnerHello => ({ ...owner, protocol: [2, 4] })
    const received = receiveClient(ownPort, reception({ own }))
    await expect(greetOwner(port, client, never)).rejects.toMatchObject({
      name: 'UnknownError',
      message:
        'The owner of the storage runs version 1.3.0 of the package, which speaks protocols 2 to 4, and this is version 1.2.3, which speaks protocol 1; use the same version at both ends, or end the owner first',
      cause: { code: 'ERR_IDB_NO_COMMON_PROTOCOL' },
    })
    expect(await received).toBe(null)
  })

  test('does not take nonsense for an owner', async () => {
    const [ownStream, stream] = streamPair()
    const greeted = greetOwner(new SocketPort(stream), client, never)
    ownStream.write(new Uint8Array(100).fill(1))
    await expect(greeted).rejects.toMatchObject({ cause: { code: 'ERR_IDB_PROTOCOL' } })
  })

  test('that is not wanted any more hangs up on an owner that does not answer', async () => {
    const [ownStream, stream] = streamPair()
    ownStream.onData(() => {})
    const closed = new Promise<void>((resolve) => ownStream.onClose(resolve))
    const aborting = new AbortController()
    const greeted = greetOwner(new SocketPort(stream), client, aborting.signal)
    aborting.abort()
    expect(await greeted).toBe(null)
    await closed
  })

  test('that was not wanted any more before it asked hangs up, too', async () => {
    const [ownStream, stream] = streamPair()
    ownStream.onData(() => {})
    const closed = new Promise<void>((resolve) => ownStream.onClose(resolve))
    expect(await greetOwner(new SocketPort(stream), client, AbortSignal.abort())).toBe(null)
    await closed
  })

  test('whose owner hangs up looks for another', async () => {
    const [ownStream, stream] = streamPair()
    const greeted = greetOwner(new SocketPort(stream), client, never)
    ownStream.close()
    expect(await greeted).toBe(null)
  })
})
