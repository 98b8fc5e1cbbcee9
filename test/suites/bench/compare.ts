/** Before and after: another build and this one, timed in turn in the same processes, the other beside a copy of itself. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Table from 'cli-table3'
import { cacheDirectory } from '../../kit/runtimes.ts'
import type { BuildTimes, Builds } from './warm/builds.ts'
import { median } from './warm/measure.ts'

/** How much slower than the A/A pair allows a row may be. */
const tolerance = 0.02
/** Each process decides for itself what to optimize, so that the ratio in a single one says little. */
const processCount = 3
const [before, again, after] = ['before', 'before again', 'after'] as const

/** What the pair of builds shows of one case. */
interface Comparison {
  readonly name: string
  readonly beforeMs: number
  readonly afterMs: number
  /** Median of after ÷ before, round by round. */
  readonly ratio: number
  /** The same of the build before and its copy. */
  readonly sameRatio: number
  /** How far from 1 the ratio of a build to itself may lie, by the rounds measured. */
  readonly spread: number
}

/** Prints a row for each case and a verdict. Gives the exit code: 0 if no row is slower than it may be. */
export async function compareBuilds(
  { other, own }: { readonly other: string; readonly own: string },
  measure: (builds: Builds) => Promise<BuildTimes>,
): Promise<number> {
  mkdirSync(cacheDirectory(), { recursive: true })
  const folder = mkdtempSync(join(cacheDirectory(), 'bench-builds-'))
  try {
    const builds = copyBuilds(folder, { [before]: other, [again]: other, [after]: own })
    const all: BuildTimes[] = []
    for (let at = 0; at < processCount; at++) all.push(await measure(turned(builds, at)))
    return report(Object.keys(all[0] ?? {}).map((name) => comparisonOf(name, all)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function copyBuilds(folder: string, builds: Builds): Builds {
  // Beside the copies, as it is beside dist/.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  const copies = Object.entries(builds).map(([name, source]) => {
    const copy = join(folder, name.replace(' ', '-'))
    cpSync(distOf(source), copy, { recursive: true })
    return [name, copy]
  })
  return Object.fromEntries(copies)
}

/** @throws Error when neither the folder nor its `dist/` holds a build. */
function distOf(path: string): string {
  const found = [join(path, 'dist'), path].find((it) => existsSync(join(it, 'index.js')))
  if (found) return found
  throw new Error(`${resolve(path)} holds no build: run \`npm run build\` there first`)
}

/** Each is loaded first in its turn. */
function turned(builds: Builds, by: number): Builds {
  const list = Object.entries(builds)
  return Object.fromEntries([...list.slice(by), ...list.slice(0, by)])
}

function comparisonOf(name: string, all: readonly BuildTimes[]): Comparison {
  const timesOf = (build: string) => all.flatMap((times) => times[name]?.[build] ?? [])
  const base = timesOf(before)
  const ratiosOf = (build: string) => timesOf(build).map((ms, round) => ms / (base[round] ?? NaN))
  const sameRatios = ratiosOf(again)
  return {
    name,
    beforeMs: median(base),
    afterMs: median(timesOf(after)),
    ratio: median(ratiosOf(after)),
    sameRatio: median(sameRatios),
    spread: spreadOf(sameRatios),
  }
}

/** The farther end of the median's 95 % confidence interval, as a distance from 1. */
function spreadOf(ratios: readonly number[]): number {
  const sorted = [...ratios].sort((a, b) => a - b)
  // By order statistics: no distribution is assumed. 1.96 standard deviations of a fair coin's heads.
  const lower = Math.max(0, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)))
  const ends = [sorted[lower] ?? NaN, sorted[sorted.length - 1 - lower] ?? NaN]
  return Math.max(...ends.map((it) => Math.abs(it - 1)))
}

const isSlower = ({ ratio, spread }: Comparison): boolean => !(ratio <= 1 + spread + tolerance)

function report(rows: readonly Comparison[]): number {
  const table = new Table({
    head: ['case', 'before ms', 'after ms', 'after ÷ before', 'A/A', 'A/A spread', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) {
    const { name, beforeMs, afterMs, ratio, sameRatio, spread } = row
    const times = [beforeMs, afterMs].map((ms) => ms.toPrecision(3))
    const ratios = [ratio, sameRatio].map((it) => it.toFixed(3))
    table.push([name, ...times, ...ratios, `± ${spread.toFixed(3)}`, isSlower(row) ? 'SLOWER' : ''])
  }
  console.log(table.toString())
  const slower = rows.filter(isSlower)
  const allowed = `the A/A spread and ${tolerance * 100} %`
  console.log(
    `bench: ${rows.length} rows, ${slower.length} slower than before by more than ${allowed}; ` +
      `median ratio ${median(rows.map(({ ratio }) => ratio)).toFixed(3)}`,
  )
  return rows.length > 0 && slower.length === 0 ? 0 : 1
}
