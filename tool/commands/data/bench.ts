/** `bench`: this machine's own figures. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Bench, type Case, cases, prepare } from '../../benchmark/cases.ts'
import { existingDirectory, withIndexedDB } from '../../terminal/directory.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { formatCount, formatTable } from '../../terminal/table.ts'

/** Adds the command. */
export function addBench(program: Command): void {
  const command = program
    .command('bench')
    .description('how fast this machine is: the usual operations, on the disk of a directory')
    .argument('[directory]', 'one on the disk to be tried; nothing of it is touched', '.')
    .action(bench)
  withExamples(withJson(command), 'bench', 'bench ./data')
}

/** What a case took. */
interface Figure {
  readonly operation: string
  /** How many there were of it. */
  readonly count: number
  /** One of them, in microseconds: the median of the runs. */
  readonly microseconds: number
  readonly perSecond: number
}

async function bench(directory: string, { json }: { readonly json: boolean }): Promise<void> {
  const path = mkdtempSync(join(existingDirectory(directory), '.idb-everywhere-bench-'))
  try {
    const figures = await withIndexedDB(path, measureAll)
    if (json) return await printJson(figures)
    await printLine(formatFigures(figures))
  } finally {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ operation, count, microseconds, perSecond }) => [
    operation,
    count,
    `${microseconds < 10 ? microseconds.toFixed(1) : formatCount(Math.round(microseconds))} µs`,
    `${formatCount(perSecond)}/s`,
  ])
  return formatTable(['operation', 'times', 'each (median)', 'that is'], rows)
}

async function measureAll(indexedDB: Bench['indexedDB']): Promise<Figure[]> {
  const database = await prepare(indexedDB)
  const figures: Figure[] = []
  for (const it of cases) figures.push(await measure(it, { indexedDB, database }))
  database.close()
  return figures
}

/** How long a case is tried: the median is then steady, and all of them take a few seconds. */
const warmUpMs = 150
const measuredMs = 600

async function measure({ title, count, run }: Case, bench: Bench): Promise<Figure> {
  await timesOf(() => run(bench), warmUpMs)
  const times = await timesOf(() => run(bench), measuredMs)
  const median = times.sort((a, b) => a - b)[times.length >> 1] ?? 0
  const microseconds = (median * 1000) / count
  return {
    operation: title,
    count: times.length * count,
    microseconds: Number(microseconds.toFixed(2)),
    perSecond: Math.round(1e6 / microseconds),
  }
}

/** How long each run took, in milliseconds; at least one. */
async function timesOf(run: () => Promise<unknown>, forMs: number): Promise<number[]> {
  const times: number[] = []
  const begin = performance.now()
  for (let at = begin; at < begin + forMs; at = performance.now()) {
    await run()
    times.push(performance.now() - at)
  }
  return times
}
