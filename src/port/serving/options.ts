/** What serving takes and gives. */
import type { Failure } from '../../errors.ts'
import type { SurvivalCounts } from '../../protocol/load.ts'
import type { Presence } from '../presence.ts'
import type { PortEnds } from './blockers.ts'

/** What serving needs in addition to the host. */
export interface ServeOptions {
  /** Called with the reason when a client is ended because it has sent what this package does not send. */
  readonly report: (failure: Failure) => void
  /** null: the port tells when the thread at its other end has ended. */
  readonly presence: Presence | null
  /** What its ends are called; left out: the realm is one with the thread that serves. */
  readonly ends?: PortEnds
  /** The id under which the realm marks its commits. Left out: it may use all ids. */
  readonly client?: string
  /** Called when the realm has brought back all it had at the former owner. */
  readonly recovered?: () => void
  /** Called with what has become of the realm's transactions over changes of owner, each time that has changed. */
  readonly tally?: (counts: Readonly<SurvivalCounts>) => void
  /** Called once, when the realm is gone, has said goodbye or was ended. */
  readonly left?: () => void
}

/** A realm that is served. */
export interface Served {
  /** Tells it who is at the owner. */
  tellRoster(clients: readonly string[]): void
  /** Tells it nothing more: as others are cut off its transactions begin that waited for theirs, in an order that has no future. */
  mute(): void
  /** Tells it that the owner is going, and ends it. What it has under way it takes to the next one. */
  leave(): void
}
