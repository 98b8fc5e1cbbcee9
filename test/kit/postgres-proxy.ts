/** A way to a server on which a test counts round trips, and cuts connections at a moment of its choice. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What becomes of the next COMMITs, and of their connections with them: their answers are lost, or they themselves. */
type Cut = 'none' | 'answer' | 'commit'

/** A proxy before a server on a Unix socket. */
export interface PostgresProxy {
  /** Leads to the server by way of it. */
  readonly connectionString: string
  /** How often a client has sent something, having heard from the server since it sent something before; in all connections. */
  turns: number
  cut: Cut
  /** How many COMMITs; 1 again after that. */
  times: number
  /** Ends the next connection that asks this: the server's answer comes with an error that ends the connection; null: none. */
  endAtAnswerTo: string | null
  /** Is not found by new connections any more. */
  refuse(): Promise<void>
  /** Whether it stands still: what clients send is not passed on. */
  isSilent: boolean
  /**
   * From now on nothing of what the server says arrives over these connections, their end included; they stay up. They are numbered as they
   * came, from 0.
   */
  swallow(from: number, to?: number): void
  close(): Promise<void>
}

/** Starts one before the server of that connection string. `latencyMs`: how much longer a round trip takes. */
export async function startProxy(
  connectionString: string,
  { latencyMs = 0 }: { readonly latencyMs?: number } = {},
): Promise<PostgresProxy> {
  const target = new URLSearchParams(connectionString.split('?')[1]).get('host')
  if (!target) throw new Error('the server is on no Unix socket')
  const root = await mkdtemp(join(tmpdir(), 'idb-pgp-'))
  const sockets = new Set<Socket>()
  const connections: Connection[] = []
  const proxy: PostgresProxy = {
    connectionString: connectionString.replace(target, root),
    turns: 0,
    cut: 'none',
    times: 1,
    endAtAnswerTo: null,
    refuse: () => rm(join(root, '.s.PGSQL.5432')),
    isSilent: false,
    swallow(from, to) {
      for (const connection of connections.slice(from, to)) connection.isSwallowed = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await rm(root, { recursive: true })
    },
  }
  const server: Server = createServer((client) => {
    const upstream = createConnection(join(target, '.s.PGSQL.5432'))
    sockets.add(client).add(upstream)
    const connection = { client, upstream, latencyMs, isSwallowed: false }
    connections.push(connection)
    connect(proxy, connection)
  })
  await new Promise<void>((resolve) => server.listen(join(root, '.s.PGSQL.5432'), resolve))
  return proxy
}

/** The end of the answer to a query of one row, and of its batch. */
const selected = 'SELECT 1\0Z\0\0\0\x05I'

/** What a server says as an administrator ends a connection. */
const terminated = ((): Buffer => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mit was ended\0\0')
  const head = Buffer.from('E\0\0\0\0')
  head.writeUInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
})()

interface Connection {
  readonly client: Socket
  readonly upstream: Socket
  readonly latencyMs: number
  /** Whether nothing of what the server says arrives. */
  isSwallowed: boolean
}

function connect(proxy: PostgresProxy, connection: Connection): void {
  const { client, upstream, latencyMs } = connection
  let hasHeard = true
  let isMuted = false
  /** What was answered of a batch with which the connection ends; null: it does not. */
  let last: Buffer | null = null
  // Half of it on each way. Timers of the same length keep their order.
  const later = (work: () => void): void => {
    if (latencyMs === 0) work()
    else setTimeout(work, latencyMs / 2)
  }
  client.on('data', (bytes: Buffer) => {
    if (proxy.isSilent) return
    if (hasHeard) proxy.turns++
    hasHeard = false
    const { cut, endAtAnswerTo } = proxy
    if (endAtAnswerTo !== null && bytes.includes(endAtAnswerTo)) {
      proxy.endAtAnswerTo = null
      last = Buffer.alloc(0)
    }
    if (cut === 'none' || !bytes.includes('COMMIT\0')) return later(() => upstream.write(bytes))
    if (--proxy.times === 0) Object.assign(proxy, { cut: 'none', times: 1 })
    if (cut === 'commit') return end()
    isMuted = true
    later(() => upstream.write(bytes))
  })
  upstream.on('data', (bytes: Buffer) => {
    if (connection.isSwallowed) return
    // The answers are there: so the commit was made.
    if (isMuted) return bytes.includes('COMMIT\0') ? end() : undefined
    if (last) {
      last = Buffer.concat([last, bytes])
      if (last.includes(selected)) client.end(Buffer.concat([last, terminated]))
      return
    }
    later(() => {
      hasHeard = true
      client.write(bytes)
    })
  })
  const end = (): void => {
    client.destroy()
    upstream.destroy()
  }
  client.on('error', end).on('close', end)
  const endUnlessSwallowed = (): void => void (connection.isSwallowed || end())
  upstream.on('error', endUnlessSwallowed).on('close', endUnlessSwallowed)
}
