/**
 * One thread's part in a directory that several share, as a host: it finds the owner, or becomes it, when it is first asked for
 * something, and again whenever the owner is gone.
 *
 * | state    | what is asked                                                                           |
 * | -------- | --------------------------------------------------------------------------------------- |
 * | away     | nothing is: no request, no connection                                                    |
 * | looking  | waits, in order                                                                          |
 * | owner    | goes to the thread's own host                                                            |
 * | client   | goes over a port to the owner, and is kept to be asked again at the next one              |
 * | leaving  | waits; transactions of an owner go on to their end                                       |
 */
import { exceptionOf, type Failure, failure, failureOf, type FailurePlace } from '../errors.ts'
import { endLater, keepAlive, type LateEnd, now, queueIdleTimer } from '../event-loop/turn.ts'
import { connectHost } from '../port/client.ts'
import type {
  AttachListener,
  ClosableHost,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  HostRequest,
  OpenListener,
  Receiver,
} from '../protocol/protocol.ts'
import { watchOwner } from './owner-watch.ts'
import type { Found, FoundOwn, FoundOwner, Peer } from './peer.ts'
import { arrivalMs } from './roster.ts'
import type { SurvivalCounts } from '../protocol/load.ts'
import type { Databases } from './session/requests.ts'
import { Session } from './session/session.ts'

/** What a member is made of. */
export interface MemberOptions {
  readonly peer: Peer
  /** Its name at owners and in marks, see `Looking`. */
  readonly client: string
  /** What `default` durability means to this thread, at whichever owner. */
  readonly durability: 'relaxed' | 'strict'
  /** Where the directory is, for failures. */
  readonly place: FailurePlace
  /** Takes what answers no call. */
  readonly report: (failure: Failure) => void
  /**
   * After how long an owner that does not use the directory itself hands it to its clients: a thread that closes and opens in
   * turn would otherwise pass it to and fro. Default: 1 s.
   */
  readonly idleMs?: number
}

/** What a member is doing. */
export type MemberState = 'away' | 'looking' | 'owner' | 'client' | 'leaving'

export class Member implements ClosableHost {
  readonly #options: MemberOptions
  readonly #session: Session
  #state: MemberState = 'away'
  /** Resolves when it is away; null: it is. */
  #running: Promise<void> | null = null
  /** Ends the look, or the stay at an owner or as one. */
  #leave = (): void => {}
  /** Resolves the stay at an owner that has turned out to be gone. */
  #ownerLost = (): void => {}
  /** Who was at the last owner; null: this thread was at none. */
  #returning: readonly string[] | null = null
  /** What it owns; null: nothing, or it has told its clients to go. */
  #owning: FoundOwn | null = null
  /** The clients of this thread, while it is the owner. */
  #clients: readonly string[] = []
  /** Keeps the thread while it awaits others as their owner; null: it is no owner. */
  #end: LateEnd | null = null
  /** Why it could not free the directory; null: it could, or that was reported. */
  #leaveFailure: Failure | null = null
  /** How many calls of `close()` wait. */
  #closes = 0
  #stopIdling: (() => void) | null = null

