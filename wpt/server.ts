/** Answers what upstream's server would answer to a page: its files, and the one script of it that pages post to. */
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { join, normalize } from 'node:path'

export interface Server {
  /** `http://localhost:port`. */
  readonly origin: string
  close(): void
}

/** Serves a suite's files on a free local port. */
export function startServer(suiteRoot: string): Promise<Server> {
  const server = createServer((request, response) => {
    answer(suiteRoot, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (!address || typeof address === 'string')
        throw new Error('unreachable: a TCP server has a port')
      resolve({ origin: `http://127.0.0.1:${address.port}`, close: () => server.close() })
    })
  })
}

async function answer(
  suiteRoot: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://host')
  if (pathname === '/xhr/resources/content.py') return echo(request, response)
  const path = suiteFile(suiteRoot, pathname)
  const bytes = await readFile(path).catch(() => null)
  if (!bytes) return void response.writeHead(404).end(`${pathname} is not in the suite`)
  response.writeHead(200, { 'Content-Type': contentType(path) }).end(bytes)
}

/** Sends a request's body back, and says what it was. */
export async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  response
    .writeHead(200, {
      'Content-Type': 'text/plain',
      'X-Request-Method': request.method ?? 'NO',
      'X-Request-Content-Type': request.headers['content-type'] ?? 'NO',
      'X-Request-Content-Length': request.headers['content-length'] ?? 'NO',
    })
    .end(Buffer.concat(chunks))
}

/** The file that a URL path stands for; upstream serves one under a second name. */
export function suiteFile(suiteRoot: string, pathname: string): string {
  const alias =
    pathname === '/resources/WebIDLParser.js' ? '/resources/webidl2/lib/webidl2.js' : pathname
  return join(suiteRoot, normalize(decodeURIComponent(alias)))
}

/** The type that goes with a file's name. */
export function contentType(path: string): string {
  if (path.endsWith('.js')) return 'text/javascript'
  if (path.endsWith('.json')) return 'application/json'
  if (path.endsWith('.wasm')) return 'application/wasm'
  return /\.html?$/.test(path) ? 'text/html' : 'text/plain'
}
