/** The inspector in each browser, its server against strangers, with `--postgres` on a server, and with `--million` its speed on a million records. */
import type { BrowserContext } from 'playwright-core'
import {
  type BrowserName,
  type RunningBrowser,
  browserNames,
  browsersHere,
  startBrowser,
} from '../../kit/browsers.ts'
import { startServer } from '../../kit/page-server.ts'
import { startPostgres, whyNoServer } from '../../kit/postgres-server.ts'
import {
  type Built,
  onFiles,
  onServer,
  type Scenario,
  type Showing,
  type Shown,
  type Visit,
} from './kit.ts'
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
  if (words.includes('--postgres')) return onPostgres(found, built)
  const wanted = words.filter((it) => !it.startsWith('--') && !isBrowser(it)).join(' ')
  const chosen = scenarios.filter(({ title }) => title.includes(wanted))
  const mounted = mountScenarios.filter(({ title }) => title.includes(wanted))
  const checks = securityChecks.filter(({ title }) => title.includes(wanted))
  const complaints = await complaintsOfSecurity(built, checks)
  let count = checks.length
  for (const name of found) {
    const browser = await startBrowser(name)
    try {
      complaints.push(...(await complaintsIn(browser, built, { chosen, mounted, show: onFiles })))
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

/** What a person does, on a PostgreSQL server, in the first browser that there is. */
async function onPostgres(found: readonly BrowserName[], built: Built): Promise<number> {
  const reason = whyNoServer() ?? (found.length === 0 ? 'there is no browser' : null)
  const [name] = found
  if (reason !== null || !name) {
    console.log(`inspector: skipped: ${reason}`)
    return 0
  }
  const server = await startPostgres()
  const browser = await startBrowser(name)
  const show = onServer(server.connectionString)
  const chosen = { chosen: scenarios, mounted: [], show }
  const complaints = await complaintsIn(browser, built, chosen)
  await browser.close()
  await server.stop()
  for (const complaint of complaints) console.log(`✗ ${complaint}`)
  const count = scenarios.length
  console.log(`inspector: ${count - complaints.length}/${count} checks pass on PostgreSQL`)
  return complaints.length > 0 ? 1 : 0
}

interface Chosen {
  readonly show: Showing
  readonly chosen: readonly Scenario[]
  readonly mounted: typeof mountScenarios
}

async function complaintsIn(
  browser: RunningBrowser,
  built: Built,
  { chosen, mounted, show }: Chosen,
): Promise<string[]> {
  const complaints: string[] = []
  const note = (title: string, error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    complaints.push(`${browser.label}: ${title}\n  ${text}`)
  }
  for (const scenario of chosen) {
    await show(built, (shown) => visit({ browser, built, shown }, scenario)).catch(
      (error: unknown) => note(scenario.title, error),
    )
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

interface Visited {
  readonly browser: RunningBrowser
  readonly built: Built
  readonly shown: Shown
}

/** Each scenario has databases, a server and a page of its own; what the page asks of another address is a failure. */
async function visit({ browser, built, shown }: Visited, { run }: Scenario): Promise<void> {
  const { url, indexedDB } = shown
  const context = await browser.newContext()
  try {
    const problems: string[] = []
    const page = await openPage(context, url, problems)
    await run({ page, built, url, indexedDB })
    if (problems.length > 0) throw new Error(problems.join('\n'))
  } finally {
    await context.close()
  }
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
