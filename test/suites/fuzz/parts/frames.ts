/** Bytes on a stream: what is no frame, or no call, ends that client; the owner goes on, and keeps little of it. */
import { createHost } from '../../../../src/host/host.ts'
import { connectHost } from '../../../../src/port/client.ts'
import { serve } from '../../../../src/port/server.ts'
import { SocketPort } from '../../../../src/port/stream/socket-port.ts'
import type { Host } from '../../../../src/protocol/protocol.ts'
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
import { streamPair } from '../../../kit/streams.ts'
import { chunkBytesOf, makeChunked } from '../chunked.ts'
import type { Part } from '../part.ts'

/** What real clients send. */
const seeds: readonly Uint8Array[] = await Promise.all([record(200), record(70_000)])

export const frames: Part = {
  inputsPerReport: 64,
  memoryBytes: 512 * 1024 * 1024,
  make: (random) => makeChunked(seeds, random),
  async try(input) {
    const chunkBytes = chunkBytesOf(input)
    const before = externalBytes()
    const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
    const [ownStream, stream] = streamPair({ chunkBytes })
    const left = new Promise<void>((resolve) => {
      serve(owner, new SocketPort(ownStream), { report: () => {}, presence: null, left: resolve })
    })
    stream.write(input.subarray(1))
    stream.close()
    await left
    await listDatabases(owner)
    const grown = externalBytes() - before
    if (grown > 64 * 1024 * 1024) throw new Error(`${input.length} bytes became ${grown}`)
  },
}

/** The bytes of a short conversation, as the client has sent them. */
async function record(valueBytes: number): Promise<Uint8Array> {
  const sent: number[] = []
  const [ownStream, stream] = streamPair({
    record: (end, bytes) => void (end === 0 && sent.push(...bytes)),
  })
  const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
  serve(owner, new SocketPort(ownStream), { report: () => {}, presence: null })
  await converse(connectHost(new SocketPort(stream)), valueBytes)
  return Uint8Array.from(sent)
}

async function converse(host: Host, valueBytes: number): Promise<void> {
  const connection = await open(host, 'db', { changes: createStores(store(1)) })
  const transaction = new Tester(connection)
  const value = Array.from({ length: valueBytes }, (_, i) => i % 256)
  void transaction.execute(put(1, value))
  await transaction.execute(scan())
  await transaction.commit()
  await listDatabases(host)
  connection.close()
}

function externalBytes(): number {
  return globalThis.process?.memoryUsage().arrayBuffers ?? 0
}
