/** Who keeps an open or delete request waiting, as far as the host can tell. */
import type { IDBBlocker } from '../base/error-cause.ts'

/** The connections of one holder. */
export type Blocker = IDBBlocker

/** Whose a connection is, in the words of the one who tells. */
export type Holder = Pick<Blocker, 'holder' | 'id' | 'pid' | 'thread' | 'application' | 'address'>

/** What a connection's realm says of it to those who wait for its end. */
export interface Holding {
  readonly holder: Holder
  /** Where it was opened; null: with the option `explain` off, or not yet said. */
  readonly opened: string | null
}

/** The thread that tells, and those that it does not tell from itself. */
export const here: Holder = { holder: 'here', id: null, pid: null, thread: null }

/** How many holders are listed, and places for each of them. */
export const mostListed = 20
