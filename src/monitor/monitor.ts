/**
 * What goes on at a factory, for those who want to know. Nothing is noted where nobody does: a factory without a monitor, or whose
 * witnesses sleep, pays for a look at that, once for each transaction and open request.
 */
import { append } from '../base/own-property.ts'
import { now } from '../event-loop/turn.ts'

/** What can be followed. */
export type HappeningKind = 'open' | 'delete' | 'transaction' | 'request'

/** What is known of it at its beginning. */
export interface Beginning {
  readonly kind: HappeningKind
  /** The database's name. */
  readonly database: string
  /** Of a transaction, the names of the object stores in its scope; none: it is an upgrade. */
  readonly stores?: readonly string[]
  /** Of a transaction. */
  readonly mode?: 'readonly' | 'readwrite' | 'versionchange'
  /** Of a request: the method that was called, such as `put` or `getAll`; `cursor`: a cursor was opened or moved. */
  readonly operation?: string
  /** Of a request: the object store's name. */
  readonly store?: string
  /** Of a request at an index: its name. */
  readonly index?: string
  /** Of a request: its transaction. */
  readonly transaction?: Happening
}

/** Something that goes on, from its beginning to its end: one object, so that a witness can keep things by it. */
export interface Happening extends Beginning {
  /** On the clock of `performance.now()`. */
  readonly startTime: number
  /** In milliseconds; null until it is over. */
  duration: number | null
  /** Why it failed, or was aborted; undefined: it did not, or is not over. A transaction that script aborts has null. */
  error: unknown
  /** Of a transaction: how many requests were made in it. */
  requests: number
}

/** Wants to know what goes on. */
export interface Witness {
  /** Whether it wants to know of that kind now. */
  isAwake(kind: HappeningKind): boolean
  begun(happening: Happening): void
  ended(happening: Happening): void
}

/** One factory's. */
export class Monitor {
  readonly #witnesses: Witness[]

  constructor(witnesses: readonly Witness[]) {
    this.#witnesses = [...witnesses]
  }

  add(witness: Witness): void {
    append(this.#witnesses, witness)
  }

  /** Whether a witness wants to know of that kind. */
  isAwake(kind: HappeningKind): boolean {
    for (const witness of this.#witnesses) if (witness.isAwake(kind)) return true
    return false
  }

  begin(beginning: Beginning): Happening {
    const happening: Happening = {
      ...beginning,
      startTime: now(),
      duration: null,
      error: undefined,
      requests: 0,
    }
    for (const witness of this.#witnesses) {
      if (witness.isAwake(happening.kind)) witness.begun(happening)
    }
    return happening
  }

  /** It is over. `error`: see `Happening`. */
  end(happening: Happening, error: unknown = undefined): void {
    happening.duration = now() - happening.startTime
    happening.error = error
    for (const witness of this.#witnesses) {
      if (witness.isAwake(happening.kind)) witness.ended(happening)
    }
  }
}
