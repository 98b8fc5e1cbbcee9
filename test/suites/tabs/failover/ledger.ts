/** What tabs were told of their transactions, and whether the database agrees. */
import type { Stock, Told } from '../scope/load.ts'

/** What must be empty: keys of transactions, `tab:n`. */
export interface Findings {
  /** Acknowledged and not there. */
  readonly lost: readonly string[]
  /** There in part, or beside another transaction's counter. */
  readonly torn: readonly string[]
  /** Said to have aborted and there. */
  readonly toldWrongly: readonly string[]
  /** There, though no living tab was told of it. */
  readonly untold: readonly string[]
  /** The counter missed some, or counted some twice. */
  readonly miscounted: readonly string[]
}

export class Ledger {
  readonly #told = new Map<string, Told>()
  /** The times of a tab's acknowledged commits. */
  readonly #times = new Map<string, number[]>()
  readonly #waiting = new Set<() => void>()

  heard(told: Told): void {
    this.#told.set(`${told.tab}:${told.n}`, told)
    if (told.outcome === 'committed') this.#timesOf(told.tab).push(told.atMs)
    for (const check of this.#waiting) check()
  }

  /** How many transactions came to that. */
  count(outcome: Told['outcome']): number {
    return [...this.#told.values()].filter((told) => told.outcome === outcome).length
  }

  /** The errors of aborted transactions, with how often each was met. */
  reasons(): Map<string, number> {
    const reasons = new Map<string, number>()
    for (const { outcome, detail } of this.#told.values()) {
      if (outcome === 'committed') continue
      const reason = detail.replaceAll(/\d+/g, 'N')
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    return reasons
  }

  /** Resolves with true once a tab has had that number of commits acknowledged after a time; false: not within the limit. */
  commitsAfter(
    tab: string,
    afterMs: number,
    { count, limitMs }: { count: number; limitMs: number },
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => end(false), limitMs)
      const end = (hasCommitted: boolean): void => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve(hasCommitted)
      }
      const check = (): void => {
        if ((this.#timesOf(tab).at(-count) ?? 0) > afterMs) end(true)
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** How far a tab has come. */
  describe(tab: string): string {
    const times = this.#timesOf(tab)
    return `${times.length} commits, the last ${Date.now() - (times.at(-1) ?? 0)} ms ago`
  }

  /** How many commits of a tab were acknowledged after a time. */
  countAfter(tab: string, afterMs: number): number {
    return this.#timesOf(tab).filter((at) => at > afterMs).length
  }

  /** The longest time between two acknowledged commits of a tab of which the later came after a time. */
  longestWaitSince(tab: string, sinceMs: number): number {
    const times = this.#timesOf(tab)
    const waits = times.flatMap((at, place) => {
      return at > sinceMs ? [at - Math.max(times[place - 1] ?? sinceMs, sinceMs)] : []
    })
    return Math.max(0, ...waits)
  }

  /** Holds what was told against what the database has. `dead`: tabs that may have missed the answer. */
  audit({ counter, records }: Stock, dead: ReadonlySet<string>): Findings {
    const all = [...this.#told]
    const keysOf = (isFinding: (key: string, told: Told) => boolean): string[] =>
      all.filter(([key, told]) => isFinding(key, told)).map(([key]) => key)
    const stored = Object.entries(records)
    const counts = stored.map(([, count]) => count)
    const isUntold = (key: string): boolean => {
      return !this.#told.has(key) && !dead.has(key.split(':')[0] ?? '')
    }
    return {
      lost: keysOf((key, { outcome }) => outcome === 'committed' && !(key in records)),
      torn: [
        ...stored.filter(([, count]) => count === 'torn').map(([key]) => key),
        ...keysOf((key, { outcome, detail }) => {
          const count = records[key] ?? 'torn'
          return outcome === 'committed' && count !== 'torn' && count !== detail
        }),
      ],
      toldWrongly: keysOf((key, { outcome }) => outcome === 'aborted' && key in records),
      untold: stored.map(([key]) => key).filter(isUntold),
      miscounted:
        counter === stored.length && new Set(counts).size === counts.length
          ? []
          : [`counter ${counter}, ${stored.length} transactions, ${new Set(counts).size} counts`],
    }
  }

  #timesOf(tab: string): number[] {
    const times = this.#times.get(tab) ?? []
    this.#times.set(tab, times)
    return times
  }
}
