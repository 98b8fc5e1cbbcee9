/**
 * What crosses a port between a realm's `connectHost` and the owner's `serve`: the calls and answers of `protocol.ts` as
 * plain data, in order, packed into parcels.
 *
 * Each end treats what comes as input: a message that the other end would not have sent ends that client, or that owner, and
 * nothing else.
 *
 * The client chooses all ids, from one counter. An open request's id serves as the id of its connection and of its
 * upgrade transaction too. Operations need none: their answers come in the order of the calls. What an end says of itself has
 * the id 0 and comes first; so far that is its name alone. A hello with the versions of both ends belongs there.
 */
import type { Failure } from '../errors.ts'
import type { KeptPlace } from '../kept-objects/kept-store.ts'
import type { Blocker } from '../protocol/blockers.ts'
import type { Change, WatchedStore } from '../protocol/changes.ts'
import type { DatabaseCounters, SurvivalCounts } from '../protocol/load.ts'
import type {
  CommitMark,
  CommitOutcome,
  DatabaseSchema,
  Durability,
  Operation,
  RecordBytes,
  SalvageReport,
  StorageLimits,
} from '../protocol/protocol.ts'

import type { RemoteOrigin } from './mark.ts'

/** From either end: the name under which the thread there can be watched, see `Presence`. */
export interface PresentMessage {
  readonly type: 'present'
  readonly id: 0
  readonly name: string
}

/** From either end: it is gone on purpose. A client needs its marks no more; those of an owner look for the next. */
export interface LeaveMessage {
  readonly type: 'leave'
  readonly id: 0
}

/** From the realm to the host. */
export type Call =
  | PresentMessage
  | LeaveMessage
  /** Asks whether the owner is there, who answers `pong`. */
  | { readonly type: 'ping'; readonly id: 0 }
  /** How many further parcels have been received. */
  | { readonly type: 'ack'; readonly id: 0; readonly parcels: number }
  /** All that was under way at the former owner is there again. */
  | { readonly type: 'recovered'; readonly id: 0 }
  /** What has become of its transactions over changes of owner, all in all. */
  | { readonly type: 'tally'; readonly id: 0; readonly counts: Readonly<SurvivalCounts> }
  | { readonly type: 'databases'; readonly id: number }
  | {
      readonly type: 'open'
      readonly id: number
      readonly name: string
      readonly version: number | undefined
      readonly origin?: RemoteOrigin | undefined
    }
  | {
      readonly type: 'delete'
      readonly id: number
      readonly name: string
      readonly origin?: RemoteOrigin | undefined
    }
  | {
      readonly type: 'attach'
      readonly id: number
      readonly name: string
      readonly version: number
      readonly incarnation?: number | null
    }
  | {
      readonly type: 'outcomeOf'
      readonly id: number
      readonly name: string
      readonly mark: CommitMark
      readonly incarnation?: number | null
    }
  | { readonly type: 'forgetMarks'; readonly id: 0; readonly client: string }
  | { readonly type: 'forgetDeletion'; readonly id: 0; readonly mark: CommitMark }
  /** Begins a copy of that connection's database. */
  | { readonly type: 'copy'; readonly id: number; readonly connection: number }
  /** Asks for the next piece of a copy. */
  | { readonly type: 'nextPiece'; readonly id: number }
  | { readonly type: 'endCopy'; readonly id: number }
  | { readonly type: 'cancel'; readonly id: number }
  /** `opened`: where its connection was opened, see `serving/blockers.ts`; absent: it does not say. */
  | { readonly type: 'delivered'; readonly id: number; readonly opened?: string | undefined }
  | {
      readonly type: 'createTransaction'
      readonly id: number
      readonly connection: number
      readonly storeIds: readonly number[]
      readonly mode: 'readonly' | 'readwrite'
      readonly durability: Durability
      readonly resumes: boolean
    }
  | {
      readonly type: 'watch'
      readonly id: number
      readonly connection: number
      readonly watched: readonly WatchedStore[]
    }
  | { readonly type: 'unwatch'; readonly id: number }
  | { readonly type: 'inspect'; readonly id: number; readonly connection: number }
  | { readonly type: 'execute'; readonly id: number; readonly operation: Operation }
  | {
      readonly type: 'commit' | 'offerCommit'
      readonly id: number
      readonly failuresSeen: number
      readonly mark: CommitMark | undefined
    }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'close'; readonly id: number }
  | { readonly type: 'shutDown'; readonly id: number }
  | { readonly type: 'forceClose'; readonly id: number }

/** Calls about the realm as a whole. */
export type CallAboutRealm = Extract<
  Call,
  { type: 'present' | 'ack' | 'ping' | 'recovered' | 'tally' | 'leave' }
>

/** Calls about what an earlier call has made. */
export type CallAbout = Extract<
  Call,
  {
    type:
      | 'execute'
      | 'commit'
      | 'offerCommit'
      | 'abort'
      | 'cancel'
      | 'unwatch'
      | 'nextPiece'
      | 'endCopy'
      | 'close'
      | 'shutDown'
      | 'forceClose'
  }
