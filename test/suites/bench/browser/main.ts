/** Measures ours beside the browser's own IndexedDB, in one run of a page or a dedicated worker, and prints the tables. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  type BrowserName,
  chromiumStores,
  findBrowser,
  installCommand,
} from '../../../kit/browsers.ts'
import { cacheDirectory } from '../../../kit/runtimes.ts'
import { tableOf } from '../report/table.ts'
import { browserCases } from './cases.ts'
import type { Place } from './page.ts'
import { resultsFile, writeBrowserReport } from './report.ts'
import { type BrowserResults, type PlaceResult, type StoreResult, countOf } from './results.ts'
import { Session } from './session.ts'

/** Paths that only the launcher knows. */
export interface Launcher {
  readonly projectRoot: string
  /** The folder of what pages load. */
  readonly pageRoot: string
  /** The folder of the built package. */
  readonly dist: string
}

/** The browsers' own stores, on disk as for people: Chromium has two. */
const stores: Readonly<Record<string, { browser: BrowserName; args: readonly string[] }>> = {
  'chromium-leveldb': {
    browser: 'chromium',
    args: chromiumStores.leveldb,
  },
  'chromium-sqlite': { browser: 'chromium', args: chromiumStores.sqlite },
  firefox: { browser: 'firefox', args: [] },
}

const places: readonly Place[] = ['page', 'worker', 'tab']

const usage = `npm run bench:browser -- [filter] [options]
  filter         only the cases whose name contains it; first-second has options of its own
                 (npm run bench:browser -- first-second --help)
  --store        ${Object.keys(stores).join(', ')} (default: all)
  --place        ${places.join(', ')} (default: all)
  --rounds N     rounds that count (default: 5)
  --limit S      seconds after which a case has failed (default: 180)
  --update       write test/suites/bench/browser-results.json
  --report       measure nothing: write the tables of docs/performance.md from it
  --help         print this
Several names go with commas between them. Measures what \`npm run build\` made. The numbers also go to the cache directory as JSON.
`

/** Gives the exit code: 1 if a browser is missing or a case has failed. */
export async function main(args: readonly string[], launcher: Launcher): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      store: { type: 'string', default: Object.keys(stores).join(',') },
      place: { type: 'string', default: places.join(',') },
      rounds: { type: 'string', default: '5' },
      limit: { type: 'string', default: '180' },
      update: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (values.report) {
    writeBrowserReport(launcher.projectRoot)
    return 0
  }
  const [filter = ''] = positionals
  const wanted: Wanted = {
    names: browserCases.map(({ name }) => name).filter((name) => name.includes(filter)),
    places: places.filter((it) => values.place.split(',').includes(it)),
    rounds: Number(values.rounds),
    limitMs: Number(values.limit) * 1000,
  }
  const lines: string[] = []
  const results: Record<string, StoreResult> = {}
  let isComplete = true
  for (const name of values.store.split(',')) {
    const store = stores[name]
    if (!store) throw new TypeError(`Expected some of ${Object.keys(stores).join(', ')}`)
    if (findBrowser(store.browser) === null) {
      lines.push(`bench ${name}: not installed; get it by: ${installCommand}`)
      isComplete = false
      continue
    }
    const result = await measureStore(name, { launcher, wanted })
    results[name] = result
    for (const [place, it] of Object.entries(result.places)) {
      lines.push(`bench ${name}, ${place}: ${countOf(it)}`)
      if (it.failed.length > 0) isComplete = false
    }
  }
  console.log(`\n${lines.join('\n')}`)
  keep(results, values.update ? join(launcher.projectRoot, 'test/suites/bench') : cacheDirectory())
  return isComplete ? 0 : 1
}

interface Wanted {
  readonly names: readonly string[]
  readonly places: readonly Place[]
  readonly rounds: number
  readonly limitMs: number
}

/** Starts the store's browser, runs what is wanted in each place, and prints the tables. */
async function measureStore(
  name: string,
  { launcher, wanted }: { launcher: Launcher; wanted: Wanted },
): Promise<StoreResult> {
  const store = stores[name]
  if (!store) throw new Error(`unreachable: there is no store "${name}"`)
  const session = new Session({ ...launcher, ...store })
  try {
    const measured: Partial<Record<Place, PlaceResult>> = {}
    for (const place of wanted.places) {
      console.log(`\n${name}, ${place}`)
      const result = await measurePlace(session, place, wanted)
      measured[place] = result
      console.log(tableOf(result.rows, { isNode20: false }))
      for (const { name: failed, reason } of result.failed) console.log(`${failed}: ${reason}`)
    }
    return { browser: session.version, places: measured }
  } finally {
    await session.close()
  }
}

async function measurePlace(
  session: Session,
  place: Place,
  { names, rounds, limitMs }: Wanted,
): Promise<PlaceResult> {
  const result: { rows: PlaceResult['rows'][number][]; failed: PlaceResult['failed'][number][] } = {
    rows: [],
    failed: [],
  }
  for (const name of names) {
    try {
      result.rows.push(...(await session.run({ place, name, rounds }, limitMs)))
    } catch (error) {
      result.failed.push({ name, reason: String(error).split('\n', 1)[0] ?? '' })
    }
  }
  return result
}

/** Adds this run's numbers to those of other stores, places and cases. */
function keep(results: BrowserResults, directory: string): void {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, resultsFile)
  // Written below, by an earlier run.
  const kept = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<
    string,
    StoreResult
  >
  for (const [name, { browser, places: measured }] of Object.entries(results)) {
    const known: Partial<Record<Place, PlaceResult>> = { ...kept[name]?.places }
    for (const place of places) {
      const result = measured[place]
      if (result) known[place] = withNewer(known[place], result)
    }
    kept[name] = { browser, places: known }
  }
  writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`)
  console.log(`The numbers are in ${file}`)
}

/** What is known of a place, with what was measured now instead of what was before. */
function withNewer(known: PlaceResult | undefined, { rows, failed }: PlaceResult): PlaceResult {
  const names = new Set([...rows, ...failed].map(({ name }) => name))
  const isOlder = ({ name }: { readonly name: string }): boolean => !names.has(name)
  return {
    rows: [...(known?.rows ?? []).filter(isOlder), ...rows],
    failed: [...(known?.failed ?? []).filter(isOlder), ...failed],
  }
}
