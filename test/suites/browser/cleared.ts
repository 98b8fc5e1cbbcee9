/** Site data is cleared under an open database: its connections are told, and nothing is acknowledged from then on. */
import assert from 'node:assert/strict'
import type { BrowserContext, Page } from 'playwright-core'
import { type RunningBrowser, startThrowaway } from '../../kit/browsers.ts'
import { inPage, inWorker, load, type Method } from './database-calls.ts'
import { Suite, type TestResult } from './scope/suite.ts'

/** How it is called: in a page, which keeps its engine in a worker, or in a worker that has it in its own thread. */
const threads = { page: inPage, 'dedicated worker': inWorker }

/** Runs the tests in a browser. `origin`: of the test's server. */
export function testCleared(browser: RunningBrowser, origin: string): Promise<TestResult[]> {
  const suite = new Suite()
  const places: Record<string, () => Promise<OpenContext>> = {
    // Chromium keeps files there by other means.
    'off the record': async () => {
      const context = await browser.newContext()
      return { context, close: () => context.close() }
    },
    'in a profile': () => startThrowaway(browser.name, { args: [] }),
  }
  for (const [place, start] of Object.entries(places)) {
    for (const [thread, call] of Object.entries(threads)) {
      for (const [title, method] of Object.entries(methods)) {
        suite.test(`in a ${thread}, ${place}: ${title} after site data is cleared`, async () => {
          const { context, close } = await start()
          try {
            const page = await context.newPage()
            await load(page, `${origin}/`)
            await inTime(outlive(page, call, method))
          } finally {
            await close()
          }
        })
      }
    }
  }
  suite.test(
    'a page from before site data was cleared shares with a later one, and becomes the owner when that goes',
    async () => {
      const context = await browser.newContext()
      try {
        const [old, later] = [await context.newPage(), await context.newPage()]
        await load(old, `${origin}/`)
        await inTime(meetLater(old, () => load(later, `${origin}/`).then(() => later)))
      } finally {
        await context.close()
      }
    },
  )
  suite.test(
    'a page whose worker ends that it has started since site data was cleared starts another',
    async () => {
      const context = await browser.newContext()
      try {
        const page = await context.newPage()
        await page.addInitScript(keepWorkers)
        await load(page, `${origin}/`)
        await inTime(outliveWorker(page))
      } finally {
        await context.close()
      }
    },
  )
  return suite.run()
}

/** Runs in the page, before all else: `lastWorker` is the one that was started last. */
function keepWorkers(): void {
  const { Worker } = globalThis
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args)
      Object.assign(globalThis, { lastWorker: this })
    }
  }
}

async function outliveWorker(page: Page): Promise<void> {
  await inPage(page, 'put', {}, 'a', 'before')
  assert.equal(await inPage(page, 'outliveIdle', {}), 'closed')
  await inPage(page, 'close', {})
  await inPage(page, 'put', {}, 'a', 'after')
  await page.evaluate(() =>
    (globalThis as unknown as { lastWorker: Worker }).lastWorker.terminate(),
  )
  assert.equal(await inPage(page, 'get', {}, 'a'), 'after')
}

/** An old page that becomes the client of a later one, and succeeds it. */
async function meetLater(old: Page, loadLater: () => Promise<Page>): Promise<void> {
  await inPage(old, 'put', {}, 'a', 'before')
  assert.equal(await inPage(old, 'outliveIdle', {}), 'closed')
  await inPage(old, 'close', {})
  const later = await loadLater()
  await inPage(later, 'put', {}, 'a', 'later')
  assert.equal(await inPage(old, 'get', {}, 'a'), 'later')
  await inPage(old, 'put', {}, 'a', 'old')
  assert.equal(await inPage(later, 'get', {}, 'a'), 'old')
  await later.close()
  assert.equal(await inPage(old, 'get', {}, 'a'), 'old')
}

/** Against hangs only: a machine that is busy with other things is no failure. */
const longestMs = 180_000

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error('nothing came of it')), longestMs)
  })
  await Promise.race([work, limit]).finally(() => clearTimeout(timer))
}

interface OpenContext {
  readonly context: BrowserContext
  close(): Promise<void>
}

const methods: Readonly<Record<string, Method>> = {
  'an idle connection is closed': 'outliveIdle',
  'relaxed commits end and the connection is closed': 'outliveRelaxed',
  'a strict commit is refused and the connection is closed': 'outliveStrict',
}

async function outlive(page: Page, call: typeof inPage, method: Method): Promise<void> {
  await call(page, 'put', {}, 'a', 'before')
  await call(page, 'put', { name: 'other' }, 'a', 'before')
  assert.equal(await call(page, method, {}), 'closed')
  // The next one starts from nothing, in the same page.
  assert.equal(await call(page, 'get', {}, 'a'), undefined)
  await call(page, 'put', {}, 'a', 'after')
  assert.equal(await call(page, 'get', { name: 'other' }, 'a'), undefined)
  await call(page, 'close', {})
  assert.equal(await call(page, 'get', {}, 'a'), 'after')
}
