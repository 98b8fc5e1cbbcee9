/** Times of several rounds. */
import type { Trial } from './trial.ts'

/** Milliseconds over the rounds. */
export interface Timing {
  readonly medianMs: number
  readonly leastMs: number
  readonly mostMs: number
}

/** Phase → its times, in the order of the script; `total` sums the phases of each round. */
export function timingsOf(trials: readonly Pick<Trial, 'phases'>[]): {
  readonly phases: ReadonlyMap<string, Timing>
  readonly total: Timing | null
} {
  const durations = new Map<string, number[]>()
  for (const { title, fromMs, toMs } of trials.flatMap(({ phases }) => phases)) {
    durations.set(title, [...(durations.get(title) ?? []), toMs - fromMs])
  }
  const totals = trials.map(({ phases }) =>
    phases.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
  )
  return {
    phases: new Map([...durations].map(([title, it]) => [title, timingOf(it)])),
    total: totals.length > 0 ? timingOf(totals) : null,
  }
}

function timingOf(durationsMs: readonly number[]): Timing {
  const sorted = [...durationsMs].sort((one, other) => one - other)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  return {
    medianMs: (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2,
    leastMs: at(0),
    mostMs: at(sorted.length - 1),
  }
}
