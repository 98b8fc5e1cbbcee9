/** Counts what goes on. */
import type { Happening, HappeningKind, Witness } from './monitor.ts'

/** A request that took long. */
export interface SlowRequest {
  /** The method that was called, such as `put`; `cursor`: a cursor was opened or moved. */
  readonly operation: string
  readonly database: string
  readonly store: string
  /** Absent: at the store itself. */
  readonly index?: string
  /** From the call to the answer, in milliseconds; what it waited for others is part of it. */
  readonly duration: number
}

/** What was counted. */
export interface Counts {
  /** Open and delete requests. */
  readonly opens: { readonly waiting: number; readonly succeeded: number; readonly failed: number }
  readonly transactions: {
    readonly live: number
    readonly committed: number
    readonly aborted: number
  }
  readonly requests: {
    readonly waiting: number
    readonly succeeded: number
    readonly failed: number
  }
  /** The slowest requests, those that took longest first. */
  readonly slowest: readonly SlowRequest[]
}

/** How many of the slowest are kept. */
const slowestKept = 10

class Tally {
  waiting = 0
  succeeded = 0
  failed = 0

  begun(): void {
    this.waiting++
  }

  ended(hasFailed: boolean): void {
    this.waiting--
    if (hasFailed) this.failed++
    else this.succeeded++
  }
}

/** From its making on. */
export class Meter implements Witness {
  readonly #opens = new Tally()
  readonly #transactions = new Tally()
  readonly #requests = new Tally()
  readonly #begun = new WeakSet<Happening>()
  readonly #slowest: SlowRequest[] = []

  isAwake(): boolean {
    return true
  }

  begun(happening: Happening): void {
    this.#begun.add(happening)
    this.#tallyOf(happening.kind).begun()
  }

  ended(happening: Happening): void {
    // It began before anyone counted.
    if (!this.#begun.has(happening)) return
    this.#tallyOf(happening.kind).ended(happening.error !== undefined)
    if (happening.kind === 'request') this.#rank(happening)
  }

  counts(): Counts {
    const { waiting, succeeded, failed } = this.#transactions
    return {
      opens: { ...this.#opens },
      transactions: { live: waiting, committed: succeeded, aborted: failed },
      requests: { ...this.#requests },
      slowest: [...this.#slowest],
    }
  }

  #tallyOf(kind: HappeningKind): Tally {
    if (kind === 'request') return this.#requests
    return kind === 'transaction' ? this.#transactions : this.#opens
  }

  #rank({ operation = '', database, store = '', index, duration }: Happening): void {
    const slow = {
      operation,
      database,
      store,
      ...(index !== undefined && { index }),
      duration: duration ?? 0,
    }
    const place = this.#slowest.findIndex((it) => it.duration < slow.duration)
    if (place < 0 && this.#slowest.length === slowestKept) return
    this.#slowest.splice(place < 0 ? this.#slowest.length : place, 0, slow)
    this.#slowest.length = Math.min(this.#slowest.length, slowestKept)
  }
}
