/** Rounds in which the tab that owns the directory ends under load, and what came of it. */
import type { BrowserContext } from 'playwright-core'
import { type EndingName, endings } from './endings.ts'
import { Fleet, type FleetOptions } from './fleet.ts'
import type { Findings } from './ledger.ts'

export interface RoundsOptions extends FleetOptions {
  readonly ending: EndingName
  /** False for the browser's own implementation, where any tab ends in its place. */
  readonly hasOwner: boolean
  readonly rounds: number
  readonly tabs: number
}

export interface Outcome {
  readonly rounds: number
  /** Of all transactions. */
  readonly committed: number
  readonly aborted: number
  readonly unknown: number
  readonly reasons: ReadonlyMap<string, number>
  /** Survivors that had no commit acknowledged within the limit. */
  readonly hangs: readonly string[]
  /** The longest wait of each survivor of each round. */
  readonly waitsMs: readonly number[]
  /** Events at connections, which should notice nothing. */
  readonly noticed: readonly string[]
  /** Rounds in which no tab owned the directory. */
  readonly unowned: number
  readonly findings: Findings
}

const hangMs = 120_000

export async function runRounds(browser: BrowserContext, options: RoundsOptions): Promise<Outcome> {
  const fleet = await Fleet.begin(browser, options)
  const hangs: string[] = []
  const waitsMs: number[] = []
  let unowned = 0
  let round = 0
  for (; round < options.rounds && hangs.length === 0; round++) {
    await fleet.open(options.tabs - fleet.tabs.length)
    hangs.push(...(await hanging(fleet, Date.now(), `round ${round}, before`)))
    const [owner] = await fleet.owners()
    if (!owner && options.hasOwner) unowned++
    const ending = endings[options.ending]
    const target = owner ?? fleet.tabs[0]
    if (!target) throw new Error('unreachable: tabs were opened')
    const prepared = (await ending.prepare?.(target)) ?? 0
    const startedMs = Date.now()
    await ending.run(fleet, target, prepared)
    hangs.push(...(await hanging(fleet, Date.now(), `round ${round}, after`)))
    const survivors = fleet.tabs.filter(({ page }) => page !== target.page)
    waitsMs.push(...survivors.map(({ name }) => fleet.ledger.longestWaitSince(name, startedMs)))
  }
  return { ...(await conclude(fleet, hangs)), rounds: round, hangs, waitsMs, unowned }
}

/** The tabs that have no three commits acknowledged after a time. */
async function hanging(fleet: Fleet, afterMs: number, when: string): Promise<string[]> {
  const found = await Promise.all(
    fleet.tabs.map(async ({ name }) => {
      const goesOn = await fleet.ledger.commitsAfter(name, afterMs, { count: 3, limitMs: hangMs })
      return goesOn ? [] : [`${name} in ${when}: ${fleet.ledger.describe(name)}`]
    }),
  )
  return found.flat()
}

async function conclude(
  fleet: Fleet,
  hangs: readonly string[],
): Promise<Omit<Outcome, 'rounds' | 'hangs' | 'waitsMs' | 'unowned'>> {
  const { ledger, dead } = fleet
  const nothing: Findings = { lost: [], torn: [], toldWrongly: [], untold: [], miscounted: [] }
  // A tab that hangs would not end its load.
  const events = hangs.length > 0 ? [] : await fleet.stop()
  const noticed = events.map(({ name, type }) => `${name} ${type}`)
  const findings = hangs.length > 0 ? nothing : ledger.audit(await fleet.stock(), dead)
  return {
    committed: ledger.count('committed'),
    aborted: ledger.count('aborted'),
    unknown: ledger.count('unknown'),
    reasons: ledger.reasons(),
    noticed,
    findings,
  }
}

/** One line, and one for each kind of fault. */
export function describeOutcome(title: string, outcome: Outcome): string {
  const { findings, waitsMs, hangs, noticed } = outcome
  const sorted = [...waitsMs].sort((one, other) => one - other)
  const counts = Object.entries(findings).map(([name, keys]) => `${name} ${keys.length}`)
  const faults = Object.entries({ ...findings, hangs, noticed })
    .filter(([, keys]) => keys.length > 0)
    .map(([name, keys]) => `\n  ${name}: ${keys.slice(0, 5).join('; ')}`)
  const reasons = [...outcome.reasons].map(([reason, count]) => `\n  ${count} × ${reason}`)
  return `${title}: ${outcome.rounds} rounds, ${outcome.committed} acknowledged, ${outcome.aborted} aborted, ${outcome.unknown} unknown, ${counts.join(', ')}, hangs ${hangs.length}, noticed ${noticed.length}, without owner ${outcome.unowned}; next commit of survivors ${sorted[sorted.length >> 1] ?? 0} ms in the median, ${sorted.at(-1) ?? 0} ms at most${faults.join('')}${reasons.join('')}`
}

export function isFaultless({ findings, hangs, noticed, unowned }: Outcome): boolean {
  const faults = [...Object.values(findings), hangs, noticed]
  return unowned === 0 && faults.every((it) => it.length === 0)
}
