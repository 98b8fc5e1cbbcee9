/** Every page and worker can learn who has a directory of the origin private file system. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { DirectoryStatus } from '../../../src/status.ts'
import type { RunningBrowser } from '../../kit/browsers.ts'
import { inPage, inWorker, load } from './database-calls.ts'
import { Suite, type TestResult } from './scope/suite.ts'

/** Runs the tests in a browser. `origin`: of the test's server. */
export function testStatus(browser: RunningBrowser, origin: string): Promise<TestResult[]> {
  const suite = new Suite()
  for (const [title, run] of Object.entries(tests)) {
    suite.test(title, async () => {
      const context = await browser.newContext()
      try {
        await run(async () => {
          const page = await context.newPage()
          await load(page, `${origin}/`)
          return page
        })
      } finally {
        await context.close()
      }
    })
  }
  return suite.run()
}

type Test = (openPage: () => Promise<Page>) => Promise<void>

const options = { path: 'asked/about' }

async function statusIn(page: Page, call = inPage): Promise<DirectoryStatus> {
  return (await call(page, 'status', options)) as DirectoryStatus // As the page's function gives it.
}

const tests: Readonly<Record<string, Test>> = {
  async 'status() calls a directory free that no one has'(openPage) {
    const page = await openPage()
    assert.deepEqual(await statusIn(page), { state: 'free' })
    await inPage(page, 'put', options, 'a', 1)
    assert.equal((await statusIn(page)).state, 'shared')
    await inPage(page, 'close', options)
    assert.deepEqual(await statusIn(page), { state: 'free' })
  },

  async 'status() tells page and worker who shares a directory, and counts neither'(openPage) {
    const [owner, asker] = [await openPage(), await openPage()]
    await inPage(owner, 'put', options, 'a', 1)
    for (const call of [inPage, inWorker]) {
      const found = await statusIn(asker, call)
      assert(found.state === 'shared')
      const { since, ...itself } = found.owner
      assert(Math.abs(Date.parse(String(since)) - Date.now()) < 3_600_000)
      assert.match(itself.version, /^\d+\.\d+\.\d+/)
      const { version } = itself
      assert.deepEqual(itself, { pid: null, thread: null, host: null, protocol: [1, 1], version })
      assert.deepEqual(found.clients, [])
      assert.equal(found.survival.survived, 0)
      const idle = { requests: 0, running: 0, waiting: 0 }
      assert.deepEqual(found.databases, [{ name: 'smoke', version: 1, connections: 1, ...idle }])
    }
  },

  async 'status() has an id for each client, and counts what runs and waits'(openPage) {
    const [owner, client, asker] = [await openPage(), await openPage(), await openPage()]
    await inPage(owner, 'putForEver', options, 'a', 1)
    void inPage(client, 'put', options, 'a', 2).catch(() => {})
    for (;;) {
      const found = await statusIn(asker)
      assert(found.state === 'shared')
      const [database] = found.databases
      if (database?.waiting !== 1) continue
      assert.equal(database.running, 1)
      assert.equal(database.connections, 2)
      assert.equal(found.clients.length, 1)
      return
    }
  },

  async 'status() says of an owner that shares with no one that it is owned'(openPage) {
    const [owner, asker] = [await openPage(), await openPage()]
    await inPage(owner, 'put', { ...options, ifLocked: 'throw' }, 'a', 1)
    const found = await statusIn(asker)
    assert(found.state === 'owned')
    assert.equal(found.owner, null)
    assert.match(found.reason, /options/)
  },

  async 'status() calls an owner silent that does not answer for 5 seconds'(openPage) {
    const [owner, asker] = [await openPage(), await openPage()]
    await inWorker(owner, 'put', options, 'a', 1)
    const blocked = inWorker(owner, 'block', options, '8000')
    assert.deepEqual(await statusIn(asker), { state: 'silent', owner: null })
    await blocked
    assert.equal((await statusIn(asker)).state, 'shared')
  },
}
