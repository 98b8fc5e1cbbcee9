/**
 * What a realm has asked of a directory, under any owner: its requests, its connections, their transactions. Owners come and
 * go; what is asked while there is none waits, and what was under way at one that is gone is brought to the next.
 */
import { type Failure, inPlace } from '../../errors.ts'
import { queueIdleTimer, queueTurn } from '../../event-loop/turn.ts'
import type { SurvivalCounts } from '../../protocol/load.ts'
import type {
  DeleteListener,
  Host,
  HostConnection,
  HostRequest,
  OpenListener,
  Receiver,
} from '../../protocol/protocol.ts'
import { BringingOver } from './bringing-over.ts'
import { CommitMarks } from './commit-marks.ts'
import { MemberConnection } from './member-connection.ts'
import type { MemberTransaction } from './transaction/member-transaction.ts'
import { OpenRequest, type OpenServices } from './open-request.ts'
import { newCounts } from './reasons.ts'
import { type Databases, DeleteRequest, ListRequest, type SessionRequest } from './requests.ts'
import type { ConnectionServices, Farewell } from './services.ts'

/** What a session is made of. */
export interface SessionOptions {
  /** The realm's name at owners. */
  readonly client: string
  /** What `default` durability means to it. */
  readonly durability: 'relaxed' | 'strict'
  /** Absent or null: nothing is kept of what is committed while the realm ends. */
  readonly farewell?: Farewell | null
  /** Called when something waits for an owner. */
  readonly wanted: () => void
  /** Called when something is asked that may have to wait for others. */
  readonly asked: () => void
  /** Called when the owner has turned out to be gone. */
  readonly ownerLost: () => void
  /** Called when nothing is asked and nothing open any more. */
  readonly idle: () => void
}

/** An owner, as the session uses it. */
export interface SessionHost {
  readonly host: Host
  /** Whether it is this realm's own. */
  readonly isOwn: boolean
  /** To be called when everything that was under way at the former owner is there again. */
  readonly recovered: () => void
  /** Takes what has become of this realm's transactions so far; left out: nobody there wants to know. */
  readonly tally?: (counts: Readonly<SurvivalCounts>) => void
}

/** How long what was cancelled waits for an owner: one that is stopped may take any length of time. */
const cancelledMs = 2_000

