/**
 * What upstream's server would serve to a browser: the suite's files as they are, the wrappers of `.js` tests, and its own
 * report script, which sends a page's results back here. With an implementation under test, every document and every
 * worker script gets that first, before the harness and the test.
 */
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { join, normalize } from 'node:path'
import type { Page } from '../pages.ts'
import type { HarnessTest } from '../result.ts'
import { contentType, echo, suiteFile } from '../server.ts'
import { wrapperAt } from './wrappers.ts'

/** What a page's harness reported. */
export interface PageReport {
  readonly status: { readonly status: number; readonly message: string | null }
  readonly tests: readonly HarnessTest[]
}

export interface BrowserServer {
  /** `http://localhost:port`: a secure context. */
  readonly origin: string
  /** Resolves when the page at that URL path reports. */
  reportOf(url: string): Promise<PageReport>
  close(): void
}

export interface ServerOptions {
  readonly suiteRoot: string
  readonly pages: readonly Page[]
  /** The built package; served under `/dist/`. */
  readonly dist: string
  /** The classic script that installs the implementation; null: the browser's own is tested. */
  readonly implementation: string | null
}

const implementationPath = '/implementation-under-test.js'
const reportPath = '/report-of-a-page'

/** URL path of an empty page, on the browser's own implementation. */
export const emptyPath = '/empty-page'

/** URL path of a page that opens a database and keeps it open, so that it owns the directory of all. */
export const ownersPath = '/page-of-the-owner'

/**
 * One who closes what it has open would own the directory no longer: where a test deletes all databases, the owner goes on with one that
 * no one sees, since its upgrade does not end.
 */
const ownersPage = `<!doctype html>
<script>
indexedDB.open('of the owner').onsuccess = ({ target: { result: database } }) => {
  globalThis.ownsDatabases = true
  database.onversionchange = () => {
    indexedDB.open('unseen').onupgradeneeded = ({ target: { result: unseen } }) => {
      const store = unseen.createObjectStore('s')
      const goOn = () => { store.get(0).onsuccess = goOn }
      goOn()
    }
    database.close()
  }
}
</script>`

/** Serves on a free local port. */
export function startBrowserServer(options: ServerOptions): Promise<BrowserServer> {
  const waiting = new Map<string, (report: PageReport) => void>()
  const server = createServer((request, response) => {
    answer(options, waiting, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (!address || typeof address === 'string')
        throw new Error('unreachable: a TCP server has a port')
      resolve({
        origin: `http://localhost:${address.port}`,
        reportOf: (url) => new Promise((heard) => waiting.set(url, heard)),
        close() {
          server.close()
          server.closeAllConnections()
        },
      })
    })
  })
}

async function answer(
  options: ServerOptions,
  waiting: Map<string, (report: PageReport) => void>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
  if (pathname === '/xhr/resources/content.py') return echo(request, response)
  if (pathname === reportPath) {
    // The report script below wrote it.
    waiting.get(searchParams.get('page') ?? '')?.(JSON.parse(await bodyOf(request)) as PageReport)
    return void response.writeHead(204).end()
  }
  const found = await find(options, pathname)
  if (!found) return void response.writeHead(404).end(`${pathname} is not in the suite`)
  const isOfRunner = pathname === emptyPath || pathname.startsWith('/dist/')
  const isTested = options.implementation !== null && !isOfRunner
  const destination = !isTested ? undefined : request.headers['sec-fetch-dest']
  response.writeHead(200, found.headers).end(withImplementation(found.body, destination))
}

interface Found {
  readonly body: string | Buffer
  readonly headers: Record<string, string>
}

/** Every page may share memory with its workers, as some tests want. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

async function find(options: ServerOptions, pathname: string): Promise<Found | null> {
  const { suiteRoot, pages, dist, implementation } = options
  const headers = {
    ...isolation,
    'Content-Type': contentType(pathname),
    'Cache-Control': 'no-store',
  }
  if (pathname === emptyPath) {
    return { body: '<!doctype html>', headers: { ...headers, 'Content-Type': 'text/html' } }
  }
  if (pathname === ownersPath) {
    return { body: ownersPage, headers: { ...headers, 'Content-Type': 'text/html' } }
  }
  if (pathname === implementationPath) return { body: implementation ?? '', headers }
  if (pathname === '/resources/testharnessreport.js') {
    return { body: implementation === null ? reportScript : installCheck + reportScript, headers }
  }
  if (pathname.startsWith('/dist/')) {
    const body = await readFile(join(dist, normalize(pathname.slice('/dist/'.length))))
    return { body, headers: { ...headers, 'Cache-Control': 'max-age=3600' } }
  }
  const path = suiteFile(suiteRoot, pathname)
  const body = (await readFile(path).catch(() => null)) ?? wrapperAt(pathname, pages)
  return body === null ? null : { body, headers }
}

function withImplementation(
  body: string | Buffer,
  destination: string | undefined,
): string | Buffer {
  if (destination === 'document' || destination === 'iframe') {
    const tag = `<script src="${implementationPath}"></script>`
    // After the doctype, without which a document is another kind of document.
    return body.toString().replace(/^(\s*<!doctype[^>]*>)?/i, (doctype) => doctype + tag)
  }
  if (destination && destination.endsWith('worker')) {
    return `importScripts(${JSON.stringify(implementationPath)});${body.toString()}`
  }
  return body
}

/** A run that tests the browser's own IndexedDB by accident would be all too good. Workers fail by themselves. */
const installCheck = `
if (/native code/.test(indexedDB.constructor)) {
  throw new Error('The implementation under test is not installed')
}
`

/** In place of upstream's report script, which is there to be replaced. */
const reportScript = `
setup({ timeout_multiplier: 6, output: false })
add_completion_callback((tests, { status, message }) => {
  const plain = tests.map(({ name, status, message, stack }) => ({ name, status, message, stack }))
  const page = encodeURIComponent(location.pathname + location.search)
  const body = JSON.stringify({ status: { status, message }, tests: plain })
  fetch('${reportPath}?page=' + page, { method: 'POST', body })
})
`

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
