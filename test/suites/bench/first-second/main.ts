/** How long the first second takes: of processes with nothing warmed, in each runtime, in turn with peers. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { cacheDirectory, runtimeLabel } from '../../../kit/runtimes.ts'
import { type FirstSecond, measureProcesses } from './measure.ts'
import { type FirstSeconds, resultsFile } from './report.ts'
import { firstRecord, type Lines, partsTable, stepsTable } from './table.ts'

const usage = `npm run bench -- first-second [options]
  --runtimes A,B  default: node@20,node@22,node@24,node@26,bun,deno
  --rounds N      rounds that count (default: 9)
  --against DIR   beside the build in DIR (a checkout or its dist/)
  --update        write test/suites/bench/first-second.json
  --help          print this
`

/** Gives the exit code. */
export async function main(args: readonly string[], projectRoot: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runtimes: { type: 'string', default: 'node@20,node@22,node@24,node@26,bun,deno' },
      rounds: { type: 'string', default: '9' },
      against: { type: 'string' },
      update: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  mkdirSync(cacheDirectory(), { recursive: true })
  const folder = mkdtempSync(join(cacheDirectory(), 'first-second-builds-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const dist = copyOf(projectRoot, join(folder, 'ours'))
  const against =
    values.against === undefined ? null : copyOf(values.against, join(folder, 'before'))
  const program = join(projectRoot, 'test/suites/bench/first-second/process.mjs')
  const measured: Record<string, FirstSecond> = {}
  for (const runtime of values.runtimes.split(',')) {
    const field = { runtime, dist, against, program, rounds: Number(values.rounds) }
    const result = await measureProcesses(field)
    measured[runtimeLabel(runtime)] = result
    console.log()
    print(stepsTable(result, runtimeLabel(runtime)))
    print(stepsTable(result, `${runtimeLabel(runtime)}, processor time`, 'cpu'))
    if (against !== null) printRatio(result)
  }
  print(partsTable(measured))
  keep(measured, values.update ? join(projectRoot, 'test/suites/bench') : cacheDirectory())
  return 0
}

/** All builds have the same around them: Node reads the package.json above each module. @throws Error when there is no build */
function copyOf(path: string, copy: string): string {
  const found = [join(path, 'dist'), path].find((it) => existsSync(join(it, 'index.js')))
  if (found) {
    cpSync(found, join(copy, 'dist'), { recursive: true })
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }\n')
    return join(copy, 'dist')
  }
  throw new Error(`${resolve(path)} holds no build: run \`npm run build\` there first`)
}

function print([head = [], ...lines]: Lines): void {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } })
  table.push(...lines.map((cells) => [...cells]))
  console.log(table.toString())
}

function printRatio(measured: FirstSecond): void {
  const [clock, cpu] = (['clock', 'cpu'] as const).map(
    (it) => firstRecord(measured, 'ours', it) / firstRecord(measured, 'before', it),
  )
  console.log(
    `start to the first record, less a bare start: ${clock?.toFixed(2)} of before by the clock, ${cpu?.toFixed(2)} in processor time`,
  )
}

/** Adds this run's numbers to those of other runtimes. */
function keep(measured: FirstSeconds, directory: string): void {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, resultsFile)
  // Written below, by an earlier run.
  const kept = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as FirstSeconds
  writeFileSync(file, `${JSON.stringify({ ...kept, ...measured }, null, 1)}\n`)
  console.log(`The numbers are in ${file}`)
}
