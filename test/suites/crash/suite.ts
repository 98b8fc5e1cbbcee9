/** Kills processes in the middle of their work, and has the next one look at what they left. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Random, seededRandom } from '../../kit/history/random.ts'
import { watchForSilence } from '../../kit/process-times.ts'
import { runtimeCommand, runtimeLabel } from '../../kit/runtimes.ts'
import { countedPath } from './counted-store.ts'

/** What the suite is run with. */
export interface CrashOptions {
  readonly kills: number
  readonly seed: number
  readonly runtime: string
  /** The bundle of `child.ts`. */
  readonly childPath: string
}

/** How many kills a directory is used for: what was written has to be worked out after each of them. */
const killsPerDirectory = 25

/** A process that says nothing for this long hangs. */
const longestSilenceMs = 180_000

/** Half of those that follow a killed owner must own the directory by then; a busy machine may keep any one waiting. */
const ownerWithinMs = 100

/** What the kills came to. */
export interface CrashCounts {
  kills: number
  /** Killed while it opened what the one before had left. */
  killedWhileOpening: number
  acknowledged: number
  /** Begun and not acknowledged, and found nevertheless: they may be. */
  unacknowledgedFound: number
  pageChecks: number
  /** How long it took to become the owner, each time, without what the process was kept waiting for a processor. */
  readonly ownerMs: number[]
  /** And to know what databases are there. */
  readonly listedMs: number[]
  readonly wrong: string[]
}

/** Runs the kills. */
export async function runCrashes(options: CrashOptions): Promise<CrashCounts> {
  const counts: CrashCounts = {
    kills: 0,
    killedWhileOpening: 0,
    acknowledged: 0,
    unacknowledgedFound: 0,
    pageChecks: 0,
    ownerMs: [],
    listedMs: [],
    wrong: [],
  }
  const command = await runtimeCommand(options.runtime)
  for (let round = 0; counts.kills < options.kills && counts.wrong.length === 0; round++) {
    const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-crash-'))
    const seed = options.seed + round
    await crashOneDirectory({ ...options, command, path, seed }, counts)
    if (counts.wrong.length === 0) {
      for (const it of [path, countedPath(path)]) rmSync(it, { recursive: true, force: true })
    } else console.error(`seed ${seed}: left as it is for a look: ${path}, ${readdirSync(path)}`)
  }
  return counts
}

/** The line the suite ends with, and what is wrong. */
export function summaryOf(
  counts: CrashCounts,
  runtime: string,
): { line: string; wrong: readonly string[] } {
  const { kills, ownerMs, listedMs } = counts
  const wrong = [...counts.wrong, ...tooSlow(ownerMs)]
  const line =
    `crash: ${kills - wrong.length} passed, ${wrong.length} failed ` +
    `(${runtimeLabel(runtime)}: ${kills} kills, ${counts.killedWhileOpening} while opening, ` +
    `${counts.acknowledged} transactions acknowledged${wrong.length === 0 ? ', none lost or torn' : ''}, ` +
    `${counts.unacknowledgedFound} found unacknowledged, ${counts.pageChecks} page checks, ` +
    `next owner after ${timesOf(ownerMs)}; databases known after ${timesOf(listedMs)})`
  return { line, wrong }
}

function timesOf(times: readonly number[]): string {
  const slow = times.filter((ms) => ms > ownerWithinMs).length
  const slowest = Math.max(0, ...times)
  return `${medianOf(times).toFixed(0)} ms (median), ${slowest.toFixed(0)} ms at most, ${slow} above ${ownerWithinMs} ms`
}

function tooSlow(ownerMs: readonly number[]): string[] {
  const median = medianOf(ownerMs)
  if (median <= ownerWithinMs) return []
  return [`the next owner was in after ${median} ms (median), which must be ${ownerWithinMs} ms`]
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
}

interface Directory extends CrashOptions {
  readonly command: readonly string[]
  readonly path: string
}

async function crashOneDirectory(directory: Directory, counts: CrashCounts): Promise<void> {
  const random = seededRandom(directory.seed)
  const progress = { acknowledged: 0, begun: 0 }
  for (let kill = 0; kill < killsPerDirectory && counts.kills < directory.kills; kill++) {
    await runChild(directory, { counts, progress, random, kill: true })
    counts.kills++
    if (counts.wrong.length > 0) return
  }
  await runChild(directory, { counts, progress, random, kill: false })
  counts.acknowledged += progress.acknowledged
}

interface Run {
  readonly counts: CrashCounts
  readonly progress: { acknowledged: number; begun: number }
  readonly random: Random
  readonly kill: boolean
}

/** Starts a process, kills it when its time has come, and takes note of what it said. */
function runChild(directory: Directory, { counts, progress, random, kill }: Run): Promise<void> {
  const checksPages = !kill || random.percent(30)
  const { acknowledged, begun } = progress
  const [program = '', ...args] = [
    ...directory.command,
    directory.childPath,
    directory.path,
    ...[directory.seed, acknowledged, begun].map(String),
    checksPages ? 'yes' : 'no',
    kill ? 'yes' : 'no',
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const die = () => child.kill('SIGKILL')
  let hasFound = false
  let said = ''

  const hear = (line: string): void => {
    const [word, rest = ''] = [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)]
    const number = Number(rest)
    if (word === 'wrong') counts.wrong.push(rest)
    if (word === 'owner') counts.ownerMs.push(number)
    if (word === 'listed') counts.listedMs.push(number)
    if (word === 'issue') progress.begun = number
    if (word === 'done') progress.acknowledged = Math.max(progress.acknowledged, number)
    if (word !== 'found') return
    hasFound = true
    if (checksPages) counts.pageChecks++
    counts.unacknowledgedFound += number - acknowledged
    progress.acknowledged = progress.begun = number
    if (kill) setTimeout(die, (random.below(1000) / 1000) ** 2 * 250)
  }

  // Some die while they look at what the one before left.
  if (kill && random.percent(12)) setTimeout(die, random.below(300))
  const silence = watchForSilence(child.pid, longestSilenceMs, () => {
    counts.wrong.push(`silent for ${longestSilenceMs} ms`)
    die()
  })

  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      silence.heard()
      said += text
      const lines = said.split('\n')
      said = lines.pop() ?? ''
      lines.forEach(hear)
    })
    child.on('close', (exitCode, signal) => {
      silence.end()
      if (kill && !hasFound && signal === 'SIGKILL') counts.killedWhileOpening++
      const isExpected = kill ? signal === 'SIGKILL' : exitCode === 0
      if (!isExpected) counts.wrong.push(`ended with exit code ${exitCode}, signal ${signal}`)
      resolve()
    })
  })
}
