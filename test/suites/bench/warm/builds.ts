/** Timing builds of this package against each other: before, the same once more, and after, round by round in turn. */
import { join } from 'node:path'
import { type Case, type Implementation, contendersOf, usualEffort } from './cases.ts'
import { type Medium, loadBuild } from './implementations.ts'
import { type Times, takeTurns } from './measure.ts'
import type { AskOptions } from '../question.ts'

/** Build → the folder it lies in. The same build twice has to lie in two: a module is loaded once. */
export type Builds = Readonly<Record<string, string>>

/** What a process has measured: case → build → milliseconds, round by round, without those of the warm-up. */
export type BuildTimes = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>

interface Timing extends AskOptions {
  readonly builds: Builds
  readonly scratch: string
}

/** Times the cases on disk, then in memory. */
export async function timeBuilds(cases: readonly Case[], timing: Timing): Promise<BuildTimes> {
  return {
    ...(await timeOn('disk', cases, timing)),
    ...(await timeOn('memory', cases, timing)),
  }
}

async function timeOn(
  medium: Medium,
  cases: readonly Case[],
  { builds, scratch, filter, rounds }: Timing,
): Promise<BuildTimes> {
  const implementations: Implementation[] = []
  for (const [name, dist] of Object.entries(builds)) {
    const path = join(scratch, `${medium} ${name}`)
    implementations.push({ name, ...(await loadBuild(dist, { medium, path })) })
  }
  const times: Record<string, Record<string, readonly number[]>> = {}
  for (const it of cases.filter(({ name }) => `${name}, ${medium}`.includes(filter))) {
    const { warmUps, rounds: usual } = it.effort ?? usualEffort
    const effort = { warmUps, rounds: rounds ?? usual, gapRounds: 0 }
    const { contenders, closings, end } = await contendersOf(it, implementations)
    const counted = (all: Times) =>
      Object.fromEntries([...all].map(([name, list]) => [name, list.slice(warmUps)]))
    times[`${it.name}, ${medium}`] = counted((await takeTurns(contenders, effort)).times)
    end()
    if (it.isFresh) times[`close after ${it.name}, ${medium}`] = counted(closings)
  }
  for (const { close } of implementations) await close()
  return times
}
