/** How long the first second of a page takes, in each browser, beside the browser's own IndexedDB. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { browsersHere, startThrowaway } from '../../../../kit/browsers.ts'
import { cacheDirectory } from '../../../../kit/runtimes.ts'
import { type FirstVisits, measureVisits } from './measure.ts'
import { resultsFile, writePagesReport } from './report.ts'
import { visitsTable } from './table.ts'
import { filesOf } from './site.ts'

const usage = `npm run bench:browser -- first-second [options]
  --browsers A,B  default: chromium,firefox
  --rounds N      rounds that count (default: 5)
  --against DIR   beside the build in DIR (its dist/)
  --update        write test/suites/bench/first-second-pages.json
  --report        measure nothing: write the tables of docs/performance.md from it
  --help          print this
`

/** Gives the exit code: 1 if a browser is missing. */
export async function main(args: readonly string[], projectRoot: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      browsers: { type: 'string', default: 'chromium,firefox' },
      rounds: { type: 'string', default: '5' },
      against: { type: 'string' },
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
    writePagesReport(projectRoot)
    return 0
  }
  const script = join(projectRoot, 'test/suites/bench/first-second/pages/visit.mjs')
  const builds = {
    ours: await filesOf(join(projectRoot, 'dist'), script),
    ...(values.against && { before: await filesOf(resolve(values.against), script) }),
  }
  const { found, missing } = browsersHere(values.browsers.split(','))
  const measured: Record<string, FirstVisits> = {}
  for (const name of found) {
    // Beside the cache and not in the system's folder for temporary files, which may lie in memory.
    mkdirSync(cacheDirectory(), { recursive: true })
    const { context, close } = await startThrowaway(name, { args: [], parent: cacheDirectory() })
    try {
      measured[name] = await measureVisits(context, builds, Number(values.rounds))
    } finally {
      await close()
    }
    print(visitsTable(measured[name] ?? {}, name))
  }
  keep(measured, values.update ? join(projectRoot, 'test/suites/bench') : cacheDirectory())
  return missing > 0 ? 1 : 0
}

function print([head = [], ...lines]: readonly (readonly string[])[]): void {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } })
  table.push(...lines.map((cells) => [...cells]))
  console.log(table.toString())
}

/** Adds this run's numbers to those of other browsers. */
function keep(measured: Readonly<Record<string, FirstVisits>>, directory: string): void {
  const file = join(directory, resultsFile)
  // Written below, by an earlier run.
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {}
  writeFileSync(file, `${JSON.stringify({ ...kept, ...measured }, null, 1)}\n`)
  console.log(`The numbers are in ${file}`)
}
