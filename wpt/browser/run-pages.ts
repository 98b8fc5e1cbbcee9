/** Runs pages of the suite in a browser, several at a time, each with empty storage. */
import type { Page as Tab } from 'playwright-core'
import { type Page, pageName } from '../pages.ts'
import { type PageResult, type PageStatus, subtestOf } from '../result.ts'
import { type OpenContext, Seat } from './seat.ts'
import { type BrowserServer, type PageReport, emptyPath, ownersPath } from './server.ts'
import { type ScopeName, urlIn } from './wrappers.ts'

/** Upstream's limits, in milliseconds; several pages share the processor, and the harness knows that too. */
const slowness = 6
const graceMs = 5_000

/** What is the same for all pages of a run. */
export interface BrowserEnvironment {
  /** Called for each page that runs at a time, and again where one did not leave its storage. */
  readonly openContext: OpenContext
  readonly server: BrowserServer
  readonly scope: ScopeName
  /** Whether another tab owns the databases meanwhile. */
  readonly hasOtherTab: boolean
  /** How many pages at a time. */
  readonly jobs: number
  /** Called with each result as it comes. */
  readonly heard: (result: PageResult) => void
}

/** Results in the order of the pages; those that have no form in the scope are left out. */
export async function runPages(
  pages: readonly Page[],
  environment: BrowserEnvironment,
): Promise<PageResult[]> {
  const { openContext, server, scope, hasOtherTab, jobs, heard } = environment
  const inScope = pages.filter((page) => urlIn(scope, page) !== null)
  const results: PageResult[] = []
  const queue = inScope.entries()
  // All workers draw from one iterator.
  const work = async () => {
    const seat = new Seat(openContext, {
      emptyPage: server.origin + emptyPath,
      ownersPage: hasOtherTab ? server.origin + ownersPath : null,
    })
    try {
      for (const [place, page] of queue) {
        const result = await runPage(page, seat, environment)
        results[place] = result
        heard(result)
      }
    } finally {
      await seat.close()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return results
}

/** Never rejects because of what the page does; a browser that gives up is its crash. */
async function runPage(
  page: Page,
  seat: Seat,
  environment: BrowserEnvironment,
): Promise<PageResult> {
  const startedMs = performance.now()
  const outcome = await seat
    .with((tab) => loadPage(page, tab, environment))
    .catch((error: unknown): Outcome => ({ status: 'CRASH', message: String(error), subtests: [] }))
  const elapsedMs = Math.round(performance.now() - startedMs)
  return { page: pageName(page), file: page.file, elapsedMs, ...outcome }
}

type Outcome = Pick<PageResult, 'status' | 'message' | 'subtests'>

async function loadPage(
  page: Page,
  tab: Tab,
  { server, scope }: BrowserEnvironment,
): Promise<Outcome> {
  const url = urlIn(scope, page)
  if (url === null) throw new Error('unreachable: the page has no form in this scope')
  const limitMs = (page.isLong ? 60_000 : 10_000) * slowness + graceMs
  const errors: string[] = []
  tab.on('pageerror', (error) => errors.push(String(error)))
  tab.setDefaultTimeout(limitMs)
  const report = server.reportOf(url)
  await tab.goto(server.origin + url, { waitUntil: 'commit' })
  const ending = await Promise.race([report, lateAfter(limitMs)])
  if (ending) return outcomeOf(ending)
  return { status: 'TIMEOUT', message: errors.join('\n'), subtests: [] }
}

const harnessStatuses: readonly PageStatus[] = ['OK', 'ERROR', 'TIMEOUT', 'PRECONDITION_FAILED']

function outcomeOf({ status, tests }: PageReport): Outcome {
  return {
    status: harnessStatuses[status.status] ?? 'ERROR',
    message: status.message ?? '',
    subtests: tests.map(subtestOf),
  }
}

function lateAfter(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), ms).unref()
  })
}
