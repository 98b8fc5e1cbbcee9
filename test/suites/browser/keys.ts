/** CryptoKeys and handles of files, in pages and workers, and after a page that did not end well. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { RunningBrowser } from '../../kit/browsers.ts'
import type { Keys } from './scope/keys-page.ts'
import { Suite, type TestResult } from './scope/suite.ts'

/** Runs the tests in a browser. `origin`: of the test's server; `runWorker`: runs a script that posts its results. */
export async function testKeys(
  browser: RunningBrowser,
  origin: string,
  runWorker: (url: string) => Promise<TestResult[]>,
): Promise<TestResult[]> {
  const suite = new Suite()
  const context = await browser.newContext()
  const openPage = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(`${origin}/`)
    await page.evaluate(() => import(new URL('/scope/keys-page.js', location.origin).href))
    return page
  }
  suite.test('what a page that was closed in mid-transaction has kept is collected', async () => {
    const first = await openPage()
    await call(first, 'putForEver')
    await first.close()
    assert.deepEqual(await call(await openPage(), 'leftovers'), ['committed'])
  })
  try {
    const inPage = (await call(await openPage(), 'run')) as TestResult[]
    const inWorker = await runWorker(`${origin}/scope/keys-page.js`)
    return [
      ...inPage.map((it) => ({ ...it, title: `in a page, ${it.title}` })),
      ...inWorker.map((it) => ({ ...it, title: `in a worker, ${it.title}` })),
      ...(await suite.run()),
    ]
  } finally {
    await context.close()
  }
}

function call(page: Page, name: keyof Keys): Promise<unknown> {
  return page.evaluate((it): Promise<unknown> => {
    const { keys } = globalThis as unknown as { keys: Keys } // its script has run
    return keys[it]()
  }, name)
}
