/** Keeping a transaction alive without asking it for anything. */

/**
 * How a transaction of any copy of this package is held: a method of this name places a request that asks nothing. Its number is
 * raised when what is given changes.
 */
export const holdSymbol = Symbol.for('idb-everywhere.hold.1')

/** A transaction that is held. */
export interface Hold<Request> {
  /** Succeeds, with undefined, when the hold is let go of. */
  readonly request: Request
  /** Lets go of it. What is asked of the transaction meanwhile does so as well, as answers keep their order. */
  release(): void
}
