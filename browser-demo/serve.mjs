/**
 * Serves the demo page: `npm run demo:browser -- [port]`. The page is bundled when the server starts; the package it
 * shows is loaded as it ships, file by file from `dist/`, found by an import map made from the exports of package.json.
 */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const projectRoot = fileURLToPath(new URL('..', import.meta.url))
const imported = ['.', './inspector', './vfs/memory', './vfs/opfs']

/**
 * Starts the server; port 0 takes any that is free.
 * @returns its origin, on localhost, which browsers trust as they trust https; and a way to end it
 */
export async function startDemo({ port = 0 } = {}) {
  const pages = await makePages()
  const server = createServer((request, response) => void answer(request, response, pages))
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, 'localhost', resolve)
  })
  return {
    origin: `http://localhost:${server.address().port}`,
    close: () => server.closeAllConnections() ?? server.close(),
  }
}

/** URL path → what is served there, in addition to the package. */
async function makePages() {
  const importMap = JSON.stringify({ imports: importsOf(readJson('package.json')) })
  const template = readFileSync(join(projectRoot, 'browser-demo/index.html'), 'utf8')
  const html = template.replace(
    '<!-- import map -->',
    () => `<script type="importmap">${importMap}</script>`,
  )
  const policy = contentSecurityPolicy(importMap)
  return new Map([
    ['/', { body: html, type: 'text/html; charset=utf-8', policy }],
    ['/main.js', { body: await bundle(), type: 'text/javascript; charset=utf-8', policy }],
    [
      '/style.css',
      {
        body: readFileSync(join(projectRoot, 'browser-demo/style.css')),
        type: 'text/css; charset=utf-8',
        policy,
      },
    ],
    ['dist', { policy }],
  ])
}

/** The names the page imports → the files that serve browsers. */
function importsOf({ name, exports }) {
  return Object.fromEntries(
    imported.map((subpath) => {
      const entry = exports[subpath].browser ?? exports[subpath]
      const { default: file } = entry.import ?? entry
      return [join(name, subpath), file.slice(1)]
    }),
  )
}

/** All the page needs, and with it the package: scripts and workers of this origin, and leave to compile WebAssembly. */
function contentSecurityPolicy(importMap) {
  const hash = createHash('sha256').update(importMap).digest('base64')
  return [
    `default-src 'self'`,
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
    // The small worker by which tabs find each other has a data: address.
    `worker-src 'self' data:`,
    `img-src 'self' data:`,
    `base-uri 'none'`,
  ].join('; ')
}

/** Not minified: the page shows the source of its workloads. */
async function bundle() {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: ['browser-demo/main.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    // The project's own configuration takes the package's names for its sources.
    tsconfigRaw: {},
    charset: 'utf8',
    logLevel: 'warning',
  })
  return outputFiles[0].contents
}

async function answer(request, response, pages) {
  const { pathname } = new URL(request.url ?? '/', 'http://host')
  const headers = {
    'Content-Security-Policy': pages.get('dist').policy,
    'Cache-Control': 'no-store',
  }
  const page = pages.get(pathname)
  if (page?.body)
    return response.writeHead(200, { ...headers, 'Content-Type': page.type }).end(page.body)
  if (!pathname.startsWith('/dist/')) return notFound(response, headers, pathname)
  try {
    const body = await readFile(join(projectRoot, normalize(pathname)))
    response.writeHead(200, { ...headers, 'Content-Type': typeOf(pathname) }).end(body)
  } catch {
    notFound(response, headers, pathname)
  }
}

function notFound(response, headers, pathname) {
  response
    .writeHead(404, { ...headers, 'Content-Type': 'text/plain' })
    .end(`${pathname} is missing`)
}

function typeOf(pathname) {
  const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' }
  return types[extname(pathname)] ?? 'application/octet-stream'
}

function readJson(path) {
  return JSON.parse(readFileSync(join(projectRoot, path), 'utf8'))
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] ?? 8080)
  try {
    const { origin } = await startDemo({ port })
    console.log(`The demo is at ${origin}; end it with Ctrl-C`)
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error
    console.error(
      `Port ${port} is in use; name another: npm run demo:browser -- ${port + 1} (0: any that is free)`,
    )
    process.exitCode = 1
  }
}
