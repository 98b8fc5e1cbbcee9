/** Several processes and threads on one directory, of which some are killed, stopped or leave; and the judge of what they did. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Random, seededRandom } from '../../kit/history/random.ts'
import { runtimeCommand } from '../../kit/runtimes.ts'
import { Crew, Stuck } from './crew/crew.ts'
import * as incidents from './crew/incidents.ts'
import { readFound } from './judge/found.ts'
import { judge, type History, tasksOf, type Verdict } from './judge/judge.ts'
import { replay } from './judge/replay.ts'
import { addEffects, count, type Effects, newEffects, reasonOf, timesText } from './judge/times.ts'
import type { Breakage } from './load/task.ts'

/** How often each is done; the order is drawn. */
export interface Incidents {
  readonly ownerKills: number
  readonly clientKills: number
  /** Half of them for a moment, half of them until the others are warned. */
  readonly stops: number
  /** Each: the owner's thread closes, its worker is ended, its process exits or throws, a member finishes. */
  readonly leaves: number
}

/** What the suite is run with. */
export interface SharingOptions extends Incidents {
  readonly processes: number
  readonly threads: number
  readonly slots: number
  readonly restMs: number
  readonly stuckMs: number
  /** How long they work after the last incident. */
  readonly loadMs: number
  readonly seed: number
  /** Names of runtimes, of which the processes take turns. */
  readonly runtimes: readonly string[]
  readonly broken: Breakage | null
  /** The bundle of `child.ts`. */
  readonly childPath: string
}

/** What all came to. */
export interface SharingCounts extends Effects {
  readonly incidents: Map<string, number>
  acknowledged: number
  compared: number
  unknown: number
  /** Aborts that neither script nor the specification wants, at any time, by their reasons. */
  readonly unwanted: Map<string, number>
  readonly verdict: Verdict
  readonly stuck: string[]
  seconds: number
}

/** A directory is used for a number of incidents, then all that was written is judged. */
const incidentsPerDirectory = 40

/** Runs the suite. */
export async function runSharing(options: SharingOptions): Promise<SharingCounts> {
  const counts: SharingCounts = {
    ...newEffects(),
    incidents: new Map(),
    acknowledged: 0,
    compared: 0,
    unknown: 0,
    unwanted: new Map(),
    verdict: { lost: [], torn: [], twice: [], toldWrongly: [], noticed: [], wrong: [] },
    stuck: [],
    seconds: 0,
  }
  const start = performance.now()
  const random = seededRandom(options.seed)
  const acts = drawActs(options, random)
  const commands = await Promise.all(options.runtimes.map(runtimeCommand))
  do {
    const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-sharing-'))
    const batch = acts.splice(0, incidentsPerDirectory)
    await runDirectory({ ...options, commands, path, random, batch }, counts)
    if (findingsOf(counts).length === 0) rmSync(path, { recursive: true, force: true })
    else console.error(`left as it is for a look: ${path}`)
  } while (acts.length > 0 && findingsOf(counts).length === 0)
  counts.seconds = (performance.now() - start) / 1_000
  return counts
}

function drawActs(wanted: Incidents, random: Random): incidents.Act[] {
  const leaves = [
    incidents.leaveAsOwner,
    incidents.terminateOwner,
    incidents.exitOwner,
    incidents.throwInOwner,
    incidents.replaceMember,
  ]
  const times = (length: number, act: (i: number) => incidents.Act): incidents.Act[] =>
    Array.from({ length }, (_, i) => act(i))
  const acts = [
    ...times(wanted.ownerKills, () => incidents.killOwner),
    ...times(wanted.clientKills, () => incidents.killClient),
    ...times(wanted.stops, (i) => incidents.stopOwner(i % 2 === 0 ? 1_500 : 8_000)),
    ...times(
      wanted.leaves * leaves.length,
      (i) => leaves[i % leaves.length] ?? incidents.killOwner,
    ),
  ]
  return acts
    .map((act) => ({ act, place: random.below(2 ** 30) }))
    .sort((a, b) => a.place - b.place)
    .map(({ act }) => act)
}

