/** A local web server for the pages of the browser tests. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

export interface Server {
  /** `http://localhost:port`: a secure context, which OPFS needs. */
  readonly origin: string
  close(): void
}

/**
 * Serves each folder under its URL path (`/dist/`), and an empty page for every other path. A path may begin with
 * `/csp/POLICY`, percent-encoded: the answer then carries that Content-Security-Policy, and so it is for what the page
 * loads by relative URLs. `/clear-site-data` has the browser clear all that the origin has stored.
 */
export function startServer(folders: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname, headers } = locate(request.url ?? '/')
    const base = Object.keys(folders).find((it) => pathname.startsWith(it))
    if (base === undefined) {
      return void response
        .writeHead(200, { ...headers, 'Content-Type': 'text/html' })
        .end('<!doctype html><title>Browser tests</title>')
    }
    const path = join(folders[base] ?? '', normalize(pathname.slice(base.length)))
    // What must not be stored is not kept in the back/forward cache either.
    if (path.endsWith('.html')) headers['Cache-Control'] = 'no-cache'
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

interface Located {
  readonly pathname: string
  readonly headers: Record<string, string>
}

function locate(url: string): Located {
  const { pathname } = new URL(url, 'http://host')
  const [, policy, rest] = /^\/csp\/([^/]*)(\/.*)/.exec(pathname) ?? []
  // Pages of another origin may load everything, too.
  const headers = {
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
    ...(pathname === '/clear-site-data' && { 'Clear-Site-Data': '"storage"' }),
  }
  if (policy === undefined || rest === undefined) return { pathname, headers }
  return {
    pathname: rest,
    headers: { ...headers, 'Content-Security-Policy': decodeURIComponent(policy) },
  }
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
}

function contentType(path: string): string {
  return contentTypes[extname(path)] ?? 'application/octet-stream'
}
