/** Tabs and workers that are told what other tabs commit. */
import assert from 'node:assert/strict'
import type { RunningBrowser } from '../../kit/browsers.ts'
import { inPage, inWorker, load } from './database-calls.ts'
import { Suite, type TestResult } from './scope/suite.ts'

const options = { path: 'observed' }

/** Runs the tests in a browser. `origin`: of the test's server. */
export function testObserving(browser: RunningBrowser, origin: string): Promise<TestResult[]> {
  const suite = new Suite()
  suite.test('observe() tells tabs and workers of each other, over a change of owner', async () => {
    const context = await browser.newContext()
    const openPage = async () => {
      const page = await context.newPage()
      await load(page, `${origin}/`)
      return page
    }
    try {
      const [owner, tab] = [await openPage(), await openPage()]
      await inPage(owner, 'put', options, 'a', 1)
      await inPage(tab, 'watch', options)
      await inWorker(tab, 'watch', options)
      await inPage(owner, 'put', options, 'b', 2)
      await inPage(tab, 'put', options, 'c', 3)
      await inWorker(tab, 'put', options, 'd', 4)
      const first = ['put b', 'put c', 'put d']
      for (const call of [inPage, inWorker]) {
        assert.deepEqual(await call(tab, 'seen', options, '3'), first)
      }
      await owner.close()
      const next = await openPage()
      for (const call of [inPage, inWorker]) {
        assert.deepEqual(await call(tab, 'seen', options, '4'), [...first, 'missed'])
      }
      await inPage(next, 'put', options, 'e', 5)
      for (const call of [inPage, inWorker]) {
        assert.deepEqual(await call(tab, 'seen', options, '5'), [...first, 'missed', 'put e'])
      }
    } finally {
      await context.close()
    }
  })
  return suite.run()
}
