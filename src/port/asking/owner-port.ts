/** The owner at the other end of a port, as a realm uses it. */
import type { Failure, FailurePlace } from '../../errors.ts'
import type { SurvivalCounts } from '../../protocol/load.ts'
import type { Host } from '../../protocol/protocol.ts'
import type { Presence } from '../presence.ts'

/** A host at the other end of a port, which may be shared with others. */
export interface OwnerPort extends Host {
  /** Tells it that everything which was under way at the former owner is there again. */
  recovered(): void
  /** Tells it what has become of this realm's transactions over changes of owner. */
  tally(counts: Readonly<SurvivalCounts>): void
  /** Calls `answered` when the owner has said that it is there. */
  ping(answered: () => void): void
  /** Says goodbye, as the last: the owner keeps nothing of this realm. */
  leave(): void
}

/** What a realm may need in addition to the port. */
export interface ConnectOptions {
  /** null: the port tells when the thread at its other end has ended. */
  readonly presence?: Presence | null
  /** Where the owner's storage is, as far as it is known here. */
  readonly place?: FailurePlace
  /** Called once, when no more answers will come. */
  readonly gone?: (reason: Failure) => void
  /** Called with the ids of all who are at the owner, each time they have changed. */
  readonly roster?: (clients: readonly string[]) => void
}
