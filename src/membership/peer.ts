/**
 * What a platform offers a thread that takes part in a directory which others may own: a way to find the owner, or to become it.
 * `Member` is the one user of it; `node/` and `browser/` implement it.
 */
import type { HostPort } from '../port/messages.ts'
import type { SurvivalCounts } from '../protocol/load.ts'
import type { Host } from '../protocol/protocol.ts'
import type { Farewell } from './session/services.ts'

/** One thread's part in one directory. */
export interface Peer {
  /**
   * What the ids of all threads of this process begin with, so that one who knows that it has ended knows who ended with it: 6
   * characters of ASCII. Absent: the threads end one by one, as far as others can tell.
   */
  readonly process?: string
  /**
   * Finds the owner, or becomes it; waits where the directory is just being taken or handed over. It is called again after
   * each change of owner, never twice at a time.
   *
   * @throws StorageError 'busy' for an owner that does not share, or any DOMException of ours (UnknownError for no common
   * protocol); whatever it throws once `signal` has been aborted is dropped.
   */
  look(looking: Looking): Promise<Found>
  /**
   * Lets go of what it listens to, until it looks again; called when the thread takes part no more. Absent: it listens only while it
   * looks, or has found.
   */
  close?(): void
  /** Keeps what the thread commits as it ends. Absent or null: nothing can be kept. */
  readonly farewell?: Farewell | null
}

/** Who looks. */
export interface Looking {
  /** Names this thread to owners and in the marks of its commits: 16 characters of ASCII, the same at each look, see `process`. */
  readonly client: string
  /**
   * The clients of the former owner, this thread among them unless it was that owner, for the `Roster` of a thread that becomes the
   * owner; null: it was not there, and waits for nobody.
   */
  readonly returning: readonly string[] | null
  /** Whether something is asked, or a transaction is under way; absent where it cannot be asked for. */
  readonly isBusy?: () => boolean
  /**
   * Hands over the directory that this thread owns, whatever it still has open: a platform calls it when another thread
   * should rather own it, as that of a page which is no longer visible. Does nothing in a thread that owns nothing; absent where it
   * cannot be asked for.
   */
  readonly handOver?: () => void
  /** Aborted when nothing waits for the owner any more. */
  readonly signal: AbortSignal
}

/** One that is to be the owner; 'unknown': it was not at the former one, whose clients are on their way. */
export type Owning = Pick<Looking, 'client'> & {
  readonly returning: Looking['returning'] | 'unknown'
}

/** What was found. */
export type Found = FoundOwn | FoundOwner

/** The directory is ours. */
export interface FoundOwn {
  readonly type: 'own'
  /** For this thread's own calls. Its option `recovery` is that of the peer's `Roster`. */
  readonly host: Host
  /** Whether others may be on their way from the former owner; left out: only those who are `returning`. */
  readonly mayReturn?: boolean
  /** This thread has brought back all it had at the former owner: to be passed on to the `Roster`. */
  recovered(): void
  /** Takes what has become of this thread's transactions so far, for those who ask for the status. Absent: it is not kept there. */
  tally?(counts: Readonly<SurvivalCounts>): void
  /** Calls `changed` at once unless all are still on their way, and whenever one has come or gone: the ids of all, see `Roster`. */
  onClients(changed: (clients: readonly string[]) => void): void
  /**
   * Stops serving at once (what clients have not yet committed they bring to the next owner), closes the host, which waits for
   * the transactions of this thread, and frees the directory.
   */
  leave(): Promise<void>
  /** Frees the directory as soon as can be, as if this thread had ended: what is under way is cut off. Absent: that cannot be done. */
  cutOff?(): void
  /** Resolves when the directory is ours no longer without `leave()`: the owner's worker has died. Never rejects. */
  readonly gone: Promise<void>
}

/** Another has it, and serves it. */
export interface FoundOwner {
  readonly type: 'other'
  /** The hello is behind it. Not yet started: nothing that came after the owner's hello is lost. */
  readonly port: HostPort
  readonly owner: OwnerFacts
  /** Resolves when the owner is gone or serves us no longer, by whatever says so first; so may a `close` of the port. Never rejects. */
  readonly gone: Promise<void>
  /** Takes the owner's clients, at first and whenever they have changed. Absent: the platform has no use for it. */
  noteClients?(clients: readonly string[]): void
  /**
   * Lets go of the port, whether the owner is gone or not. Where this is a goodbye, the port's `leave` message has been sent; else
   * this thread is on its way to the next owner.
   */
  leave(how?: { readonly isGoodbye: boolean }): void
}

/** What a member needs of the owner's hello. */
export interface OwnerFacts {
  /** For warnings: what can be said of who it is, such as `process 4711 of host1`; null: nothing. */
  readonly title: string | null
  /** The ids of the owner's clients, this one among them. The port's `roster` messages bring it up to date. */
  readonly clients: readonly string[]
}
