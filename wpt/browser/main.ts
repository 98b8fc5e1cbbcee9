/** Runs web-platform-tests' IndexedDB suite in browsers: on the browser's own implementation, and on this package's. */
import { join, resolve } from 'node:path'
import { type RunningBrowser, startBrowser } from '../../test/browsers.ts'
import { type Expectations, judge, readExpectations, reasonNotRun } from '../expectations.ts'
import { type Page, listPages, pageName } from '../pages.ts'
import type { PageResult } from '../result.ts'
import { printPage } from '../review.ts'
import { type Suite, findSuite } from '../suite.ts'
import { type BrowserSettings, parseBrowserCommandLine, usage } from './command-line.ts'
import { differences, totalsLine } from './compare.ts'
import { implementationScript } from './implementation.ts'
import { runPages } from './run-pages.ts'
import { startBrowserServer } from './server.ts'
import type { ScopeName } from './wrappers.ts'

/** Paths that only the launcher knows. */
export interface Places {
  readonly projectRoot: string
}

/** Gives the exit code: 0 if all is as expected, 1 if not, 2 if it cannot run. */
export async function main(args: readonly string[], { projectRoot }: Places): Promise<number> {
  try {
    const settings = parseBrowserCommandLine(args)
    if (settings) return await runInBrowsers(settings, projectRoot)
    console.log(usage)
    return 0
  } catch (error) {
    console.error(error)
    return 2
  }
}

/** What is the same for every run. */
interface Plan {
  readonly settings: BrowserSettings
  readonly suite: Suite
  readonly expectations: Expectations
  readonly pages: readonly Page[]
  readonly dist: string
}

async function runInBrowsers(settings: BrowserSettings, projectRoot: string): Promise<number> {
  const suite = findSuite(projectRoot)
  const expectations = readExpectations(join(projectRoot, 'wpt/browser-expectations.yaml'))
  const pages = selectPages(suite, expectations, settings.filters)
  const dist = resolve(projectRoot, settings.dist)
  const plan: Plan = { settings, suite, expectations, pages, dist }
  let isGood = true
  for (const name of settings.browsers) {
    const browser = await startBrowser(name)
    try {
      for (const scope of settings.scopes) isGood = (await runScope(plan, browser, scope)) && isGood
    } finally {
      await browser.close()
    }
  }
  return isGood ? 0 : 1
}

function selectPages(suite: Suite, expectations: Expectations, filters: readonly string[]): Page[] {
  const isWanted = (page: Page) =>
    filters.length === 0 || filters.some((filter) => pageName(page).includes(filter))
  const selected = listPages(suite)
    .filter(isWanted)
    .filter(({ file }) => reasonNotRun(expectations, file) === null)
  if (selected.length > 0) return selected
  throw new Error(`No page of the suite in ${suite.root} that can be run has such a name`)
}

/** Whether all is as expected. */
async function runScope(plan: Plan, browser: RunningBrowser, scope: ScopeName): Promise<boolean> {
  const { settings, suite } = plan
  const run = async (label: string, implementation: string | null) => {
    const results = await runImplementation(plan, { browser, scope, implementation })
    console.log(totalsLine(results, `${suite.commit} ${browser.label} ${scope} ${label}`))
    return results
  }
  const native = settings.implementation === 'ours' ? null : await run('native', null)
  if (settings.implementation === 'native') return true
  let isGood = true
  for (const vfs of settings.vfs) {
    const results = await run(`${vfs}-vfs`, await implementationScript(plan.dist, vfs))
    const labels = [browser.name, `${browser.name}-${scope}`, vfs, `${scope}-${vfs}`]
    isGood = printDifferences(plan, { results, native, labels }) && isGood
  }
  return isGood
}

async function runImplementation(
  { settings, suite, pages, dist }: Plan,
  {
    browser,
    scope,
    implementation,
  }: { browser: RunningBrowser; scope: ScopeName; implementation: string | null },
): Promise<PageResult[]> {
  const server = await startBrowserServer({ suiteRoot: suite.root, pages, dist, implementation })
  const { jobs, verbose } = settings
  const heard = (result: PageResult) => printPage(result, { verbose })
  try {
    return await runPages(pages, { browser, server, scope, jobs, heard })
  } finally {
    server.close()
  }
}

/** Prints what the browser's own implementation does otherwise; true if each difference is expected. */
function printDifferences(
  plan: Plan,
  {
    results,
    native,
    labels,
  }: {
    results: readonly PageResult[]
    native: readonly PageResult[] | null
    labels: readonly string[]
  },
): boolean {
  const expected = expectationsOf(plan.expectations, labels)
  const key = { commit: plan.suite.commit, runtime: labels.join() }
  const verdicts = differences(results, native).map((it) => judge(it, expected, key))
  const failures = verdicts.flatMap((it) => it.unexpectedFailures)
  const passes = verdicts.flatMap((it) => it.unexpectedPasses)
  for (const line of failures) console.log(`  differs from the browser's own: ${line}`)
  for (const line of passes)
    console.log(`  passes, take it out of browser-expectations.yaml: ${line}`)
  return failures.length + passes.length === 0
}

/** The entries that hold for a run with any of these labels. */
function expectationsOf(expectations: Expectations, labels: readonly string[]): Expectations {
  const notPassing = expectations.notPassing
    .filter(({ runtimes }) => runtimes?.some((it) => labels.includes(it)) ?? true)
    .map(({ file, subtests, reason }) => ({ file, subtests, reason }))
  return { ...expectations, notPassing }
}
