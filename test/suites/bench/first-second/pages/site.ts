/** A site as people have it: the package bundled and minified, compressed, kept by the browser; and what it has sent. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Path → what is sent there. */
export type Files = ReadonlyMap<string, File>

interface File {
  readonly type: string
  readonly body: Buffer
}

/** A server at an origin of its own, of which the browser keeps nothing yet. */
export interface Site {
  readonly origin: string
  /** Bytes of bodies since the last call. */
  takeBytes(): { readonly scripts: number; readonly engine: number }
  close(): void
}

/** The build in that folder, for a page and for its worker, and the page itself. */
export async function filesOf(dist: string, visitScript: string): Promise<Files> {
  const { outputFiles } = await build({
    entryPoints: { app: join(dist, 'index-browser.js'), worker: join(dist, 'worker.js') },
    outdir: '/package',
    bundle: true,
    minify: true,
    // What page and worker both need lies in a file that is sent once; bundlers that build workers apart send it twice. What is loaded
    // later lies in files of its own.
    splitting: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  })
  const scripts = outputFiles.map(
    ({ path, contents }) => [`/package/${basename(path)}`, script(contents)] as const,
  )
  return new Map([
    ...scripts,
    ['/package/wa-sqlite.wasm', wasm(readFileSync(join(dist, 'wa-sqlite.wasm')))],
    ['/visit.mjs', script(readFileSync(visitScript))],
    ['/', { type: 'text/html', body: gzipSync(page) }],
  ])
}

const page = '<!doctype html><title>A visit</title><script type="module" src="/visit.mjs"></script>'

const script = (text: Uint8Array): File => ({ type: 'text/javascript', body: gzipSync(text) })
const wasm = (bytes: Uint8Array): File => ({ type: 'application/wasm', body: gzipSync(bytes) })

/** Serves them. The page itself is asked for each time. */
export function serveSite(files: Files): Promise<Site> {
  let sent = { scripts: 0, engine: 0 }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host')
    const file = files.get(pathname)
    if (!file) return void response.writeHead(404).end()
    const { type, body } = file
    if (type === 'text/javascript' && pathname !== '/visit.mjs') sent.scripts += body.length
    if (type === 'application/wasm') sent.engine += body.length
    const kept = pathname === '/' ? 'no-cache' : 'max-age=86400'
    response
      .writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'gzip', 'Cache-Control': kept })
      .end(body)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo // Of a TCP server.
      resolve({
        origin: `http://localhost:${port}`,
        takeBytes() {
          const taken = sent
          sent = { scripts: 0, engine: 0 }
          return taken
        },
        close: () => void server.close(),
      })
    })
  })
}