export class Session
  implements ConnectionServices<MemberTransaction, MemberConnection>, OpenServices
{
  readonly marks: CommitMarks
  readonly counts = newCounts()
  readonly durability: 'relaxed' | 'strict'
  readonly farewell: Farewell | null
  readonly transactions = new Map<MemberTransaction, MemberConnection>()
  isSettled = false
  hasClients = false
  /** How many answers have come: it stands still when an owner says nothing. */
  heardCount = 0
  readonly #options: SessionOptions
  readonly #requests = new Set<SessionRequest>()
  readonly #connections = new Set<MemberConnection>()
  #at: SessionHost | null = null
  #isTallyQueued = false
  #isClosing = false
  /** Its transactions at its own host, which it is leaving. */
  readonly #leaving = new Set<MemberTransaction>()
  /** Called when they are over. */
  #left = (): void => {}
  /** Called when nothing is asked and nothing open any more. */
  #idle = (): void => {}

  constructor(options: SessionOptions) {
    this.#options = options
    this.durability = options.durability
    this.marks = new CommitMarks(options.client)
    this.farewell = options.farewell ?? null
    this.farewell?.listen(() => {
      for (const transaction of this.transactions.keys()) transaction.keep()
    })
  }

  get isOwn(): boolean {
    return this.#at?.isOwn ?? false
  }

  /** Whether nothing is asked and nothing open. */
  get isIdle(): boolean {
    return this.#requests.size === 0 && this.#connections.size === 0
  }

  /** Whether something is asked, or a transaction is under way. */
  get isBusy(): boolean {
    return this.#requests.size + this.transactions.size > 0
  }

  /** Whether an answer is awaited. */
  get isAwaiting(): boolean {
    if (this.#requests.size > 0) return true
    for (const transaction of this.transactions.keys()) if (transaction.isAwaited) return true
    return false
  }

  databases(receiver: Receiver<Databases>): void {
    this.#add(new ListRequest(this, receiver))
  }

  open(name: string, version: number | undefined, listener: OpenListener): HostRequest {
    return this.#add(new OpenRequest(this, { name, version, listener }))
  }

  delete(name: string, listener: DeleteListener): HostRequest {
    return this.#add(new DeleteRequest(this, name, listener))
  }

  /** There is an owner: brings over what was under way at the former one, then asks what waits. */
  use(at: SessionHost): void {
    this.#at = at
    const bringingOver = new BringingOver(at.host, {
      isCurrent: () => this.#at === at,
      ownerLost: () => this.ownerLost(),
    })
    const [transactions, connections] = [this.transactions, this.#connections]
    bringingOver.begin({ transactions, connections }, () => {
      this.isSettled = true
      // A request may be answered in the call, and others asked, which need not be asked once more.
      const waiting = Array.from(this.#requests)
      const first = waiting.filter(({ resumes }) => resumes)
      const others = waiting.filter(({ resumes }) => !resumes)
      this.#askAll(at, first)
      if (this.#at !== at) return
      // The owner lets those of others go ahead.
      at.recovered()
      this.#tellTally()
      this.#askAll(at, others)
    })
  }

  /** Where there is no owner the next one is told. */
  #tellTally(): void {
    this.#isTallyQueued = false
    const hasCounted = Object.values(this.counts).some((count) => count > 0)
    if (this.#at && hasCounted) this.#at.tally?.(this.counts)
  }

  #askAll(at: SessionHost, waiting: readonly SessionRequest[]): void {
    for (const request of waiting) {
      if (this.#at === at && this.#requests.has(request)) request.ask(at.host)
    }
  }

  /** The owner is gone. */
  ownerLost(): void {
    if (!this.#at) return
    this.#leave()
    this.left()
    for (const request of this.#requests) request.ownerLost()
    this.#options.ownerLost()
  }

  /**
   * This realm, which is the owner, stops being it. What is new waits, and those transactions go on to their end that its host has;
   * resolves when those are over that may wait for clients' there.
   */
  async leaveOwn(): Promise<void> {
    this.#leave()
    for (const connection of this.#connections) connection.leaveOwn()
    for (const request of this.#requests) request.ownerLost()
    this.#leaving.clear()
    for (const transaction of this.transactions.keys()) {
      if (transaction.isAtOwner) this.#leaving.add(transaction)
    }
    if (this.#leaving.size > 0) await new Promise<void>((resolve) => (this.#left = resolve))
  }

  /** Nothing more comes from the owner that was. */
  left(): void {
    for (const transaction of this.transactions.keys()) transaction.ownerLost()
    for (const connection of this.#connections) connection.ownerLost()
  }

  /** No owner is to be had: everything ends. */
  fail(reason: Failure): void {
    const at = (database: string): Failure => inPlace(reason, { database })
    for (const [transaction, { name }] of this.transactions) transaction.lose(at(name))
    for (const request of this.#requests) request.fail(reason)
    for (const connection of this.#connections) connection.lose(at(connection.name))
  }

  /** Cancels all requests, shuts down all connections, and resolves when all have ended. */
  async close(): Promise<void> {
    const idle = new Promise<void>((resolve) => (this.#idle = resolve))
    this.#isClosing = true
    for (const request of this.#requests) request.cancel()
    for (const connection of this.#connections) connection.shutDown()
    if (!this.isIdle) await idle
    this.#isClosing = false
  }

  count(kind: keyof SurvivalCounts): void {
    this.counts[kind]++
    if (this.#isTallyQueued) return
    this.#isTallyQueued = true
    queueTurn(() => this.#tellTally())
  }

  heard(): void {
    this.heardCount++
  }

  connect(host: HostConnection): MemberConnection {
    const connection = new MemberConnection(this, host)
    this.#connections.add(connection)
    return connection
  }

  transactionBegun(transaction: MemberTransaction, connection: MemberConnection): void {
    this.transactions.set(transaction, connection)
    this.#options.asked()
  }

  transactionEnded(transaction: MemberTransaction): void {
    this.transactions.delete(transaction)
    if (this.#leaving.delete(transaction) && this.#leaving.size === 0) this.#left()
  }

  connectionEnded(connection: MemberConnection): void {
    this.#connections.delete(connection)
    this.#noteEnd()
  }

  answered(request: SessionRequest): void {
    this.heard()
    this.#requests.delete(request)
    this.#noteEnd()
  }

  unlessAsked(request: SessionRequest, giveUp: () => void): void {
    queueIdleTimer(() => {
      if (this.#requests.has(request) && !this.isSettled) giveUp()
    }, cancelledMs)
  }

  opened(connection: MemberConnection): void {
    // It was asked for before closing began.
    if (this.#isClosing) connection.shutDown()
  }

  #add<Request extends SessionRequest>(request: Request): Request {
    this.#requests.add(request)
    this.#options.asked()
    const at = this.#at
    if (!at) this.#options.wanted()
    else if (this.isSettled) request.ask(at.host)
    return request
  }

  #leave(): void {
    this.#at = null
    this.isSettled = false
  }

  #noteEnd(): void {
    if (!this.isIdle) return
    this.#idle()
    this.#options.idle()
  }
}
