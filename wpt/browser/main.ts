/** Runs web-platform-tests' IndexedDB suite in browsers: on the browser's own implementation, and on this package's. */
import { join, resolve } from 'node:path'
import type { BrowserName } from '../../test/kit/browsers.ts'
import { type Expectations, judge, readExpectations, reasonNotRun } from '../expectations.ts'
import {
  type Manifest,
  readManifest,
  recordScores,
  recordedScores,
  scoreOf,
  writeManifest,
} from '../manifest.ts'
import { type Page, listPages, pageName } from '../pages.ts'
import type { PageResult } from '../result.ts'
import { printPage, worseThanRecorded } from '../review.ts'
import { type Suite, findSuite } from '../suite.ts'
import { type ColumnName, columnsOf, hasOtherTab, vfsOf } from './columns.ts'
import { type BrowserSettings, parseBrowserCommandLine, usage } from './command-line.ts'
import { differences } from './compare.ts'
import { openContexts } from './contexts.ts'
import { implementationScript } from './implementation.ts'
import { keyOf, reportOf, totalsTable } from './report.ts'
import { runPages } from './run-pages.ts'
import { startBrowserServer } from './server.ts'
import type { ScopeName } from './wrappers.ts'

/** Paths that only the launcher knows. */
export interface Places {
  readonly projectRoot: string
}

/** Gives the exit code: 0 if all is as expected and no worse than recorded, 1 if not, 2 if it cannot run. */
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
  /** As recorded before this run. */
  readonly recorded: Manifest
  /** What this run finds. */
  readonly found: Manifest
  /** Subtests run on this package, and what is wrong with them. */
  readonly counts: { subtests: number; complaints: number }
}

async function runInBrowsers(settings: BrowserSettings, projectRoot: string): Promise<number> {
  const suite = findSuite(projectRoot)
  const expectations = readExpectations(join(projectRoot, 'wpt/browser-expectations.yaml'))
  const manifestPath = join(projectRoot, 'wpt/browser-manifest.yaml')
  const recorded = readManifest(manifestPath)
  if (settings.report) {
    console.log(reportOf(recorded, suite.commit, expectations))
    return 0
  }
  const pages = selectPages(suite, expectations, settings.filters)
  const dist = resolve(projectRoot, settings.dist)
  const counts = { subtests: 0, complaints: 0 }
  const plan: Plan = { settings, suite, expectations, pages, dist, recorded, found: {}, counts }
  let isGood = true
  for (const browser of settings.browsers) {
    for (const scope of settings.scopes) isGood = (await runScope(plan, browser, scope)) && isGood
  }
  console.log(totalsTable(plan.found, suite.commit))
  console.log(countsLine(plan))
  if (settings.update) {
    // Another run may have written meanwhile.
    writeManifest(manifestPath, merge(readManifest(manifestPath), plan))
  }
  return isGood ? 0 : 1
}

function countsLine({ suite, counts }: Plan): string {
  const { subtests, complaints } = counts
  return `WPT in browsers: ${suite.commit}, ${subtests} subtests on this package, ${complaints} that differ from native or are worse than recorded`
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

function merge(manifest: Manifest, { found, suite, settings }: Plan): Manifest {
  for (const [runtime, columns] of Object.entries(found[suite.commit] ?? {})) {
    for (const vfs of Object.keys(columns)) {
      const key = { commit: suite.commit, runtime, vfs }
      const scores = recordedScores(found, key)
      recordScores(manifest, key, { scores, keepOthers: settings.filters.length > 0 })
    }
  }
  return manifest
}

/** A run of all pages in a scope of a browser, on one implementation. */
interface Run {
  readonly browser: BrowserName
  readonly scope: ScopeName
  readonly column: ColumnName
}

/** Whether all is as expected. */
async function runScope(plan: Plan, browser: BrowserName, scope: ScopeName): Promise<boolean> {
  const columns = columnsOf(browser, scope).filter((it) => plan.settings.columns.includes(it))
  const natives: PageResult[][] = []
  let isGood = true
  for (const column of columns) {
    const run = { browser, scope, column }
    const results = await runColumn(plan, run)
    if (vfsOf(column) === null) natives.push(results)
    else isGood = review(plan, run, { results, natives }) && isGood
  }
  return isGood
}

async function runColumn(plan: Plan, run: Run): Promise<PageResult[]> {
  const { suite, pages, dist, settings, found } = plan
  const { browser, scope, column } = run
  const vfs = vfsOf(column)
  // A page may use databases that another of its realms has just had: it waits for that, where it does not share.
  const ifLocked = hasOtherTab(column) ? 'share' : 'wait'
  const implementation = vfs === null ? null : await implementationScript(dist, vfs, ifLocked)
  const server = await startBrowserServer({ suiteRoot: suite.root, pages, dist, implementation })
  const contexts = await openContexts(browser, column)
  const { jobs, verbose } = settings
  const heard = (result: PageResult) => printPage(result, { verbose })
  try {
    const { open: openContext } = contexts
    const results = await runPages(pages, {
      openContext,
      server,
      scope,
      hasOtherTab: hasOtherTab(column),
      jobs,
      heard,
    })
    const scores = new Map(results.map((it) => [it.page, scoreOf(it)]))
    recordScores(found, keyOf(suite.commit, run), { scores, keepOthers: false })
    return results
  } finally {
    await contexts.close()
    server.close()
  }
}

/** Prints what the browser's own implementation does otherwise, and what was better before; true if nothing is. */
function review(
  { suite, expectations, recorded, settings, counts }: Plan,
  run: Run,
  {
    results,
    natives,
  }: { results: readonly PageResult[]; natives: readonly (readonly PageResult[])[] },
): boolean {
  const expected = expectationsOf(expectations, run)
  const key = keyOf(suite.commit, run)
  const verdicts = differences(results, natives).map((it) => judge(it, expected, key))
  const scores = new Map(results.map((it) => [it.page, scoreOf(it)]))
  const complaints = [
    ...verdicts
      .flatMap((it) => it.unexpectedFailures)
      .map((line) => `differs from the browser's own: ${line}`),
    ...verdicts
      .flatMap((it) => it.unexpectedPasses)
      .map((line) => `passes, take it out of browser-expectations.yaml: ${line}`),
    ...(settings.update ? [] : worseThanRecorded(scores, recordedScores(recorded, key))).map(
      (line) => `worse than recorded in browser-manifest.yaml: ${line}`,
    ),
  ]
  for (const line of complaints) console.log(`  ${key.runtime} ${key.vfs} ${line}`)
  counts.subtests += results.reduce((sum, { subtests }) => sum + subtests.length, 0)
  counts.complaints += complaints.length
  return complaints.length === 0
}

/** The entries that hold for a run: those that name its browser, scope or VFS, or two of them, or nothing. */
function expectationsOf(expectations: Expectations, { browser, scope, column }: Run): Expectations {
  const vfs = vfsOf(column) ?? column
  const labels = [browser, column, vfs, scope, `${browser}-${scope}`, `${scope}-${vfs}`]
  const notPassing = expectations.notPassing
    .filter(({ runtimes }) => runtimes?.some((it) => labels.includes(it)) ?? true)
    .map(({ file, subtests, reason, status }) => ({
      file,
      subtests,
      reason,
      ...(status === undefined ? {} : { status }),
    }))
  return { ...expectations, notPassing }
}
