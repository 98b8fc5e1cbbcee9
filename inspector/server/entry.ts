/**
 * Serves the view of a directory of databases to this machine's browsers: `idb-everywhere/inspector/server`.
 *
 * ```ts
 * import { serveInspector } from 'idb-everywhere/inspector/server'
 *
 * const { url, close } = await serveInspector({ path: './data' })
 * ```
 */
import { randomBytes } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import {
  aFactory,
  anObject,
  aPath,
  aText,
  checkArguments,
  type Kind,
  optional,
} from '../../src/arguments/check-arguments.ts'
import { type ClosableIDBFactory, IDBKeyRange } from '../../src/index.ts'
import { factorySource } from '../source/factory-source.ts'
import type { Source } from '../source/source.ts'
import { answerCall } from './api.ts'
import { type Guard, refusalOf } from './guard.ts'
import { answerFile, refuse } from './page.ts'
import { requireDirectory, type Shown, shownDirectory, shownFactory } from './shown.ts'

export interface ServeInspectorOptions {
  /** The directory of the databases, which must be there. */
  readonly path?: string
  /** In its place: a factory of this package, such as one on a PostgreSQL server; it stays open. */
  readonly indexedDB?: ClosableIDBFactory
  /** What stands at the top of the page; default: the directory, or "Databases". */
  readonly title?: string
  /** Default: any that is free. */
  readonly port?: number
  /** Whether records may be changed and deleted; default: no. */
  readonly isWritable?: boolean
}

export interface ServedInspector {
  /** The address to open. It is the key as well: any program of this machine that has it sees the databases. */
  readonly url: string
  /** Ends the server, and gives the directory up; a factory that was given stays open. */
  close(): Promise<void>
}

/**
 * Serves on loopback alone, and only to who has the address that is given: there is a secret in it. What other pages ask, or
 * pages under another name of this machine, is refused. Looking creates nothing, and processes that use the directory go on.
 *
 * @throws TypeError for options that it does not take; Error when there is no such directory (ENOENT, ENOTDIR), or the port is taken
 * (EADDRINUSE)
 */
export async function serveInspector(options: ServeInspectorOptions): Promise<ServedInspector> {
  checkOptions(options)
  const { port = 0, isWritable = false } = options
  const show = showing(options)
  const server = createServer()
  // First: where the port is taken, nothing else is to be given up.
  const address = await listen(server, port)
  const shown = show()
  const { indexedDB, title, watch } = shown
  const source = factorySource({
    indexedDB: indexedDB as unknown as IDBFactory, // It is one, under a type that needs no DOM.
    IDBKeyRange: IDBKeyRange as unknown as typeof globalThis.IDBKeyRange,
    title,
    isWritable,
    ...(watch && { watch }),
  })
  // The engine gets ready before the page asks; what fails fails again then, and is told.
  source.databases().catch(() => {})
  const token = randomBytes(24).toString('base64url')
  const guard = { token, authority: `127.0.0.1:${address}` }
  server.on('request', (request, response) => {
    answer({ source, guard, request, response }).catch(() => giveUp(response))
  })
  return {
    url: `http://${guard.authority}/${token}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((ended) => server.close(ended))
      await source.close()
      await shown.close()
    },
  }
}

/** @throws TypeError for what is neither a directory nor a factory, or both */
function checkOptions(options: ServeInspectorOptions): void {
  const isFactory = options?.indexedDB !== undefined
  checkArguments('serveInspector()', {
    options: [options, anObject],
    'options.indexedDB': [options?.indexedDB, optional(aFactory)],
    'options.path': [options?.path, isFactory ? noPath : aPath],
    'options.port': [options?.port, optional(aPort)],
    'options.title': [options?.title, optional(aText)],
  })
}

const noPath: Kind = [(value) => value === undefined, 'no directory beside a factory']

/** What is to be shown, to be opened when it is. @throws Error with the code ENOENT or ENOTDIR */
function showing({ path, indexedDB, title }: ServeInspectorOptions): () => Shown {
  if (indexedDB) return () => shownFactory(indexedDB, title)
  if (path === undefined) throw new Error('unreachable: the options were checked')
  const directory = requireDirectory(path)
  return () => ({ ...shownDirectory(directory), ...(title !== undefined && { title }) })
}

const aPort: Kind = [
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
  'a whole number from 0 to 65535',
]

/** @returns the port @throws Error with the code of the system, such as EADDRINUSE */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((listening, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken by another program; name another port, or 0 for any that is free`
      const { code } = error
      const isTaken = code === 'EADDRINUSE'
      reject(isTaken ? Object.assign(new Error(taken, { cause: error }), { code }) : error)
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address && typeof address === 'object') listening(address.port)
    })
  })
}

interface Exchange {
  readonly source: Source
  readonly guard: Guard
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function answer({ source, guard, request, response }: Exchange): Promise<void> {
  const refusal = refusalOf(guard, request)
  if (refusal !== null) return refuse(response, refusal)
  const name = (request.url ?? '').slice(guard.token.length + 2).replace(/\?.*$/s, '')
  if (name === 'events' && request.method === 'GET') return sendChanges(source, response)
  if (name.startsWith('api/') && request.method === 'POST') {
    return answerCall(source, name.slice('api/'.length), request, response)
  }
  if (request.method !== 'GET') return refuse(response, 405)
  answerFile(name, response)
}

/** The one who asked has gone in the middle of it, or the answer cannot be made: the others' requests go on. */
function giveUp(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else refuse(response, 500)
}

/** A server-sent event for each change. */
function sendChanges(source: Source, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  const end = source.watch(() => response.write('data: changed\n\n'))
  response.on('close', end)
}
