/** What concerns browsers, in each browser that is installed; `--short` takes a part of it, `--suites` those named. */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { main as runWpt } from '../../../wpt/browser/main.ts'
import {
  type BrowserName,
  type RunningBrowser,
  browserNames,
  findBrowser,
  installCommand,
  startBrowser,
} from '../../kit/browsers.ts'
import { testEnds } from './ends.ts'
import { testCleared } from './cleared.ts'
import { testExchange } from './exchange.ts'
import { testHosting } from './hosting.ts'
import { testKeys } from './keys.ts'
import { testObserving } from './observing.ts'
import { testPersistence } from './persistence.ts'
import { testPolicies } from './policy.ts'
import type { TestResult } from './scope/suite.ts'
import { testStatus } from './status.ts'
import { startServer } from '../../kit/page-server.ts'

/** Paths that only the launcher knows. */
export interface Places {
  readonly projectRoot: string
  /** The folder of what pages and workers load. */
  readonly scopeRoot: string
}

/** The files of web-platform-tests that a smoke run takes, from all corners of the suite. */
const wptFiles = [
  'blob-composite-blob-reads',
  'event-dispatch-active-flag',
  'idb_webworkers',
  'idbcursor_continue_index',
  'idbfactory_open.any',
  'idbindex_getAll.any',
  'idbobjectstore_put.any',
  'idlharness',
  'keygenerator.any',
  'structured-clone.any.js?101',
  'transaction-create_in_versionchange',
  'transaction-deactivation-timing',
]

/** Gives the exit code: 0 if all passes, 1 if not. A missing browser is a failure only where they are required. */
export async function main(args: readonly string[], places: Places): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      dist: { type: 'string', default: 'dist' },
      suites: { type: 'string' },
      short: { type: 'boolean', default: false },
    },
  })
  const unnamed = values.short ? shortSuites : Object.keys(suites)
  const wantedSuites = values.suites?.split(',') ?? unnamed
  for (const name of wantedSuites) suiteNamed(name)
  const wanted = positionals.length > 0 ? positionals.map(browserNamed) : browserNames
  const found = wanted.filter((name) => findBrowser(name) !== null)
  const missing = wanted.filter((name) => findBrowser(name) === null)
  const dist = resolve(places.projectRoot, values.dist)
  const server = await startServer({
    '/dist/': dist,
    '/bundled/': dist,
    '/scope/': places.scopeRoot,
    '/matrix/': join(places.projectRoot, 'test/suites/matrix'),
  })
  const results: TestResult[] = []
  try {
    const { origin } = server
    const isShort = values.short
    const setting: Setting = { origin, projectRoot: places.projectRoot, dist, isShort }
    for (const name of found) results.push(...(await testBrowser(name, wantedSuites, setting)))
  } finally {
    server.close()
  }
  return report(results, { found, missing })
}

function browserNamed(text: string): BrowserName {
  const name = browserNames.find((it) => it === text)
  if (name) return name
  throw new TypeError(`Expected the name of a browser, ${browserNames.join(' or ')}, not "${text}"`)
}

function suiteNamed(text: string): RunSuite {
  const suite = suites[text]
  if (suite) return suite
  throw new TypeError(
    `Expected the names of suites, ${Object.keys(suites).join(', ')}, not "${text}"`,
  )
}

/** What is the same for every suite. */
interface Setting {
  /** Of the test's server. */
  readonly origin: string
  readonly projectRoot: string
  /** The folder of the built package. */
  readonly dist: string
  /** It is the short form. */
  readonly isShort: boolean
}

type RunSuite = (browser: RunningBrowser, setting: Setting) => Promise<TestResult[]>

const suites: Readonly<Record<string, RunSuite>> = {
  vfs: (browser, { origin }) => runWorker(browser, `${origin}/scope/vfs-worker.js`),
  persistence: (browser, { origin }) => testPersistence(browser, origin),
  ends: (browser, { origin }) => testEnds(browser, origin),
  cleared: (browser, { origin }) => testCleared(browser, origin),
  exchange: testExchange,
  hosting: (browser, { origin }) => testHosting(browser, origin, (url) => runWorker(browser, url)),
  keys: (browser, { origin }) => testKeys(browser, origin, (url) => runWorker(browser, url)),
  observing: (browser, { origin }) => testObserving(browser, origin),
  status: (browser, { origin }) => testStatus(browser, origin),
  policies: (browser, { origin }) => testPolicies(browser, origin),
  wpt: ({ name }, setting) => testPlatform(name, setting),
}

/** Of the short form: files, both kinds of host and a page's end, each in every browser, and a part of the web-platform-tests. */
const shortSuites = ['vfs', 'hosting', 'ends', 'wpt']

async function testBrowser(
  name: BrowserName,
  wantedSuites: readonly string[],
  setting: Setting,
): Promise<TestResult[]> {
  const browser = await startBrowser(name)
  const results: TestResult[] = []
  try {
    for (const name of wantedSuites) results.push(...(await runSuite(name, browser, setting)))
  } finally {
    await browser.close()
  }
  return results.map((it) => ({ ...it, title: `${browser.label}: ${it.title}` }))
}

/** Runs one, and says how long it has taken. */
async function runSuite(
  name: string,
  browser: RunningBrowser,
  setting: Setting,
): Promise<TestResult[]> {
  const start = performance.now()
  const results = await suiteNamed(name)(browser, setting)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${browser.label}: ${name}, ${results.length} tests in ${seconds} s`)
  return results
}

/**
 * Where the files of web-platform-tests run: with the engine in a worker, and in the thread itself. In the short form each browser has
 * one of the two, and all else is in the long one.
 */
const wptRuns = [
  { scope: 'window', column: 'opfs', ofShortForm: 'firefox' },
  { scope: 'worker', column: 'memory', ofShortForm: 'chromium' },
] as const

/** A piece of web-platform-tests, which prints what it finds. */
async function testPlatform(
  browser: BrowserName,
  { projectRoot, dist, isShort }: Setting,
): Promise<TestResult[]> {
  const results: TestResult[] = []
  for (const { scope, column, ofShortForm } of wptRuns) {
    if (isShort && ofShortForm !== browser) continue
    const options = { browser, dist, scope, column }
    const args = Object.entries(options).map(([name, it]) => `--${name}=${it}`)
    const exitCode = await runWpt([...wptFiles, ...args], { projectRoot })
    const error = exitCode === 0 ? null : 'not all is as expected; what differs stands above'
    const title = `${wptFiles.length} files of web-platform-tests in a ${scope} on ${column}`
    results.push({ title, error })
  }
  return results
}

/** Prints what failed and the line of counts; gives the exit code. */
function report(
  results: readonly TestResult[],
  { found, missing }: { found: readonly BrowserName[]; missing: readonly BrowserName[] },
): number {
  const failed = results.filter(({ error }) => error !== null)
  for (const { title, error } of failed) console.log(`✗ ${title}\n  ${error}`)
  const absent =
    missing.length > 0 ? `; not installed: ${missing.join(', ')} (${installCommand})` : ''
  const passed = results.length - failed.length
  console.log(
    `browsers: ${passed}/${results.length} tests pass in ${found.join(' and ') || 'none'}${absent}`,
  )
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  return failed.length > 0 || (isRequired && missing.length > 0) ? 1 : 0
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
