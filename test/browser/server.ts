/** A local web server for the pages of the browser tests. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

export interface Server {
  /** `http://localhost:port`: a secure context, which OPFS needs. */
  readonly origin: string
  close(): void
}

/** Serves each folder under its URL path (`/dist/`), and an empty page for every other path. */
export function startServer(folders: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host')
    const base = Object.keys(folders).find((it) => pathname.startsWith(it))
    if (base === undefined) {
      return void response
        .writeHead(200, { ...headers, 'Content-Type': 'text/html' })
        .end('<!doctype html><title>Browser tests</title>')
    }
    const path = join(folders[base] ?? '', normalize(pathname.slice(base.length)))
    readFile(path).then(
      (bytes) =>
        response.writeHead(200, { ...headers, 'Content-Type': contentType(path) }).end(bytes),
      () => response.writeHead(404, headers).end(`${pathname} is missing`),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (!address || typeof address === 'string')
        throw new Error('unreachable: a TCP server has a port')
      resolve({ origin: `http://localhost:${address.port}`, close: () => server.close() })
    })
  })
}

const headers = { 'Cache-Control': 'no-store' }

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
}

function contentType(path: string): string {
  return contentTypes[extname(path)] ?? 'application/octet-stream'
}
