/**
 * How long a process takes that imports the package, writes a record to disk and reads it again, in each runtime, beside a
 * process that does nothing.
 *
 * `node test/suites/bench/cold-start.mjs [--runtimes node@24,bun] [--rounds 15]`. Needs a built `dist/`. The rounds are taken in
 * turn; medians are printed, and ratios to the first Node named.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import Table from 'cli-table3'
import { importBundled } from '../../kit/bundle.mjs'

const { runtimeCommand, runtimeLabel } = (await importBundled('test/kit/runtimes.ts')).module
const entry = new URL('../../../dist/index.js', import.meta.url).href
const programs = {
  bare: [fileURLToPath(new URL('./cold-start/bare.mjs', import.meta.url))],
  first: [fileURLToPath(new URL('./cold-start/first-record.mjs', import.meta.url)), entry],
}
const { values } = parseArgs({
  options: {
    runtimes: { type: 'string', default: 'node@24,node@20,node@22,node@26,bun,deno' },
    rounds: { type: 'string', default: '15' },
  },
})
const runtimes = values.runtimes.split(',')

const times = await takeTurns()
const rows = runtimes.map((runtime) => ({
  runtime: runtimeLabel(runtime),
  bareMs: median(times.get(`${runtime} bare`)),
  firstMs: median(times.get(`${runtime} first`)),
}))
printTable()
console.log(`cold start: ${rows.length} runtimes, ${values.rounds} rounds each`)

/** "runtime program" → milliseconds, one for each round. */
async function takeTurns() {
  const times = new Map()
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const runtime of runtimes) {
      for (const [name, args] of Object.entries(programs)) {
        const ms = await timeProcess(runtime, args)
        const title = `${runtime} ${name}`
        // The first round only fills the system's caches.
        times.set(title, round < 0 ? [] : [...times.get(title), ms])
      }
    }
  }
  return times
}

async function timeProcess(runtime, args) {
  const [command, ...before] = await runtimeCommand(runtime)
  const directory = mkdtempSync(join(tmpdir(), 'idb-everywhere-start-'))
  try {
    const start = performance.now()
    const { stdout } = await promisify(execFile)(command, [...before, ...args, directory])
    const ms = performance.now() - start
    if (!stdout.includes('done')) throw new Error(`${runtime} ${args[0]} printed: ${stdout}`)
    return ms
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function median(list) {
  return [...list].sort((a, b) => a - b)[list.length >> 1]
}

function printTable() {
  const base = rows[0].firstMs
  const table = new Table({
    head: ['runtime', 'bare ms', 'first record ms', 'ours ms', `whole ÷ ${rows[0].runtime}`],
    style: { head: [], border: [] },
  })
  for (const { runtime, bareMs, firstMs } of rows) {
    const cells = [bareMs, firstMs, firstMs - bareMs].map((ms) => ms.toFixed(1))
    table.push([runtime, ...cells, (firstMs / base).toFixed(2)])
  }
  console.log(table.toString())
}