interface Directory extends SharingOptions {
  readonly commands: readonly (readonly string[])[]
  /** Of the databases and of the logs. */
  readonly path: string
  readonly random: Random
  readonly batch: readonly incidents.Act[]
}

async function runDirectory(directory: Directory, counts: SharingCounts): Promise<void> {
  const logs = join(directory.path, 'logs')
  mkdirSync(logs)
  const path = join(directory.path, 'data')
  const crew = new Crew({ ...directory, path, logs })
  try {
    await runIncidents(crew, directory)
  } catch (error) {
    if (!(error instanceof Stuck)) throw error
    counts.stuck.push(...crew.wrong)
  } finally {
    await crew.end()
  }
  const histories = crew.all.flatMap((member) => member.logs)
  await judgeAll(path, { directory, crew, histories }, counts)
}

async function runIncidents(
  crew: Crew,
  { processes, batch, random, loadMs }: Directory,
): Promise<void> {
  for (let i = 0; i < processes; i++) crew.start()
  await crew.untilAllGoOn(0)
  for (const act of batch) {
    await crew.wait(50 + random.below(250))
    await act(crew)
  }
  await crew.wait(loadMs)
  await crew.finish()
}

async function judgeAll(
  path: string,
  {
    directory,
    crew,
    histories,
  }: { directory: Directory; crew: Crew; histories: readonly History[] },
  counts: SharingCounts,
): Promise<void> {
  const found = await readFound(path)
  const verdict = judge(histories, found)
  const { compared, differences } = replay(directory.seed, histories, found)
  for (const key of Object.keys(verdict) as (keyof Verdict)[])
    counts.verdict[key].push(...verdict[key])
  counts.verdict.wrong.push(...differences)
  counts.compared += compared
  addEffects(counts, crew.incidents, histories)
  for (const { what } of crew.incidents) count(counts.incidents, what)
  for (const { end } of histories.flatMap(tasksOf)) {
    if (end?.t === 'done') counts.acknowledged++
    if (end?.t !== 'aborted' || end.wanted || end.error.includes('ConstraintError')) continue
    count(counts.unwanted, reasonOf(end.error))
  }
}

/** All that is wrong. */
export function findingsOf({ verdict, stuck }: SharingCounts): string[] {
  const named = Object.entries(verdict).flatMap(([kind, found]) =>
    (found as string[]).map((what) => `${kind}: ${what}`),
  )
  return [...named, ...stuck]
}

/** The lines the suite ends with; the last one has the counts. */
export function summaryOf(counts: SharingCounts): string[] {
  const { verdict, stuck, survived, aborted } = counts
  const abortedCount = [...aborted.values()].reduce((sum, n) => sum + n, 0)
  const list = (reasons: Map<string, number>): string[] =>
    [...reasons].sort(([, a], [, b]) => b - a).map(([reason, n]) => `  ${n} × ${reason}`)
  const done = [...counts.incidents].map(([what, n]) => `${n} × ${what}`).join(', ')
  return [
    ...(counts.unwanted.size > 0 ? ['aborted, at any time:', ...list(counts.unwanted)] : []),
    ...(abortedCount > 0 ? ['aborted, under way at an incident:', ...list(aborted)] : []),
    `next acknowledged by each survivor after ${timesText(counts.nextMs)}; under way: ${survived} survived, ${abortedCount} aborted`,
    `sharing: ${findingsOf(counts).length === 0 ? 'passed' : 'FAILED'} (${done || 'no incidents'}; ` +
      `${counts.acknowledged} acknowledged, ${counts.compared} compared with the model; ` +
      `lost ${verdict.lost.length}, torn ${verdict.torn.length}, run twice ${verdict.twice.length}, ` +
      `told wrongly ${verdict.toldWrongly.length}, stuck ${stuck.length}, ` +
      `noticed by idle connections ${verdict.noticed.length}, otherwise wrong ${verdict.wrong.length}; ${counts.seconds.toFixed(0)} s)`,
  ]
}
