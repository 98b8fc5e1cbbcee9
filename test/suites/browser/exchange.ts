/** Database files that go from Node into a browser's OPFS, and the other way round. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import type { RunningBrowser } from '../../kit/browsers.ts'
import type { Exchange, Files } from './scope/exchange-page.ts'
import { Suite, type TestResult } from './scope/suite.ts'

export interface Places {
  /** Of the test's server. */
  readonly origin: string
  readonly projectRoot: string
  /** The folder of the built package. */
  readonly dist: string
}

/** Runs the tests in a browser. Each value and key that is not as it should be is named in a test's error. */
export function testExchange(browser: RunningBrowser, places: Places): Promise<TestResult[]> {
  const suite = new Suite()
  const test = (title: string, body: (page: Page, directory: string) => Promise<void>): void =>
    suite.test(title, async () => {
      const context = await browser.newContext()
      const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-exchange-'))
      try {
        const page = await context.newPage()
        await page.goto(`${places.origin}/`)
        await page.evaluate(() => import(new URL('/scope/exchange-page.js', location.origin).href))
        await body(page, directory)
      } finally {
        await context.close()
        rmSync(directory, { recursive: true, force: true })
      }
    })

  test('a file written in Node opens in OPFS, with a value and a key of every type', async (page, directory) => {
    checkAll(await runInNode('write', directory, places))
    await inPage(page, 'put', filesIn(directory))
    checkAll(await inPage(page, 'readEveryType'))
  })

  test('a file written in OPFS opens in Node, with a value and a key of every type', async (page, directory) => {
    checkAll(await inPage(page, 'writeEveryType'))
    for (const [name, content] of Object.entries(await inPage(page, 'take'))) {
      writeFileSync(join(directory, name), content, 'base64')
    }
    checkAll(await runInNode('read', directory, places))
  })
  return suite.run()
}

/** How many values and keys there are at least, so that nothing that ran nothing passes. */
const fewestChecks = 15

function checkAll(checks: readonly TestResult[]): void {
  assert.deepEqual(
    checks.filter(({ error }) => error !== null),
    [],
  )
  assert.ok(checks.length >= fewestChecks, `there are only ${checks.length} values and keys`)
}

/** Calls a function of `scope/exchange-page.ts`. */
function inPage<Name extends keyof Exchange>(
  page: Page,
  name: Name,
  ...args: Parameters<Exchange[Name]>
): Promise<Awaited<ReturnType<Exchange[Name]>>> {
  const call = ({ name, args }: { name: Name; args: Parameters<Exchange[Name]> }) => {
    const { exchange } = globalThis as unknown as { exchange: Exchange } // its script has run
    return (exchange[name] as (...args: Parameters<Exchange[Name]>) => unknown)(...args)
  }
  // `as`: Playwright takes and gives what JSON can say, and so are these arguments and results.
  return page.evaluate(call as never, { name, args }) as never
}

/** A process of its own: it must open what the page's engine wrote, and close it for the page. */
async function runInNode(
  side: 'write' | 'read',
  directory: string,
  { projectRoot, dist }: Places,
): Promise<TestResult[]> {
  const program = join(projectRoot, 'test/suites/matrix/file.mjs')
  const entry = pathToFileURL(join(dist, 'index.js')).href
  const { stdout } = await run(process.execPath, [program, entry, side, directory])
  const [, results] = /^RESULT (.*)$/m.exec(stdout) ?? []
  if (results === undefined) throw new Error(`${program} has no result: ${stdout}`)
  return JSON.parse(results)
}

const run = promisify(execFile)

function filesIn(directory: string): Files {
  const entries = readdirSync(directory).map((name) => [
    name,
    readFileSync(join(directory, name), 'base64'),
  ])
  return Object.fromEntries(entries)
}
