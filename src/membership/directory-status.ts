/** Who has a directory, as anything that may read it can see. */
import type { ClientPresence, DatabaseLoad, SurvivalCounts } from '../protocol/load.ts'
import type { ClientHello, Hello, OwnerStatus } from './hello.ts'

/** What became of transactions that were under way when an owner ended, as far as the threads that are or were at this owner know. */
export interface Survival {
  /** They went on, or turned out to be committed. */
  readonly survived: number
  /** Those of them that were executed again. */
  readonly replayed: number
  /** Those that were aborted, by the reason. */
  readonly aborted: {
    /** They had been asked more than is kept to be asked again. */
    readonly tooLong: number
    /** Executed again, they were answered differently. */
    readonly differed: number
    /** Their database had changed, or was gone. */
    readonly disconnected: number
    /** The file could not tell whether they were committed. */
    readonly unknown: number
    /** They were the owner's own, which lost the directory and not its life. */
    readonly own: number
  }
}

/** The owner of a directory. Browsers have no `pid`, `thread` and `host`, which are null there. */
export interface DirectoryOwner {
  readonly pid: number | null
  /** Which thread of the process; 0 is the main one. */
  readonly thread: number | null
  readonly host: string | null
  /** When it took the directory, ISO 8601; null where it does not say. */
  readonly since: string | null
}

/** What an owner that shares says of itself. */
export interface SharingOwner extends DirectoryOwner {
  /** Of the package. */
  readonly version: string
  /** The first and the last version of the protocol that it speaks. */
  readonly protocol: readonly [first: number, last: number]
}

/**
 * - `free`: no owner lives; for a moment also between two owners, while one of the clients follows the one that has ended.
 * - `owned`: its owner shares it with no one, or cannot be reached from here, for that `reason`; `owner` is null where it says nothing readable of itself.
 * - `shared`: its owner shares it; `clients` are the threads that use it in addition to the owner's own, `databases` what
 *   goes on at those that are in use, `survival` what earlier changes of owner have cost.
 * - `silent`: its owner shares it and does not answer: it may be stopped, by a debugger or a signal. In browsers `owner` is null then.
 */
export type DirectoryStatus =
  | { readonly state: 'free' }
  | { readonly state: 'owned'; readonly owner: DirectoryOwner | null; readonly reason: string }
  | {
      readonly state: 'shared'
      readonly owner: SharingOwner
      readonly clients: readonly ClientPresence[]
      readonly databases: readonly DatabaseLoad[]
      readonly survival: Survival
    }
  | { readonly state: 'silent'; readonly owner: SharingOwner | null }

/** What one that only asks says of itself. */
export function askerHello(release: Omit<Hello, 'client'>, secret: string | null): ClientHello {
  return {
    ...release,
    client: 'asks-for-status-',
    secret,
    durability: 'relaxed',
    quotaBytes: null,
  }
}

/** The status of a directory whose owner has answered. */
export function sharedStatus(owner: SharingOwner, answer: OwnerStatus): DirectoryStatus {
  const { guests, client, databases, survival } = answer
  const clients = guests.filter(({ id }) => id !== client)
  return { state: 'shared', owner, clients, databases, survival: told(survival) }
}

function told({ replayed, settled, ...aborted }: SurvivalCounts): Survival {
  return { survived: replayed + settled, replayed, aborted }
}