>

/** From the host to the realm. */
export type Answer =
  | PresentMessage
  | LeaveMessage
  | { readonly type: 'pong'; readonly id: 0 }
  /** Who is at the owner; sent again each time one has come or gone. */
  | { readonly type: 'roster'; readonly id: 0; readonly clients: readonly string[] }
  | {
      readonly type: 'listed'
      readonly id: number
      readonly databases: readonly { readonly name: string; readonly version: number }[]
    }
  | { readonly type: 'asking'; readonly id: number }
  | {
      readonly type: 'blocked'
      readonly id: number
      readonly oldVersion: number
      /** null: by a deletion. */
      readonly newVersion: number | null
      /** Absent: an earlier release does not say. */
      readonly blockers?: readonly Blocker[] | undefined
    }
  | {
      readonly type: 'upgradeNeeded'
      readonly id: number
      readonly schema: DatabaseSchema
      readonly limits: StorageLimits
      readonly salvaged: SalvageReport | null
      readonly keptAt: KeptPlace | null
      readonly incarnation?: number | null
      readonly oldVersion: number
    }
  | {
      readonly type: 'opened'
      readonly id: number
      readonly schema: DatabaseSchema
      readonly limits: StorageLimits
      readonly salvaged: SalvageReport | null
      readonly keptAt: KeptPlace | null
      readonly incarnation?: number | null
    }
  | {
      readonly type: 'attached'
      readonly id: number
      readonly schema: DatabaseSchema
      readonly limits: StorageLimits
      readonly salvaged: SalvageReport | null
      readonly keptAt: KeptPlace | null
      readonly incarnation?: number | null
    }
  | { readonly type: 'deleted'; readonly id: number; readonly oldVersion: number }
  | { readonly type: 'outcome'; readonly id: number; readonly outcome: CommitOutcome }
  | { readonly type: 'inspected'; readonly id: number; readonly counters: DatabaseCounters }
  | { readonly type: 'requestFailed'; readonly id: number; readonly failure: Failure }
  | {
      readonly type: 'versionChange'
      readonly id: number
      /** To be sent back with `delivered`. */
      readonly delivery: number
      readonly oldVersion: number
      readonly newVersion: number | null
      /** undefined: the request has no name. */
      readonly request?: CommitMark | undefined
    }
  | { readonly type: 'closing'; readonly id: number }
  /** The last of a connection. */
  | { readonly type: 'closed'; readonly id: number; readonly failure: Failure | null }
  | {
      readonly type: 'done'
      readonly id: number
      readonly result: Uint8Array | number | undefined
    }
  /** One of a scan's records, before its `done`. */
  | { readonly type: 'record'; readonly id: number; readonly record: RecordBytes }
  /** The same without its value, which follows in parts of together that size. */
  | {
      readonly type: 'longRecord'
      readonly id: number
      readonly record: RecordBytes
      readonly sizeBytes: number
    }
  | { readonly type: 'part'; readonly id: number; readonly record: RecordBytes }
  | { readonly type: 'copyBegun'; readonly id: number; readonly sizeBytes: number }
  | { readonly type: 'piece'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'copyEnded'; readonly id: number }
  | { readonly type: 'operationFailed'; readonly id: number; readonly failure: Failure }
  /** To one who watches. */
  | {
      readonly type: 'changed'
      readonly id: number
      readonly changes: readonly Change[]
      readonly isOwn: boolean
    }
  /** Some of these may not have been sent. */
  | { readonly type: 'missed'; readonly id: number }
  | { readonly type: 'wentAhead'; readonly id: number }
  | { readonly type: 'caughtUp'; readonly id: number }
  | { readonly type: 'declined'; readonly id: number }
  | { readonly type: 'committed'; readonly id: number }
  | { readonly type: 'aborted'; readonly id: number; readonly failure: Failure }
  /** The last answer: the owner has ended this client, which has sent what no client of this package sends. */
  | { readonly type: 'dismissed'; readonly id: 0; readonly failure: Failure }

/** What is used of a port's events. */
export interface PortEvent {
  readonly data?: unknown
  /** Of a `close` event: why, where the channel under the port says so. */
  readonly reason?: Failure
  /** Of a `messageerror` event: what is wrong with the message, where the channel under the port says so. */
  readonly error?: unknown
}

/** A port of either kind: of the web, or of Node's worker threads. A dedicated worker and its scope serve as well. */
export interface HostPort {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(
    type: 'message' | 'messageerror' | 'close',
    listener: (event: PortEvent) => void,
  ): void
  /** The other end has said who it is: what it sends may be long from now on. Absent: it always may. */
  trust?(): void
  /** Ports queue messages until it is called; workers have no such method. */
  start?(): void
  /** Closes the channel under the port, once what was posted is sent. Absent: the channel is not the port's to close. */
  end?(): void
}
