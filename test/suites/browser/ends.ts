/** Threads that end under clients that need them: nothing hangs, and every client is told. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { RunningBrowser } from '../../kit/browsers.ts'
import type { Ends, Heard } from './scope/ends-page.ts'
import { Suite, type TestResult } from './scope/suite.ts'

/** Runs the tests in a browser. `origin`: of the test's server. */
export function testEnds(browser: RunningBrowser, origin: string): Promise<TestResult[]> {
  const suite = new Suite()
  const test = (title: string, body: (page: Page) => Promise<void>): void =>
    suite.test(title, async () => {
      const context = await browser.newContext()
      try {
        const page = await context.newPage()
        await page.goto(`${origin}/`)
        await page.evaluate(() => import(new URL('/scope/ends-page.js', location.origin).href))
        await body(page)
      } finally {
        await context.close()
      }
    })

  test('a client by port hears that the thread of its owner has ended', async (page) => {
    checkHeard((await inPage(page, 'ownerByPort')) as Heard)
  })

  test('a page hears that a worker of its own, which hosts for it, has ended', async (page) => {
    checkHeard((await inPage(page, 'ownWorker')) as Heard)
  })

  test('an owner hears that the thread of a client has ended, and aborts its transaction', async (page) => {
    assert.equal(await inPage(page, 'clientByPort'), 'nothing')
  })
  return suite.run()
}

function checkHeard({ isClosed, ...outcomes }: Heard): void {
  assert.equal(isClosed, true)
  for (const [what, outcome] of Object.entries(outcomes)) {
    assert.match(outcome, /^UnknownError: .*has ended/, what)
  }
}

function inPage(page: Page, name: keyof Ends): Promise<unknown> {
  return page.evaluate((name) => {
    const { ends } = globalThis as unknown as { ends: Ends } // its script has run
    return ends[name]()
  }, name)
}
