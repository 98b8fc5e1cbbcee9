/** What has become of transactions over changes of owner, in all threads that have said so to this owner. */
import type { SurvivalCounts } from '../protocol/load.ts'
import { newCounts } from './session/reasons.ts'

/** The last that each thread has said; one that has gone counts on. */
export class Tally {
  readonly #counts = new Map<string, SurvivalCounts>()

  /** `counts`: all that thread has counted so far. */
  note(client: string, counts: SurvivalCounts): void {
    this.#counts.set(client, { ...counts })
  }

  sum(): SurvivalCounts {
    const sum = newCounts()
    for (const counts of this.#counts.values()) {
      for (const kind of survivalKinds) sum[kind] += counts[kind]
    }
    return sum
  }
}

const survivalKinds = Object.keys(newCounts()) as readonly (keyof SurvivalCounts)[] // Those are all.
