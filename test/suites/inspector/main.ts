/** The inspector in each browser, its server against strangers, and with `--million` its speed on a million records. */
import type { BrowserContext } from 'playwright-core'
import {
  type RunningBrowser,
  browserNames,
  browsersHere,
  startBrowser,
} from '../../kit/browsers.ts'
import { startServer } from '../../kit/page-server.ts'
import { type Built, type Scenario, type Visit, fill, withDirectory } from './kit.ts'
import { measure } from './measure.ts'
import { mountScenarios } from './mounted.ts'
import { scenarios } from './scenarios.ts'
import { complaintsOfSecurity, securityChecks } from './security.ts'

/** Gives the exit code. */
export async function main(words: readonly string[], built: Built): Promise<number> {
  const isBrowser = (word: string): boolean => browserNames.some((name) => name === word)
  const { found, missing } = browsersHere(words.filter(isBrowser))
  if (words.includes('--million')) {
    await measure(found, built)
    return 0
  }
  const wanted = words.filter((it) => !it.startsWith('--') && !isBrowser(it)).join(' ')
  const chosen = scenarios.filter(({ title }) => title.includes(wanted))
  const mounted = mountScenarios.filter(({ title }) => title.includes(wanted))
  const checks = securityChecks.filter(({ title }) => title.includes(wanted))
  const complaints = await complaintsOfSecurity(built, checks)
  let count = checks.length
  for (const name of found) {
    const browser = await startBrowser(name)
    try {
      complaints.push(...(await complaintsIn(browser, built, { chosen, mounted })))
      count += chosen.length + mounted.length
    } finally {
      await browser.close()
    }
  }
  for (const complaint of complaints) console.log(`✗ ${complaint}`)
  const notRun = missing > 0 ? `, ${missing} browsers missing` : ''
  console.log(`inspector: ${count - complaints.length}/${count} checks pass${notRun}`)
  const isRequired = process.env['IDB_TEST_BROWSERS'] === 'required'
  return complaints.length > 0 || count === 0 || (isRequired && missing > 0) ? 1 : 0
}

interface Chosen {
  readonly chosen: readonly Scenario[]
  readonly mounted: typeof mountScenarios
}

async function complaintsIn(
  browser: RunningBrowser,
  built: Built,
  { chosen, mounted }: Chosen,
): Promise<string[]> {
  const complaints: string[] = []
  const note = (title: string, error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    complaints.push(`${browser.label}: ${title}\n  ${text}`)
  }
  for (const scenario of chosen) {
    await visit(browser, built, scenario).catch((error: unknown) => note(scenario.title, error))
  }
  const server = await startServer({ '/dist/': built.dist })
  for (const { title, run } of mounted) {
    const context = await browser.newContext()
    await run(await context.newPage(), server.origin).catch((error: unknown) => note(title, error))
    await context.close()
  }
  server.close()
  return complaints
}

/** Each scenario has a directory, a server and a page of its own; what the page asks of another address is a failure. */
async function visit(browser: RunningBrowser, built: Built, { run }: Scenario): Promise<void> {
  await withDirectory(async (path) => {
    const indexedDB = built.library.createIndexedDB({ path })
    await fill(indexedDB as unknown as IDBFactory)
    const served = await built.serveInspector({ path, isWritable: true })
    const context = await browser.newContext()
    try {
      const problems: string[] = []
      const page = await openPage(context, served.url, problems)
      await run({
        page,
        built,
        url: served.url,
        indexedDB: indexedDB as unknown as Visit['indexedDB'],
      })
      if (problems.length > 0) throw new Error(problems.join('\n'))
    } finally {
      await context.close()
      await served.close()
      await built.library.close(indexedDB)
    }
  })
}

async function openPage(
  context: BrowserContext,
  url: string,
  problems: string[],
): Promise<Visit['page']> {
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  page.on('pageerror', ({ message }) => problems.push(`The page failed: ${message}`))
  page.on('request', (request) => {
    const asked = request.url()
    if (!asked.startsWith(url) && !asked.startsWith('data:')) problems.push(`It asked ${asked}`)
  })
  await page.goto(url)
  await page.getByRole('gridcell').first().waitFor()
  return page
}
