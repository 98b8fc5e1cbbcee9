/** What a page's Content-Security-Policy must allow, and where the worker's script may come from. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { RunningBrowser } from '../../kit/browsers.ts'
import { inPage, load } from './database-calls.ts'
import type { Frame } from './scope/frame-page.ts'
import { Suite, type TestResult } from './scope/suite.ts'

/** What docs/browsers.md says a policy must allow, and nothing else. */
const forFiles = policy(
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "worker-src 'self'",
)
const forSingleFile = policy("script-src 'self' 'wasm-unsafe-eval'", 'worker-src blob:')

function policy(...directives: readonly string[]): string {
  return ["default-src 'none'", ...directives].join('; ')
}

/** Runs the tests in a browser. `origin`: of the test's server. */
export function testPolicies(browser: RunningBrowser, origin: string): Promise<TestResult[]> {
  const suite = new Suite()
  const test = (title: string, body: (page: Page) => Promise<void>): void =>
    suite.test(title, async () => {
      const context = await browser.newContext()
      try {
        await body(await context.newPage())
      } finally {
        await context.close()
      }
    })
  /** A page under a policy, which every script of the package carries, too. */
  const loadUnder = async (page: Page, policy: string, file: string) => {
    const base = `/csp/${encodeURIComponent(policy)}`
    await load(page, origin + base + '/')
    return { entryPoint: `${base}/dist/${file}` }
  }
  const putAndGet = async (page: Page, options: Parameters<typeof inPage>[2]): Promise<void> => {
    await inPage(page, 'put', options, 'a', 'stored')
    assert.equal(await inPage(page, 'get', options, 'a'), 'stored')
  }

  test('a policy of script-src, connect-src and worker-src is enough for OPFS and memory', async (page) => {
    const options = await loadUnder(page, forFiles, 'index-browser.js')
    await putAndGet(page, options)
    await putAndGet(page, { ...options, memory: `${options.entryPoint}/../vfs-memory.js` })
  })

  test('a policy of script-src and worker-src blob: is enough for the single file', async (page) => {
    await putAndGet(page, await loadUnder(page, forSingleFile, 'inline.js'))
  })

  test('a policy that forbids the worker fails open() with an error that says so', async (page) => {
    const forbidding = forFiles.replace("worker-src 'self'", "worker-src 'none'")
    const options = await loadUnder(page, forbidding, 'index-browser.js')
    await assert.rejects(inPage(page, 'get', options), /UnknownError.*Content-Security-Policy/)
  })

  test('a policy that forbids WebAssembly fails open() with an error that says so', async (page) => {
    const forbidding = forFiles.replace(" 'wasm-unsafe-eval'", '')
    const options = await loadUnder(page, forbidding, 'index-browser.js')
    await assert.rejects(inPage(page, 'get', options), /UnknownError.*'wasm-unsafe-eval'/)
  })

  const hasTrustedTypes = (page: Page): Promise<boolean> =>
    page.evaluate(() => 'trustedTypes' in globalThis)
  const requiring = (names: string): string =>
    `; require-trusted-types-for 'script'; trusted-types ${names}`

  test('a policy that requires Trusted Types and allows "idb-everywhere" is enough for both', async (page) => {
    const names = requiring('idb-everywhere')
    await putAndGet(page, await loadUnder(page, forFiles + names, 'index-browser.js'))
    await putAndGet(page, await loadUnder(page, forSingleFile + names, 'inline.js'))
  })

  test('a policy that requires Trusted Types lets the worker pass from where a bundler has put it', async (page) => {
    // As a bundler does: it rewrites the URL, and nothing lies beside the script.
    await page.route('**/dist/**/*.js', async (route) => {
      const response = await route.fetch()
      const text = await response.text()
      await route.fulfill({ response, body: text.replace('./worker.js', '../bundled/worker.js') })
    })
    await page.route('**/dist/worker.js', (route) => route.abort())
    const options = await loadUnder(
      page,
      forFiles + requiring('idb-everywhere'),
      'index-browser.js',
    )
    await putAndGet(page, { ...options, path: 'bundled' })
  })

  test('a policy that requires Trusted Types and allows another name fails open(), naming ours', async (page) => {
    const options = await loadUnder(page, forFiles + requiring('app'), 'index-browser.js')
    // Elsewhere nothing is required.
    if (!(await hasTrustedTypes(page))) return
    await assert.rejects(inPage(page, 'get', options), /UnknownError.*policy "idb-everywhere"/)
  })

  test("the option worker takes an address that a policy of the page's own has let pass", async (page) => {
    const options = await loadUnder(page, forFiles + requiring('app'), 'index-browser.js')
    if (!(await hasTrustedTypes(page))) return
    const trustedWorker = { policy: 'app', address: `${options.entryPoint}/../worker.js` }
    await putAndGet(page, { ...options, trustedWorker, path: 'trusted' })
  })

  test('a sandboxed frame without an origin: SecurityError is thrown, naming the way out, and memory works', async (page) => {
    await page.goto(`${origin}/`)
    await page.evaluate((src) => {
      const frame = document.createElement('iframe')
      frame.sandbox.add('allow-scripts')
      frame.src = src
      document.body.append(frame)
      return new Promise((resolve) => (frame.onload = resolve))
    }, `${origin}/frame`)
    const [, frame] = page.frames()
    assert.ok(frame)
    await frame.evaluate((script) => import(script), `${origin}/scope/frame-page.js`)
    const { memory, ...denied } = await frame.evaluate(
      () => (globalThis as unknown as { frame: Frame }).frame.outcomes(), // its script has run
    )
    assert.equal(memory, 'success')
    for (const [method, outcome] of Object.entries(denied)) {
      assert.match(outcome, /^SecurityError: .*allow-same-origin.*memory\(\)/, method)
    }
  })

  test('a page in place of the engine fails open(), naming what came and what to do', async (page) => {
    await page.route('**/*.wasm', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>app</title>' }),
    )
    await load(page, `${origin}/`)
    const opened = inPage(page, 'get', { memory: '/dist/vfs-memory.js' })
    await assert.rejects(opened, /UnknownError.*wa-sqlite\.wasm.*text\/html.*option "wasm"/)
  })

  test('a package of another origin needs a worker of this one, which may import its script', async (page) => {
    await load(page, `${origin}/`)
    const entryPoint = `${origin.replace('localhost', '127.0.0.1')}/dist/index-browser.js`
    await assert.rejects(inPage(page, 'get', { entryPoint }), /UnknownError.*option "worker"/)
    const worker = `${entryPoint}/../worker.js`
    await putAndGet(page, { entryPoint, importedWorker: worker, path: 'elsewhere' })
  })
  return suite.run()
}
