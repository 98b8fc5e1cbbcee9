/**
 * A socket that says whether an owner lives where its pid cannot: its kernel accepts connections to it as long as the
 * owner's thread lives, stopped or busy, and refuses them at once when that has ended, in every container that
 * shares the directory.
 *
 * A program that copies the directory may trip over a socket (Node's `fs.cp` does), so there is one only where it is needed.
 */
import fs from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import type { Liveness } from './process-identity.ts'

/** A socket of this thread. */
export interface OwnerSocket {
  readonly name: string
  /** Once, and never throws: a name without a socket behind it says that its owner is dead. */
  release(): void
}

/** Longer paths are cut off without a word by some runtimes; the least that systems take is 104 bytes with the end. */
const longestPath = 100

/** Makes a socket of that name in a directory; null where there can be none. It does not keep the process alive. */
export async function openOwnerSocket(
  directory: string,
  name: string,
): Promise<OwnerSocket | null> {
  const path = join(directory, name)
  const server = await withShortPath(directory, name, listen)
  if (server === null) return null
  server.unref()
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

async function listen(path: string | null): Promise<Server | null> {
  if (path === null) return null
  const { createServer } = net()
  const server = createServer((connection) => connection.destroy())
  try {
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject)
      // Exclusive: of a cluster's sockets the primary process would be the owner.
      server.listen({ path, exclusive: true }, resolve)
    })
    fs.chmodSync(path, 0o600)
    return server
  } catch {
    // A file system that has no sockets, or a permission that is missing: there is one witness fewer.
    server.close()
    return null
  }
}

/** Loaded when first needed: most owners need none. */
function net(): typeof import('node:net') {
  return process.getBuiltinModule('node:net')
}

async function knock(path: string | null): Promise<Liveness> {
  if (path === null) return 'unknown'
  const { connect } = net()
  return new Promise((resolve, reject) => {
    const connection = connect({ path })
    connection.on('connect', () => {
      connection.destroy()
      resolve('alive')
    })
    connection.on('error', (error: NodeJS.ErrnoException) => {
      const { code = '' } = error
      // A process that cannot ask must not take silence for an answer.
      if (isOwnFailure.has(code)) reject(error)
      else resolve(answers[code] ?? 'unknown')
    })
  })
}

/** EAGAIN: the queue of connections that wait is full. */
const answers: Readonly<Record<string, Liveness>> = { ECONNREFUSED: 'dead', EAGAIN: 'alive' }

const isOwnFailure = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS'])
