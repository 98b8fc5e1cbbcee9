/** A smoke form of everything that concerns browsers, in each browser that is installed. */
import { join } from 'node:path'
import { type BrowserName, browserNames, findBrowser, installCommand } from '../browsers.ts'
import { type RunningBrowser, startBrowser } from '../browsers.ts'
import { testPersistence } from './persistence.ts'
import type { TestResult } from './scope/suite.ts'
import { type Server, startServer } from './server.ts'

/** Paths that only the launcher knows. */
export interface Places {
  readonly projectRoot: string
  /** The folder of what pages and workers load. */
  readonly scopeRoot: string
}

/** Gives the exit code: 0 if all passes, 1 if not. A missing browser is a failure only where they are required. */
export async function main(args: readonly string[], places: Places): Promise<number> {
  const wanted = args.length > 0 ? args.filter(isBrowserName) : browserNames
  const found = wanted.filter((name) => findBrowser(name) !== null)
  const missing = wanted.filter((name) => findBrowser(name) === null)
  const server = await startServer({
    '/dist/': process.env['IDB_DIST'] ?? join(places.projectRoot, 'dist'),
    '/scope/': places.scopeRoot,
  })
  const results: TestResult[] = []
  try {
    for (const name of found) results.push(...(await testBrowser(name, server)))
  } finally {
    server.close()
  }
  const failed = results.filter(({ error }) => error !== null)
  for (const { title, error } of failed) console.log(`✗ ${title}\n  ${error}`)
  if (missing.length > 0) {
    console.log(`missing: ${missing.join(', ')}; get them by: ${installCommand}`)
  }
  console.log(
    `browsers: ${results.length - failed.length}/${results.length} tests pass in ${found.length} browsers, ${missing.length} not installed`,
  )
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  return failed.length > 0 || (isRequired && missing.length > 0) ? 1 : 0
}

function isBrowserName(name: string): name is BrowserName {
  return (browserNames as readonly string[]).includes(name)
}

async function testBrowser(name: BrowserName, server: Server): Promise<TestResult[]> {
  const browser = await startBrowser(name)
  try {
    const results = [
      ...(await runWorker(browser, `${server.origin}/scope/vfs-worker.js`)),
      ...(await testPersistence(browser, server.origin)),
    ]
    return results.map((it) => ({ ...it, title: `${browser.label}: ${it.title}` }))
  } finally {
    await browser.close()
  }
}

/** Starts a dedicated worker on an empty page and gives what it posts. */
async function runWorker(browser: RunningBrowser, url: string): Promise<TestResult[]> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(new URL('/', url).href)
    return await page.evaluate(
      (script) =>
        new Promise<TestResult[]>((resolve, reject) => {
          const worker = new Worker(script, { type: 'module' })
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => reject(new Error(`The worker failed: ${message}`))
        }),
      url,
    )
  } finally {
    await context.close()
  }
}
