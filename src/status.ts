/** Who has a directory, as anything that may read it can see: `idb-everywhere/status`, for Node, Bun and Deno. */
import { resolve } from 'node:path'
import { queueIdleTimer } from './event-loop/turn.ts'
import { thisRelease } from './hosting/this-release.ts'
import { askOwner } from './membership/greeting.ts'
import type { OwnerStatus } from './membership/hello.ts'
import { SocketPort } from './port/stream/socket-port.ts'
import type { DatabaseLoad, SurvivalCounts } from './protocol/load.ts'
import { meetingPlaceOf } from '../vfs/node/meeting/meeting-place.ts'

export type { DatabaseLoad }

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

/** The owner of a directory. */
export interface DirectoryOwner {
  readonly pid: number
  /** Which thread of the process; 0 is the main one. */
  readonly thread: number
  readonly host: string
  /** When it took the directory, ISO 8601. */
  readonly since: string
}

/** What an owner that shares says of itself. */
export interface SharingOwner extends DirectoryOwner {
  /** Of the package. */
  readonly version: string
  /** The first and the last version of the protocol that it speaks. */
  readonly protocol: readonly [first: number, last: number]
}

/**
 * - `free`: no owner lives.
 * - `owned`: its owner shares it with no one, or cannot be reached from here, for that `reason`; `owner` is null where it says nothing readable of itself.
 * - `shared`: its owner shares it; `clients` has an id for each thread that uses it in addition to the owner's own, `databases` what
 *   goes on at those that are in use, `survival` what earlier changes of owner have cost.
 * - `silent`: its owner shares it and does not answer: it may be stopped, by a debugger or a signal.
 */
export type DirectoryStatus =
  | { readonly state: 'free' }
  | { readonly state: 'owned'; readonly owner: DirectoryOwner | null; readonly reason: string }
  | {
      readonly state: 'shared'
      readonly owner: SharingOwner
      readonly clients: readonly string[]
      readonly databases: readonly DatabaseLoad[]
      readonly survival: Survival
    }
  | { readonly state: 'silent'; readonly owner: SharingOwner }

/** How long an owner may take to answer. */
const silenceMs = 5_000

/**
 * Tells who has the directory at `path`, and who else is there. It takes part in nothing: no lock is taken, no file written, and the
 * owner counts no client more.
 *
 * @throws TypeError when `path` is no string; VfsError when the directory cannot be read; UnknownError when the owner answers nonsense
 */
export async function status(path: string): Promise<DirectoryStatus> {
  if (typeof path !== 'string') throw new TypeError('Expected `path` to be a string')
  const met = await meetingPlaceOf(resolve(path)).connect()
  if (met.type === 'gone') return { state: 'free' }
  if (met.type === 'unmet') return { state: 'owned', owner: met.owner, reason: met.reason }
  const { owner, stream, secret } = met
  const silence = new AbortController()
  const stopWaiting = queueIdleTimer(() => silence.abort(), silenceMs)
  const answer = await askOwner(new SocketPort(stream), asker(secret), silence.signal)
  stopWaiting()
  if (answer === null) return { state: 'silent', owner }
  const { databases, survival } = answer
  return { state: 'shared', owner, clients: othersIn(answer), databases, survival: told(survival) }
}

/** What one that only asks says of itself. */
function asker(secret: string) {
  return {
    ...thisRelease,
    client: 'asks-for-status-',
    secret,
    durability: 'relaxed',
    quotaBytes: null,
  } as const
}

function othersIn({ clients, client }: OwnerStatus): string[] {
  return clients.filter((id) => id !== client)
}

function told({ replayed, settled, ...aborted }: SurvivalCounts): Survival {
  return { survived: replayed + settled, replayed, aborted }
}
