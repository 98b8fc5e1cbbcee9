/** What incidents meant to those that went on: how long they waited, and what became of what they had under way. */
import type { Incident } from '../crew/crew.ts'
import { type History, tasksOf, type Told } from './judge.ts'

/** Sums over incidents. */
export interface Effects {
  /** For each incident and survivor: until the next acknowledged task that was begun after it. */
  readonly nextMs: number[]
  /** Transactions under way that went on. */
  survived: number
  /** Those that did not, by what they were told. */
  readonly aborted: Map<string, number>
}

export function newEffects(): Effects {
  return { nextMs: [], survived: 0, aborted: new Map() }
}

/** Adds the effects of incidents. */
export function addEffects(
  effects: Effects,
  incidents: readonly Incident[],
  histories: readonly History[],
): void {
  const tasks = new Map(histories.map((history) => [history.thread, tasksOf(history)]))
  for (const { at, survivors } of incidents) {
    for (const thread of survivors) addEffect(effects, at, tasks.get(thread) ?? [])
  }
}

function addEffect(effects: Effects, at: number, tasks: readonly Told[]): void {
  let next = Infinity
  for (const { begunAt, end } of tasks) {
    if (end === null) continue
    if (begunAt > at) {
      if (end.t === 'done') next = Math.min(next, end.at)
      continue
    }
    if (end.at <= at) continue
    const isUnwanted = end.t === 'aborted' && !end.wanted && !end.error.includes('ConstraintError')
    if (isUnwanted) count(effects.aborted, reasonOf(end.error))
    else effects.survived++
  }
  if (next < Infinity) effects.nextMs.push(next - at)
}

/** Without what is different each time. */
export function reasonOf(error: string): string {
  return error.replace(/"[^"]*"/g, '"…"').replace(/\d+/g, 'N')
}

export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

/** `5 ms (median), 9 ms (9 of 10), 12 ms at most`. */
export function timesText(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0)} ms`
  return `${at(0.5)} (median), ${at(0.9)} (9 of 10), ${at(1)} at most`
}
