/** Measures ours beside the browser's own IndexedDB, in one run of a page or a dedicated worker, and prints the tables. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BrowserContext } from 'playwright-core'
import { type BrowserName, findBrowser, installCommand, startProfile } from '../../browsers.ts'
import { startServer } from '../../browser/server.ts'
import { cacheDirectory } from '../../runtimes.ts'
import type { Row } from '../cases.ts'
import { goalOf, tableOf } from '../table.ts'
import type { BenchRequest, Place, RunBench } from './page.ts'

/** Paths that only the launcher knows. */
export interface Launcher {
  /** The folder of what pages load. */
  readonly pageRoot: string
  /** The folder of the built package. */
  readonly dist: string
}

/** The browsers' own stores, on disk as for people: Chromium has two. */
const stores: Readonly<Record<string, { browser: BrowserName; args: readonly string[] }>> = {
  'chromium-leveldb': {
    browser: 'chromium',
    args: ['--disable-features=Translate,IdbSqliteBackingStore'],
  },
  'chromium-sqlite': { browser: 'chromium', args: ['--enable-features=IdbSqliteBackingStore'] },
  firefox: { browser: 'firefox', args: [] },
}

const places: readonly Place[] = ['page', 'worker']

const usage = `npm run bench:browser -- [filter] [options]
  filter         only the cases whose name contains it
  --store        ${Object.keys(stores).join(', ')} (default: all)
  --place        ${places.join(', ')} (default: both)
  --rounds N     rounds that count (default: 5)
  --help         print this
Several names go with commas between them. Measures what \`npm run build\` made.
`

/** Gives the exit code: 1 if a browser is missing. */
export async function main(args: readonly string[], launcher: Launcher): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      store: { type: 'string', default: Object.keys(stores).join(',') },
      place: { type: 'string', default: places.join(',') },
      rounds: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const [filter = ''] = positionals
  const wantedPlaces = places.filter((it) => values.place.split(',').includes(it))
  const lines: string[] = []
  let isComplete = true
  for (const name of values.store.split(',')) {
    const store = stores[name]
    if (!store) throw new TypeError(`Expected some of ${Object.keys(stores).join(', ')}`)
    if (findBrowser(store.browser) === null) {
      lines.push(`bench ${name}: not installed; get it by: ${installCommand}`)
      isComplete = false
      continue
    }
    for (const place of wantedPlaces) {
      const rows = await measure(store, launcher, { place, filter, rounds: Number(values.rounds) })
      console.log(`\n${name}, ${place}`)
      console.log(tableOf(rows, { isNode20: false }))
      lines.push(`bench ${name}, ${place}: ${countOf(rows)}`)
    }
  }
  console.log(lines.join('\n'))
  return isComplete ? 0 : 1
}

async function measure(
  { browser, args }: { browser: BrowserName; args: readonly string[] },
  { pageRoot, dist }: Launcher,
  request: BenchRequest,
): Promise<Row[]> {
  const server = await startServer({ '/bundle/': pageRoot, '/dist/': dist })
  // Not in the system's folder for temporary files, which may lie in memory.
  const profile = await mkdtemp(join(cacheDirectory(), 'bench-profile-'))
  try {
    const context = await startProfile(browser, profile, { args })
    try {
      return await runIn(context, server.origin, request)
    } finally {
      await context.close()
    }
  } finally {
    await rm(profile, { recursive: true, maxRetries: 3 })
    server.close()
  }
}

async function runIn(
  context: BrowserContext,
  origin: string,
  request: BenchRequest,
): Promise<Row[]> {
  const page = await context.newPage()
  await page.goto(`${origin}/`)
  return page.evaluate(async (request) => {
    await import(new URL('/bundle/page.mjs', location.origin).href)
    return (globalThis as unknown as { runBench: RunBench }).runBench(request) // The module has set it.
  }, request)
}

/** How many goals are met. */
function countOf(rows: readonly Row[]): string {
  const aims = rows.flatMap((row) =>
    row.measurements.flatMap((it) => {
      const goal = goalOf(row, it, false)
      return goal === null || it.ratio === null ? [] : [it.ratio <= goal]
    }),
  )
  return `${aims.filter(Boolean).length}/${aims.length} rows within their goal`
}
