/** What outlives a page, a worker and a browser, and how pages share: scenarios over the package as built. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import type * as Package from '../../../src/index.ts'
import { type BrowserName, type RunningBrowser, startProfile } from '../../kit/browsers.ts'
import { inPage, inWorker, load } from './database-calls.ts'
import { Suite, type TestResult } from './scope/suite.ts'

/** Runs the scenarios in a browser. `origin`: of the test's server. */
export function testPersistence(browser: RunningBrowser, origin: string): Promise<TestResult[]> {
  const suite = new Suite()
  /** A test with a storage of its own. */
  const test = (title: string, body: (context: BrowserContext) => Promise<void>): void =>
    suite.test(title, async () => {
      const context = await browser.newContext()
      try {
        await body(context)
      } finally {
        await context.close()
      }
    })
  const openPage = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage()
    await load(page, `${origin}/`)
    return page
  }

  test('what a page stored is there after a reload', async (context) => {
    const page = await openPage(context)
    await inPage(page, 'put', {}, 'a', 'from a page')
    await load(page, `${origin}/`)
    assert.equal(await inPage(page, 'get', {}, 'a'), 'from a page')
  })

  test('what a dedicated worker stored, a page finds after the worker has closed it', async (context) => {
    const page = await openPage(context)
    assert.equal(await inWorker(page, 'put', {}, 'a', 'from a worker'), undefined)
    assert.equal(await inWorker(page, 'get', {}, 'a'), 'from a worker')
    await inWorker(page, 'close', {})
    assert.equal(await inPage(page, 'get', {}, 'a'), 'from a worker')
  })

  test('a second page is told that the directory is owned, and gets it once the first page is gone', async (context) => {
    const [first, second] = [await openPage(context), await openPage(context)]
    await inPage(first, 'put', {}, 'a', 'from the first')
    await assert.rejects(
      inPage(second, 'get', { ifLocked: 'throw' }, 'a'),
      /UnknownError.*owned by another tab or worker/,
    )
    await inPage(second, 'close', { ifLocked: 'throw' })
    const waiting = inPage(second, 'get', { ifLocked: 'wait' }, 'a')
    await untilSomeoneWaits(second)
    await first.close()
    assert.equal(await waiting, 'from the first')
  })

  test('a directory that is closed can be taken by another page at once', async (context) => {
    const [first, second] = [await openPage(context), await openPage(context)]
    await inPage(first, 'put', {}, 'a', 1)
    await inPage(first, 'close', {})
    assert.equal(await inPage(second, 'get', {}, 'a'), 1)
  })

  test('a directory can be given up and taken again at once, many times', async (context) => {
    const page = await openPage(context)
    for (let round = 0; round < 10; round++) {
      await inPage(page, 'put', {}, 'a', round)
      await inPage(page, 'close', {})
    }
    assert.equal(await inPage(page, 'get', {}, 'a'), 9)
  })

  test('a page that is closed in mid-transaction leaves nothing of it', async (context) => {
    const first = await openPage(context)
    await inPage(first, 'put', {}, 'a', 'committed')
    await inPage(first, 'putForEver', {}, 'a', 'never committed')
    await first.close()
    assert.equal(await inPage(await openPage(context), 'get', {}, 'a'), 'committed')
  })

  test('a page reloaded in mid-transaction finds nothing of it', async (context) => {
    const page = await openPage(context)
    await inPage(page, 'put', {}, 'a', 'committed')
    await inPage(page, 'putForEver', {}, 'a', 'never committed')
    await load(page, `${origin}/`)
    // The page that was left may give the directory up a moment later.
    assert.equal(await inPage(page, 'get', { ifLocked: 'wait' }, 'a'), 'committed')
  })

  if (browser.name === 'chromium') {
    test('a page that waits gets the directory when the process of its owner dies in mid-transaction', async (context) => {
      const [first, second] = [await openPage(context), await openPage(context)]
      await inPage(first, 'put', {}, 'a', 'committed')
      await inPage(first, 'putForEver', {}, 'a', 'never committed')
      const waiting = inPage(second, 'get', { ifLocked: 'wait' }, 'a')
      await untilSomeoneWaits(second)
      await crash(first)
      assert.equal(await waiting, 'committed')
    })
  }

  test('the single file keeps databases in OPFS, hosted by a worker it carries', async (context) => {
    const page = await openPage(context)
    const options = { entryPoint: '/dist/inline.js' }
    await inPage(page, 'put', options, 'a', 'inline')
    await load(page, `${origin}/`)
    assert.equal(await inPage(page, 'get', options, 'a'), 'inline')
  })

  test("what else a page's own worker throws closes nothing", async (context) => {
    const page = await openPage(context)
    assert.deepEqual(await page.evaluate(useThrowingWorker, origin), { value: 'kept', closed: 0 })
  })

  test('a shared worker is told that OPFS needs another kind of thread, or is served by a worker of its own', async (context) => {
    const page = await openPage(context)
    const outcome = await page.evaluate(openInSharedWorker, `${origin}/dist/index-browser.js`)
    const isServed = outcome === 'success'
    assert.ok(isServed || /UnknownError.*use memory\(\)/.test(outcome), outcome)
  })

  suite.test('what was stored is there when the browser is closed and started again', () =>
    withProfile(async (profile) => {
      await inProfile(browser.name, profile, origin, (page) => inPage(page, 'put', {}, 'a', 'kept'))
      const found = await inProfile(browser.name, profile, origin, (page) =>
        inPage(page, 'get', {}, 'a'),
      )
      assert.equal(found, 'kept')
    }),
  )

  // Elsewhere there is no way to know the browser's processes.
  if (existsSync('/proc')) {
    suite.test(
      'a browser that is killed in mid-transaction has all that was committed, and nothing of the rest',
      () =>
        withProfile(async (profile) => {
          await inProfile(browser.name, profile, origin, async (page) => {
            await inPage(page, 'put', {}, 'a', 'committed')
            await inPage(page, 'putForEver', {}, 'a', 'never committed')
            killBrowserOf(profile)
          })
          const found = await inProfile(browser.name, profile, origin, (page) =>
            inPage(page, 'get', {}, 'a'),
          )
          assert.equal(found, 'committed')
        }),
    )
  }
  return suite.run()
}

