/** A proxy that cuts a connection after a number of bytes. */
import net from 'node:net'

type Side = 'owner' | 'client'

/** A proxy at one socket for another. */
export interface Cutter {
  /** Cuts the next connection when that side has sent that number of bytes; the function tells whether it came to that. */
  cutNext(side: Side, bytes: number): () => boolean
  close(): void
}

export async function cutter(from: string, to: string): Promise<Cutter> {
  let next: { side: Side; bytes: number; wasCut: boolean } | null = null
  const sockets = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const owner = net.connect(to)
    const ends = { client, owner }
    const cut = next
    next = null
    const end = (): void => [client, owner].forEach((socket) => socket.destroy())
    for (const side of ['client', 'owner'] as const) {
      const [source, target] = [ends[side], ends[side === 'client' ? 'owner' : 'client']]
      let room = cut?.side === side ? cut.bytes : Infinity
      sockets.add(source)
      source.on('error', () => {})
      source.on('close', () => (sockets.delete(source), end()))
      source.on('data', (chunk: Buffer) => {
        if (chunk.length <= room) {
          room -= chunk.length
          target.write(chunk)
          return
        }
        if (cut) cut.wasCut = true
        // What was let through arrives before the end.
        target.end(chunk.subarray(0, room), end)
        room = -1
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(from, resolve))
  return {
    cutNext(side, bytes) {
      const cut = { side, bytes, wasCut: false }
      next = cut
      return () => cut.wasCut
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
