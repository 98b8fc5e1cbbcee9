/** An open connection, as its session and its database see it. */
import type { Failure } from '../../errors.ts'
import type { Holding } from '../../protocol/blockers.ts'
import type { ToldDatabase } from './news.ts'

export interface OpenConnection {
  /** Names its row. */
  readonly id: string
  /** Its database's. */
  readonly name: string
  readonly database: ToldDatabase & { readonly epoch: number }
  /** Whether its row is there. */
  readonly isPlaced: boolean
  /** The request for which it was last asked to close; null: for none. */
  askedFor: string | null
  /** The last of these of which it has been told; null: of none. */
  toldOf: string | null
  /** Whether it closes as soon as its transactions have ended. */
  readonly closePending: boolean
  /** What those are told of it who wait for its end. */
  readonly holding: Holding
  /** Resolves when it is closed. */
  readonly closed: Promise<void>
  /** Resolves when the transactions that there are have ended. */
  settled(): Promise<void>
  /** How many of its transactions have started, and how many wait. */
  countTransactions(): { readonly running: number; readonly waiting: number }
  /** Resolves when `versionchange` has been fired, or can no longer be. */
  deliverVersionChange(oldVersion: number, newVersion: number | null): Promise<void>
  /** Closes it once its transactions have ended. */
  shutDown(): void
  /** Aborts its transactions; it is told why. */
  closeByForce(reason: Failure): void
}