/** Resolves once a page or worker of the origin waits for a directory, which shows in its locks. */
async function untilSomeoneWaits(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    const { pending = [] } = await navigator.locks.query()
    return pending.length > 0
  })
}

/** Ends the process that the page runs in; Chromium only, no driver can do it in Firefox. */
async function crash(page: Page): Promise<void> {
  const hasCrashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  // It gets no answer: the thread that would give it is dead.
  session.send('Page.crash').catch(() => {})
  await hasCrashed
}

/** Runs in a page: has a worker host that throws something of its own, and looks at what it was told to keep. */
async function useThrowingWorker(origin: string): Promise<{ value: unknown; closed: number }> {
  const { createIndexedDB } = (await import(`${origin}/dist/index-browser.js`)) as typeof Package
  const script = `
    import ${JSON.stringify(`${origin}/dist/worker.js`)}
    addEventListener('message', ({ data }) => {
      if (data === 'throw') throw new Error('nothing to do with databases')
    })`
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(url, { type: 'module' })
  const resultOf = <Result>(request: IDBRequest<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('no error given'))
    })
  const request = createIndexedDB({ path: 'throwing', worker }).open('a', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('s').put('kept', 1)
  const database = await resultOf(request)
  let closed = 0
  database.onclose = () => closed++
  const thrown = new Promise((resolve) => worker.addEventListener('error', resolve))
  worker.postMessage('throw')
  await thrown
  const value: unknown = await resultOf(database.transaction('s').objectStore('s').get(1))
  return { value, closed }
}

/** Runs in a page: what a shared worker's first open with the default VFS ends with. */
function openInSharedWorker(entryPoint: string): Promise<string> {
  const script = `
    import { createIndexedDB } from ${JSON.stringify(entryPoint)}
    addEventListener('connect', ({ ports: [port] }) => {
      const request = createIndexedDB().open('a')
      request.onsuccess = () => port.postMessage('success')
      request.onerror = () => port.postMessage(request.error.name + ': ' + request.error.message)
    })`
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const { port } = new SharedWorker(url, { type: 'module' })
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data)
  })
}

async function withProfile(body: (profile: string) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'idb-everywhere-profile-'))
  try {
    await body(profile)
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Ends the browser at once, as the system does when it runs out of memory; its processes name the profile. */
function killBrowserOf(profile: string): void {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const own = pids.filter((pid) => argumentsOf(pid).some((it) => it.endsWith(profile)))
  assert.ok(own.length > 0, `no process has ${profile}`)
  for (const pid of own) process.kill(Number(pid), 'SIGKILL')
}

/** None, if the process has ended. */
function argumentsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

async function inProfile<Result>(
  name: BrowserName,
  profile: string,
  origin: string,
  body: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await startProfile(name, profile)
  try {
    const page = await context.newPage()
    await load(page, `${origin}/`)
    return await body(page)
  } finally {
    // One that was killed may be found gone at any step of closing it.
    await context.close().catch((error: Error) => {
      if (!/has been closed/.test(error.message)) throw error
    })
  }
}
