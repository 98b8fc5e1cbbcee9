/** What a factory's closing means, in every way to host a directory in a browser. */
import type { RunningBrowser } from '../../kit/browsers.ts'
import type { HostingTests } from './scope/hosting-page.ts'
import type { TestResult } from './scope/suite.ts'

/** Runs the tests in a browser. `origin`: of the test's server; `runWorker`: runs a script that posts its results. */
export async function testHosting(
  browser: RunningBrowser,
  origin: string,
  runWorker: (url: string) => Promise<TestResult[]>,
): Promise<TestResult[]> {
  const inPage = await runInPage(browser, origin)
  const inWorker = await runWorker(`${origin}/scope/hosting-page.js`)
  return [
    ...inPage.map((it) => ({ ...it, title: `from a page, ${it.title}` })),
    ...inWorker.map((it) => ({ ...it, title: `from a worker, ${it.title}` })),
  ]
}

async function runInPage(browser: RunningBrowser, origin: string): Promise<TestResult[]> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(`${origin}/`)
    return await page.evaluate(async () => {
      await import(new URL('/scope/hosting-page.js', location.origin).href)
      const { hosting } = globalThis as unknown as { hosting: HostingTests } // its script has run
      return hosting.run()
    })
  } finally {
    await context.close()
  }
}
