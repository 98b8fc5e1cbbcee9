/**
 * A socket that says whether an owner lives where its pid cannot: its kernel accepts connections to it as long as the
 * owner's thread lives, stopped or busy, and refuses them at once when that has ended, in every container that
 * shares the directory. Where the owner shares, others reach it there.
 *
 * A program that copies the directory may trip over a socket (Node's `fs.cp` does), so an owner that shares with no one has
 * one only where its pid does not tell.
 */
import fs from 'node:fs'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import type { Liveness } from './process-identity.ts'

/** A socket of this thread. */
export interface OwnerSocket {
  readonly name: string
  /** Once, and never throws: a name without a socket behind it says that its owner is dead. */
  release(): void
}

/** What becomes of a socket. */
export interface SocketListener {
  /** Takes each connection that comes. */
  connected(socket: Socket): void
  /** There is no socket: why. */
  failed(error: unknown): void
}

/** That of a socket which only tells that its owner lives. */
const witness: SocketListener = { connected: (socket) => socket.destroy(), failed: () => {} }

/** Longer paths are cut off without a word by some runtimes; the least that systems take is 104 bytes with the end. */
const longestPath = 100

/** Makes a socket of that name in a directory; null where there can be none. It does not keep the process alive. */
export async function openOwnerSocket(
  directory: string,
  name: string,
  listener: SocketListener = witness,
): Promise<OwnerSocket | null> {
  const path = join(directory, name)
  const server = await withShortPath(directory, name, (short) => listenAt(short, listener))
  if (server === null) return null
  return {
    name,
    release() {
      server.close()
      try {
        fs.rmSync(path, { force: true })
      } catch {
        // A later owner removes it.
      }
    },
  }
}

/** What the socket of that name in a directory says; `unknown` when it says nothing. */
export async function socketLiveness(directory: string, name: string): Promise<Liveness> {
  const isSocket = fs.lstatSync(join(directory, name), { throwIfNoEntry: false })?.isSocket()
  return isSocket ? await withShortPath(directory, name, knock) : 'unknown'
}

/** Calls `use` with a path to the file that is short enough; gives what `use` gives for none if there is no such path. */
async function withShortPath<T>(
  directory: string,
  name: string,
  use: (path: string | null) => Promise<T>,
): Promise<T> {
  const path = join(directory, name)
  if (Buffer.byteLength(path) <= longestPath) return use(path)
  if (process.platform !== 'linux') return use(null)
  const descriptor = fs.openSync(directory, 'r')
  try {
    return await use(`/proc/self/fd/${descriptor}/${name}`)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Listens at that path; null where there can be no socket. It does not keep the process alive. */
export async function listenAt(
  path: string | null,
  { connected, failed }: SocketListener,
): Promise<Server | null> {
  if (path === null) return null
  const server = net().createServer(connected)
  try {
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject)
      server.once('listening', resolve)
      listen(server, path)
      keepPrivate(path)
    })
    keepPrivate(path)
    server.unref()
    return server
  } catch (error) {
    // A file system that has no sockets, or a permission that is missing: there is one witness fewer.
    server.close()
    failed(error)
    return null
  }
}

/** Node's own way to listen, once it knows that a cluster's primary process is not to do it. */
interface NodeServer extends Server {
  _listen2?(path: string, port: -1, addressType: -1, backlog: number): void
}

/**
 * Engine: Node's `listen()` loads `node:cluster` and with it all that starts processes, which takes longer than the rest of
 * listening. The method that it calls then is not documented, so it is used where it is there: from Node 20 to 26, at least.
 */
function listen(server: NodeServer, path: string): void {
  const isNode = !process.versions['bun'] && !process.versions['deno']
  if (isNode && server._listen2) return server._listen2(path, -1, -1, longestQueue)
  // Exclusive: of a cluster's sockets the primary process would be the owner.
  server.listen({ path, exclusive: true, backlog: longestQueue })
}

/** Before anyone can have come, where the runtime makes the socket at once; a pipe of Windows' has no mode. */
function keepPrivate(path: string): void {
  if (process.platform !== 'win32' && fs.existsSync(path)) fs.chmodSync(path, 0o600)
}

/** Connects to the socket of that name in a directory; null where no path leads there. @throws what the system says */
export function connectIn(directory: string, name: string): Promise<Socket | null> {
  return withShortPath(directory, name, async (path) => (path === null ? null : connectAt(path)))
}

/** Connects to the socket at that path. @throws what the system says */
export function connectAt(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = net().connect({ path })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** How many may wait to be let in; systems cut it down to what they take. */
const longestQueue = 4096

/** Loaded when first needed: most owners need none. */
function net(): typeof import('node:net') {
  return process.getBuiltinModule('node:net')
}

async function knock(path: string | null): Promise<Liveness> {
  if (path === null) return 'unknown'
  try {
    const socket = await connectAt(path)
    socket.destroy()
    return 'alive'
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // A process that cannot ask must not take silence for an answer.
    if (isOwnFailure(code)) throw error
    return answers[code] ?? 'unknown'
  }
}

/** EAGAIN: the queue of connections that wait is full. */
const answers: Readonly<Record<string, Liveness>> = { ECONNREFUSED: 'dead', EAGAIN: 'alive' }

/** Whether a connection failed for what this process lacks, which says nothing of the owner. */
export function isOwnFailure(code: string): boolean {
  return shortages.has(code)
}

const shortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS'])
