import fs from 'node:fs'
import type { Socket } from 'node:net'
import type { ByteStream, WayIn } from '../../../src/files/vfs.ts'
import { listenAt, openOwnerSocket } from '../owner-socket.ts'
import type { OwnerSocket, SocketListener } from '../owner-socket.ts'
import { newSocketPath } from './elsewhere.ts'
import { streamOf } from './socket-stream.ts'
import type { NoWayIn, WrittenWayIn } from './way-in.ts'

/** What an owner offers to those who find its directory taken. */
export interface Offer {
  readonly wayIn: WayIn
  readonly secret: string
  connected(stream: ByteStream): void
}

/** An open way in, or why there is none. */
export interface Entrance {
  /** The socket in the directory, which tells as well whether the owner lives; null where it lies elsewhere, or nowhere. */
  readonly socket: OwnerSocket | null
  /** What the claim is to say. */
  readonly wayIn: WrittenWayIn | NoWayIn
  /** Once, and never throws. */
  release(): void
}

/** Lets others in: by a socket of that name in the directory, or elsewhere if that cannot be. */
export async function openEntrance(
  directory: string,
  name: string,
  offer: Offer,
): Promise<Entrance> {
  const troubles: unknown[] = []
  const listener: SocketListener = {
    connected: (socket) => letIn(socket, offer),
    failed: (error) => troubles.push(error),
  }
  const written = { ...offer.wayIn, secret: offer.secret }
  const socket = await openOwnerSocket(directory, name, listener)
  if (socket !== null) {
    return { socket, wayIn: { ...written, socket: null }, release: () => socket.release() }
  }
  const other = await openElsewhere(directory, listener)
  if (other === null) return { socket: null, wayIn: noWayIn(troubles[0]), release: () => {} }
  return { socket: null, wayIn: { ...written, socket: other.name }, release: () => other.release() }
}

/** It counts for the process's life only where the owner says so. */
function letIn(socket: Socket, offer: Offer): void {
  socket.unref()
  offer.connected(streamOf(socket))
}

/** A socket whose name is its whole path. */
async function openElsewhere(
  directory: string,
  listener: SocketListener,
): Promise<OwnerSocket | null> {
  try {
    const path = newSocketPath(directory)
    const server = await listenAt(path, listener)
    if (server === null) return null
    return {
      name: path,
      release() {
        server.close()
        removeSocket(path)
      },
    }
  } catch (error) {
    listener.failed(error)
    return null
  }
}

function removeSocket(path: string): void {
  try {
    fs.rmSync(path, { force: true })
  } catch {
    // The next owner of the directory removes it; a pipe of Windows' went with its server.
  }
}

/** Deno says which permission is missing, and by which flag it is given. */
function noWayIn(trouble: unknown): NoWayIn {
  const text = trouble instanceof Error ? trouble.message : 'its path is too long for a socket'
  return { reason: `it could not make a socket: ${text}` }
}