  constructor(options: MemberOptions) {
    const { client, durability } = options
    this.#options = options
    this.#session = new Session({
      client,
      durability,
      farewell: options.peer.farewell ?? null,
      wanted: () => this.#begin(),
      asked: () => this.#end?.look(),
      ownerLost: () => this.#ownerLost(),
      idle: () => this.#idle(),
    })
  }

  get state(): MemberState {
    return this.#state
  }

  /** What became of transactions over changes of owner. */
  get counts(): Readonly<SurvivalCounts> {
    return this.#session.counts
  }

  databases(receiver: Receiver<Databases>): void {
    this.#session.databases(receiver)
  }

  open(name: string, version: number | undefined, listener: OpenListener): HostRequest {
    return this.#session.open(name, version, listener)
  }

  delete(name: string, listener: DeleteListener): HostRequest {
    return this.#session.delete(name, listener)
  }

  attach(_name: string, _version: number, _listener: AttachListener): void {
    throw new Error('unreachable: a member brings its connections over itself')
  }

  outcomeOf(_name: string, _mark: CommitMark, _receiver: Receiver<CommitOutcome>): void {
    throw new Error('unreachable: a member settles its commits itself')
  }

  forgetMarks(_client: string): void {
    throw new Error('unreachable: a member forgets its marks itself')
  }

  forgetDeletion(_mark: CommitMark): void {
    throw new Error('unreachable: a member knows itself what has become of its deletions')
  }

  /** Leaves: an owner hands over, a client says goodbye. What is asked later finds the owner again. */
  async close(): Promise<void> {
    this.#closes++
    await this.#session.close()
    this.#leave()
    await this.#running
    this.#closes--
    const failed = this.#leaveFailure
    this.#leaveFailure = null
    if (failed) throw exceptionOf(failed)
    if (!this.#running) this.#options.peer.close?.()
  }

  #begin(): void {
    this.#running ??= this.#run()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    do {
      const stop = keepAlive()
      const found = await this.#look()
      stop()
      if (found?.type === 'own') await this.#own(found)
      if (found?.type === 'other') await this.#visit(found)
    } while (!this.#session.isIdle)
    this.#state = 'away'
    this.#running = null
  }

  /** null: none was found, which those who wait were told; or nobody waits any more. */
  async #look(): Promise<Found | null> {
    this.#state = 'looking'
    const { peer, client } = this.#options
    const givingUp = new AbortController()
    const { signal } = givingUp
    this.#leave = () => givingUp.abort()
    const handOver = (): void => {
      if (this.#state === 'owner') this.#leave()
    }
    try {
      const isBusy = (): boolean => this.#session.isBusy
      const looking = { client, returning: this.#returning, isBusy, handOver, signal }
      const found = await peer.look(looking)
      if (!signal.aborted || !this.#session.isIdle) return found
      await this.#free(found)
    } catch (error) {
      if (!signal.aborted) this.#session.fail(failureOf(error, this.#options.place))
    }
    return null
  }

  /** Never rejects. */
  async #free(found: Found): Promise<void> {
    try {
      await found.leave()
    } catch (error) {
      this.#noteLeaveFailure(failureOf(error, this.#options.place))
    }
  }

  /** Is the owner, until another is to be it, or it is no more. */
  async #own(found: FoundOwn): Promise<void> {
    this.#state = 'owner'
    const left = new Promise<'left'>((resolve) => (this.#leave = () => resolve('left')))
    const lost = new Promise<'lost'>((resolve) => (this.#ownerLost = () => resolve('lost')))
    const recovered = (): void => found.recovered()
    const tally = (counts: Readonly<SurvivalCounts>): void => found.tally?.(counts)
    this.#session.use({ host: found.host, isOwn: true, recovered, tally })
    // Others may have what this thread waits for, or be on their way with it from the former owner.
    const mayReturn = found.mayReturn ?? this.#returning !== null
    this.#session.hasClients = mayReturn
    this.#owning = found
    found.onClients((clients) => {
      // Those who were awaited are given up later, perhaps when this thread is the owner once more.
      if (this.#owning === found) this.#noteClients(clients)
    })
    const hasOthers = (): boolean => mayReturn || this.#clients.length > 0
    const isAwaiting = (): boolean => !this.#session.isSettled || this.#session.isAwaiting
    this.#end = endLater(() => hasOthers() && isAwaiting())
    const end = await Promise.race([left, lost, found.gone])
    this.#end.stop()
    this.#end = null
    if (end === 'left') return this.#leaveOwn(found)
    this.#noteReturning()
    this.#session.ownerLost()
  }

  /** The clients of this thread, which is the owner. */
  #noteClients(clients: readonly string[]): void {
    this.#clients = clients
    this.#session.hasClients = clients.length > 0
    this.#idle()
  }

  /** The clients of this thread are to return to the next owner. */
  #noteReturning(): void {
    this.#owning = null
    this.#returning = this.#clients
    this.#clients = []
    this.#session.hasClients = false
  }

  /**
   * Serves others until its own transactions are over: those that wait for a transaction of a client would otherwise come before
   * that has begun again at the next owner.
   */
  async #leaveOwn(found: FoundOwn): Promise<void> {
    this.#state = 'leaving'
    const stop = keepAlive()
    await Promise.race([this.#session.leaveOwn(), found.gone])
    this.#noteReturning()
    await this.#free(found)
    stop()
    this.#session.left()
  }

  /** Told by the `close()` that waits for it, where there is one. */
  #noteLeaveFailure(reason: Failure): void {
    if (this.#closes > 0) this.#leaveFailure = reason
    else this.#options.report(reason)
  }

  /** Is a client, until it leaves or the owner is gone. */
  async #visit(found: FoundOwner): Promise<void> {
    this.#state = 'client'
    const left = new Promise<'left'>((resolve) => (this.#leave = () => resolve('left')))
    const lost = new Promise<'lost'>((resolve) => (this.#ownerLost = () => resolve('lost')))
    const { place, client } = this.#options
    const former = this.#returning ?? []
    const since = now()
    let clients = noted(found, found.owner.clients)
    const host = connectHost(found.port, {
      place,
      gone: () => this.#ownerLost(),
      roster: (ids) => (clients = noted(found, ids)),
    })
    this.#session.use({
      host,
      isOwn: false,
      recovered: () => host.recovered(),
      tally: (counts) => host.tally(counts),
    })
    const stopWatching = watchOwner({
      isAwaiting: () => this.#session.isAwaiting,
      heardCount: () => this.#session.heardCount,
      ping: (answered) => host.ping(answered),
      warn: (silentMs) => this.#options.report(silent(found, silentMs, place)),
    })
    const end = await Promise.race([left, lost, found.gone])
    stopWatching()
    // This owner may not have known all who were at the former one.
    const late = now() - since < arrivalMs ? former : []
    this.#returning = [...new Set([...clients, ...late])]
    if (end === 'left') {
      this.#state = 'leaving'
      this.#returning = null
      host.forgetMarks(client)
      host.leave()
    }
    this.#session.ownerLost()
    found.leave({ isGoodbye: end === 'left' })
  }

  /** Nothing is asked, and nothing open, or the clients have changed. */
  #idle(): void {
    if (!this.#session.isIdle) return
    if (this.#state === 'looking') return this.#leave()
    if (this.#state !== 'owner' || this.#clients.length === 0 || this.#stopIdling) return
    this.#stopIdling = queueIdleTimer(() => {
      this.#stopIdling = null
      const isUnused = this.#session.isIdle && this.#clients.length > 0
      if (this.#state === 'owner' && isUnused) this.#leave()
    }, this.#options.idleMs ?? 1_000)
  }
}

/** Gives those clients, once the platform has them. */
function noted(found: FoundOwner, clients: readonly string[]): readonly string[] {
  found.noteClients?.(clients)
  return clients
}

/** Why nothing comes from the owner, as far as it is known. */
function silent({ owner }: FoundOwner, silentMs: number, place: FailurePlace): Failure {
  const who = owner.title === null ? '' : `, ${owner.title},`
  const message = `The owner of the storage${who} has not answered for ${silentMs / 1000} s; it may be stopped, by a debugger or a signal: what waits goes on when it does, or when it ends`
  return failure('UnknownError', message, { code: 'ERR_IDB_LOCKED', ...place })
}
