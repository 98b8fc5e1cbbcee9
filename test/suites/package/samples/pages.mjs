/** Samples that belong in a page: as esbuild bundles them, and as Vite and Next do. */
import { spawn } from 'node:child_process'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { importBundled } from '../../../kit/bundle.mjs'
import { root, run } from '../projects.mjs'
import { projectWith } from './programs.mjs'

const { installedPackage, runtimeCommand } = (await importBundled('test/kit/runtimes.ts')).module
const { startServer } = (await importBundled('test/kit/page-server.ts')).module

/** Stores and reads by the sample's `indexedDB`, and says in the page's title what it found. */
const afterwards = `
const request = indexedDB.open('library', 1)
request.onupgradeneeded = () => request.result.createObjectStore('books')
request.onerror = () => { document.title = String(request.error) }
request.onsuccess = () => {
  const books = request.result.transaction('books', 'readwrite').objectStore('books')
  books.put('SICP', 1)
  books.get(1).onsuccess = ({ target }) => { document.title = 'found ' + target.result }
}
`
const imported = `import { createIndexedDB } from 'idb-everywhere'\n`
const html = '<!doctype html><title>waiting</title><script type="module" src="./page.js"></script>'
const next = {
  package: 'next',
  version: '16.4.6',
  companions: ['react@19.2.0', 'react-dom@19.2.0'],
}

const isRequired = process.env.IDB_TEST_BROWSERS === 'required'

/** A page with lines of its own around the sample; in the end its title has to be `found SICP`. */
export function pageChecksWith({ before = '', after }) {
  return (sample) => pageChecks({ ...sample, before, after })
}

/**
 * `policy`: the page's Content-Security-Policy, if it has one; Next serves its pages itself, without, and runs the sample in a function, where
 * nothing can be awaited.
 */
export function pageChecks({
  title,
  code,
  packages,
  isLong,
  policy,
  before = '',
  after = afterwards,
}) {
  const isWhole = code.includes(`from 'idb-everywhere'`)
  const script = `${isWhole ? '' : imported}${before}${code}${after}`
  const awaits = /\bawait\b/.test(script)
  const bundlers = {
    esbuild: withEsbuild,
    ...(isLong && { Vite: withVite }),
    ...(isLong && !policy && !awaits && { Next: withNext }),
  }
  return Object.entries(bundlers).map(([name, serve]) => [
    `${title}: runs in Chromium, bundled by ${name}`,
    async () => {
      const { findBrowser } = await browsers()
      if (!findBrowser('chromium') && !isRequired) return console.log('Not run: no Chromium')
      const site = await serve({ script, packages })
      try {
        await expectFound(policy ? underPolicy(site.url, policy) : site.url)
      } finally {
        site.close()
      }
    },
  ])
}

/** The address at which the server of `serveSite` gives the page with that policy. */
function underPolicy(url, policy) {
  const { origin, pathname } = new URL(url)
  return `${origin}/csp/${encodeURIComponent(policy)}${pathname}`
}

/** Beside the bundle lie the files that the README says a page needs there, and the worker of the user's own. */
async function withEsbuild({ script, packages }) {
  const directory = projectWith(packages, { 'script.js': script, 'site/index.html': html })
  await build({
    entryPoints: [join(directory, 'script.js')],
    outfile: join(directory, 'site/page.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  })
  const site = join(directory, 'site')
  cpSync(join(packages['idb-everywhere'], 'dist'), site, { recursive: true })
  return serveSite(site, packages)
}

async function withVite({ script, packages }) {
  const toolDirectory = await installedPackage('vite', '8.3.8')
  const files = { 'page.js': script, 'index.html': html }
  const directory = projectWith(packages, files, toolDirectory)
  const vite = join(toolDirectory, 'node_modules/vite/bin/vite.js')
  await run(process.execPath, [vite, 'build', '--logLevel', 'warn', '--outDir', 'site'], {
    cwd: directory,
  })
  return serveSite(join(directory, 'site'), packages)
}

/** Next serves itself; the sample runs when the page has been mounted, as it must not on the server. */
async function withNext({ script, packages }) {
  const toolDirectory = await installedPackage(next.package, next.version, next.companions)
  const imports = script.match(/^import .*\n/gm)?.join('') ?? ''
  const body = script.replace(/^import .*\n/gm, '')
  const page = `'use client'
${imports}import { useEffect } from 'react'
export default function Page() {
  useEffect(() => {
${body}
  }, [])
  return null
}
`
  const layout = `export default function Layout({ children }) {
  return <html><body>{children}</body></html>
}
`
  const files = { 'app/page.jsx': page, 'app/layout.jsx': layout, 'public/my-worker.js': ownWorker }
  const directory = projectWith(packages, files, toolDirectory)
  cpSync(join(packages['idb-everywhere'], 'dist'), join(directory, 'public/dist'), {
    recursive: true,
  })
  const command = [join(toolDirectory, 'node_modules/next/dist/bin/next')]
  const [node] = await runtimeCommand('node@24')
  await run(node, [...command, 'build', '--webpack'], {
    cwd: directory,
    env: { NEXT_TELEMETRY_DISABLED: '1' },
    timeout: 600_000,
  })
  return startNext(node, [...command, 'start', '--port', '0'], directory)
}

function startNext(node, args, cwd) {
  const child = spawn(node, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`next start has ended with code ${code}`)))
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const [origin] = text.match(/http:\/\/localhost:\d+/) ?? []
      if (origin) resolve({ url: `${origin}/`, close: () => child.kill() })
    })
  })
}

/** The one line of the README, with this site for the other. */
const ownWorker = `import '/dist/worker.js'\n`

/** Without a bundler that knows it, the package's own files lie beside the script that they were bundled into. */
async function serveSite(site, packages) {
  writeFileSync(join(site, 'my-worker.js'), ownWorker)
  cpSync(join(packages['idb-everywhere'], 'dist'), join(site, 'dist'), { recursive: true })
  const { origin, close } = await startServer({ '/': site })
  return { url: `${origin}/index.html`, close }
}

async function expectFound(url) {
  const { startBrowser } = await browsers()
  const browser = await startBrowser('chromium')
  try {
    const page = await (await browser.newContext()).newPage()
    await page.goto(url)
    await page.waitForFunction(() => !/^(waiting)?$/.test(document.title), undefined, {
      timeout: 180_000,
    })
    const title = await page.title()
    if (title !== 'found SICP') throw new Error(`The page says: ${title}`)
  } finally {
    await browser.close()
  }
}

let bundled = null

/** Bundled once, within the tree, from where Playwright is found. */
function browsers() {
  bundled ??= bundleBrowsers()
  return bundled
}

async function bundleBrowsers() {
  const outfile = join(root, `node_modules/.cache/idb-everywhere-samples-${process.pid}.mjs`)
  await build({
    entryPoints: [join(root, 'test/kit/browsers.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  process.on('exit', () => rmSync(outfile))
  return import(pathToFileURL(outfile).href)
}
