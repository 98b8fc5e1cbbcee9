/** Timing contenders against each other: in one process, round by round in turn. */

/** One side of a comparison. */
export interface Contender {
  readonly name: string
  /** How many rounds a slow one takes part in: the first ones. */
  readonly roundLimit?: number
  /** Does one round and gives its milliseconds, preparations and checks left out. */
  round(index: number): Promise<number>
}

/** What was measured of one contender. */
export interface Measurement {
  readonly name: string
  /** The very first round. */
  readonly coldMs: number
  readonly medianMs: number
  /** Median of this contender's time over the baseline's, round by round; null for the baseline itself. */
  readonly ratio: number | null
  /** The same for the first round. */
  readonly coldRatio: number | null
  /** The longest time a 1 ms timer had to wait in a round: median over rounds run for this alone. */
  readonly gapMs: number
}

/** How long to measure. */
export interface Effort {
  /** Rounds that count only for `coldMs`. */
  readonly warmUps: number
  readonly rounds: number
  /** Rounds in which only gaps are measured; 3 when absent. */
  readonly gapRounds?: number
}

/** Contender → its milliseconds, round by round. */
export type Times = ReadonlyMap<string, readonly number[]>

/** Runs the contenders in turn; `baseline` names the one the others are compared with. */
export async function compare(
  contenders: readonly Contender[],
  effort: Effort,
  baseline: string,
): Promise<Measurement[]> {
  const { times, gaps } = await takeTurns(contenders, effort)
  const base = times.get(baseline)
  return contenders.map(({ name, roundLimit = Infinity }) => {
    const first = roundLimit > effort.warmUps ? effort.warmUps : 1
    const own = times.get(name) ?? []
    const ratios =
      base && name !== baseline ? own.map((ms, round) => ms / (base[round] ?? NaN)) : null
    return {
      name,
      coldMs: own[0] ?? NaN,
      medianMs: median(own.slice(first)),
      ratio: ratios && median(ratios.slice(first)),
      coldRatio: ratios?.[0] ?? null,
      gapMs: median(gaps.get(name) ?? []),
    }
  })
}

/** Runs the contenders in turn and gives each round's milliseconds, those of the warm-up included, and its longest gap. */
export async function takeTurns(
  contenders: readonly Contender[],
  { warmUps, rounds, gapRounds = 3 }: Effort,
): Promise<{ times: Times; gaps: Times }> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]))
  const gaps = new Map<string, number[]>(contenders.map(({ name }) => [name, []]))
  const timedRounds = warmUps + rounds
  for (let round = 0; round < timedRounds + gapRounds; round++) {
    for (const contender of inTurn(contenders, round)) {
      const { roundLimit = Infinity } = contender
      if (round >= roundLimit && round !== timedRounds) continue
      if (round < timedRounds) times.get(contender.name)?.push(await contender.round(round))
      else gaps.get(contender.name)?.push(await longestGap(() => contender.round(round)))
    }
  }
  return { times, gaps }
}

let now = (): number => performance.now()

/** From now on `timed()` gives the time of the process's own threads: others on the machine add little to it. */
export function useProcessorTime(): void {
  now = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  }
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown> | void): Promise<number> {
  const start = now()
  await work()
  return now() - start
}

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}

/**
 * Each contender comes first equally often, and before each other one as often as after it: the second finds warmer caches,
 * and the garbage of the first.
 */
function inTurn(contenders: readonly Contender[], round: number): Contender[] {
  const first = (round >> 1) % contenders.length
  const turned = [...contenders.slice(first), ...contenders.slice(0, first)]
  return round % 2 === 0 ? turned : turned.reverse()
}

/** The longest time between two ticks of a 1 ms timer while `work` runs. */
async function longestGap(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now()
  let longest = 0
  let timer = setTimeout(tick, 1)
  function tick(): void {
    note()
    timer = setTimeout(tick, 1)
  }
  function note(): void {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  await work()
  clearTimeout(timer)
  note()
  return longest
}
