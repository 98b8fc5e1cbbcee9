/** Ways to a host: the same tests must hold on each. */
import { MessageChannel } from 'node:worker_threads'
import { afterEach } from 'vitest'
import type { Failure } from '../../src/errors.ts'
import { connectHost } from '../../src/port/client.ts'
import type { HostPort } from '../../src/port/messages.ts'
import { serve } from '../../src/port/server.ts'
import { SocketPort } from '../../src/port/stream/socket-port.ts'
import type { Host } from '../../src/protocol/protocol.ts'
import { streamPair } from './streams.ts'

type ClosablePort = HostPort & { close(): void }

const ports: ClosablePort[] = []

afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

/** Two ends of a channel; both are closed after the test. */
export function portPair(): [ClosablePort, ClosablePort] {
  const { port1, port2 } = new MessageChannel()
  // Node's ports do what the web's do, but are typed by Node's own EventTarget.
  const pair = [port1, port2] as unknown as [ClosablePort, ClosablePort]
  ports.push(...pair)
  return pair
}

/** Reports of a client that was ended, where none is to be. */
export function unexpected({ message, detail }: Failure): never {
  throw new Error(`${message}: ${detail}`)
}

/** Title → what a realm holds of the owner's host. */
export const transports: [title: string, transport: (owner: Host) => Host][] = [
  ['in the same thread', (owner) => owner],
  [
    'over a port',
    (owner) => {
      const [ownPort, port] = portPair()
      serve(owner, ownPort, { report: unexpected, presence: null })
      return connectHost(port)
    },
  ],
  [
    'over a stream',
    (owner) => {
      const [ownStream, stream] = streamPair()
      serve(owner, new SocketPort(ownStream), { report: unexpected, presence: null })
      return connectHost(new SocketPort(stream))
    },
  ],
]
