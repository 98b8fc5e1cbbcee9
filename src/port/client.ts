/** The realm's end of a port: a `Host` that lives in another thread. */
import { type Failure, inPlace } from '../errors.ts'
import { queueReaction } from '../base/node-callbacks.ts'
import { append, bareCopy } from '../base/own-property.ts'
import { AskedCopies } from './asking/copies.ts'
import type { ConnectOptions, OwnerPort } from './asking/owner-port.ts'
import {
  answerTo,
  failWaiting,
  type Listings,
  tellAsking,
  tellBlocked,
  type Waiting,
} from './asking/waiting.ts'
import { ended, nonsense, unreadable } from './asking/reasons.ts'
import { Budget } from './flow/budget.ts'
import { Receipts } from './flow/receipts.ts'
import { complaintOf, demand } from './malformed.ts'
import { Outbox } from './outbox.ts'
import { ParcelReader } from './parcel.ts'
import { readAnswer, writeCall } from './codec.ts'
import { deliveredOf, PortConnection } from './asking/port-connection.ts'
import { type PortCaller, PortTransaction } from './handles.ts'
import type { Answer, Call, HostPort } from './messages.ts'
import { remote } from './mark.ts'
import type {
  AttachListener,
  CommitMark,
  CommitOutcome,
  DeleteListener,
  HostRequest,
  OpenListener,
  Receiver,
  RequestOrigin,
  TransactionListener,
} from '../protocol/protocol.ts'
import type { ChangeListener } from '../protocol/changes.ts'
import type { DatabaseCounters, SurvivalCounts } from '../protocol/load.ts'
import { afterCheckpoint } from '../event-loop/checkpoint.ts'
import { ref, unref } from '../event-loop/turn.ts'

/**
 * The host that `serve` serves at the other end of `port`. The port keeps the process alive while an answer is awaited.
 * When it closes, or what comes is no answer, everything fails as if closed by force, and so does all that is asked later.
 */
export function connectHost(port: HostPort, options: ConnectOptions = {}): OwnerPort {
  // What all objects inherit is no option.
  const own = bareCopy(options)
  const host = new PortHost(port, own)
  port.addEventListener('message', ({ data }) => host.received(data))
  port.addEventListener('messageerror', ({ error = unreadable }) =>
    host.disconnect(nonsense(complaintOf(error))),
  )
  port.addEventListener('close', ({ reason = ended }) => host.disconnect(reason))
  if (typeof port.trust === 'function') port.trust()
  port.start?.()
  unref(port)
  own.presence?.show((name) => host.call({ type: 'present', id: 0, name }))
  return host
}

class PortHost implements OwnerPort, PortCaller {
  readonly #port: HostPort
  readonly #outbox: Outbox<Call>
  readonly #waiting = new Map<number, Waiting>()
  readonly #connections = new Map<number, PortConnection>()
  readonly #transactions = new Map<number, PortTransaction>()
  readonly watches = new Map<number, ChangeListener>()
  readonly copies = new AskedCopies(this)
  #lastId = 0
  #awaitedCount = 0
  /** Told when the owner says that it is there. */
  readonly #pings: (() => void)[] = []
  readonly #receipts = new Receipts()
  /** What is held back until the owner has answered more. */
  readonly budget = new Budget()
  /** Why no more answers come; null while they may. Never null again: a client whose owner is gone stays so. */
  #goneFor: Failure | null = null

  /** Ends the watch over the owner's thread; null while there is none. */
  #stopWatching: (() => void) | null = null
  readonly #options: ConnectOptions

  constructor(port: HostPort, options: ConnectOptions) {
    this.#port = port
    this.#options = options
    // So the commit that a transaction offers goes along with what it was asked.
    const sending = { timing: afterCheckpoint, sent: () => {} }
    this.#outbox = new Outbox(port, writeCall, sending)
  }

  databases(receiver: Receiver<Listings>): void {
    const id = this.#wait({ type: 'databases', receiver })
    this.call({ type: 'databases', id })
  }

  open(
    name: string,
    version: number | undefined,
    listener: OpenListener,
    origin?: RequestOrigin,
  ): HostRequest {
    const id = this.#wait({ type: 'open', name, listener })
    this.call({ type: 'open', id, name, version, origin: remote(origin) })
    return { cancel: () => this.call({ type: 'cancel', id }) }
  }

  delete(name: string, listener: DeleteListener, origin?: RequestOrigin): HostRequest {
    const id = this.#wait({ type: 'delete', listener, mark: origin?.mark ?? null })
    this.call({ type: 'delete', id, name, origin: remote(origin) })
    return { cancel: () => this.call({ type: 'cancel', id }) }
  }

  recovered(): void {
    this.call({ type: 'recovered', id: 0 })
  }

  tally(counts: Readonly<SurvivalCounts>): void {
    this.call({ type: 'tally', id: 0, counts })
  }

  ping(answered: () => void): void {
    append(this.#pings, answered)
    this.call({ type: 'ping', id: 0 })
    // Also where what was to send the rest was lost, see `CheckpointPlatform.wake`.
    this.#outbox.flush()
  }

  leave(): void {
    if (!this.#goneFor) this.#outbox.end({ type: 'leave', id: 0 })
  }

  attach(
    name: string,
    version: number,
    listener: AttachListener,
    incarnation: number | null = null,
  ): void {
    const id = this.#wait({ type: 'attach', name, listener })
    this.call({ type: 'attach', id, name, version, incarnation })
  }

  outcomeOf(
    name: string,
    mark: CommitMark,
    receiver: Receiver<CommitOutcome>,
    incarnation: number | null = null,
  ): void {
    const id = this.#wait({ type: 'outcomeOf', receiver })
    this.call({ type: 'outcomeOf', id, name, mark, incarnation })
  }

  inspect(connection: number, receiver: Receiver<DatabaseCounters>): void {
    const id = this.#wait({ type: 'inspect', receiver })
    this.call({ type: 'inspect', id, connection })
  }

  forgetMarks(client: string): void {
    this.call({ type: 'forgetMarks', id: 0, client })
  }

  forgetDeletion(mark: CommitMark): void {
    this.call({ type: 'forgetDeletion', id: 0, mark })
  }

  nextId(): number {
    return ++this.#lastId
  }

  call(call: Call): void {
    const reason = this.#goneFor
    if (reason) return queueReaction(() => this.#failAll(reason))
    // What ends in the same batch may be what its transaction waits for: then the offer would be declined.
    if (call.type === 'offerCommit') this.#outbox.postLast(call)
    else this.#outbox.post(call)
  }

  await(count: number): void {
    const previous = this.#awaitedCount
    this.#awaitedCount += count
    if (previous === 0 && this.#awaitedCount > 0) ref(this.#port)
    if (this.#awaitedCount === 0) unref(this.#port)
  }

  adopt(transaction: PortTransaction): void {
    this.#transactions.set(transaction.id, transaction)
  }

  transactionOf(listener: TransactionListener): PortTransaction | null {
    for (const transaction of this.#transactions.values()) {
      if (transaction.listener === listener) return transaction
    }
    return null
  }

  release({ id }: PortTransaction): void {
    this.#transactions.delete(id)
  }

  /** Takes what has come. Whatever goes wrong with it ends the connection to its sender, and nothing else. */
  received(message: unknown): void {
    try {
      const parcel = new ParcelReader(message)
      const parcels = this.#receipts.received(parcel.sizeBytes)
      if (parcels > 0) this.call({ type: 'ack', id: 0, parcels })
      while (!this.#goneFor && !parcel.isAtEnd) this.#receive(readAnswer(parcel))
    } catch (error) {
      this.disconnect(nonsense(complaintOf(error)))
    }
  }

  /** No more answers will come. */
  disconnect(reason: Failure): void {
    if (this.#goneFor) return
    const placed = inPlace(reason, this.#options.place)
    this.#goneFor = placed
    this.#stopWatching?.()
    this.#port.end?.()
    this.#failAll(placed)
    this.#options.gone?.(placed)
  }

  /** Answers for what is over on this side are on their way for a while; they are dropped. */
  #receive(answer: Answer): void {
    const { id } = answer
    demand(id <= this.#lastId, 'answers a call that was never made')
    switch (answer.type) {
      case 'versionChange':
      case 'closing':
      case 'closed':
      case 'changed':
      case 'missed':
        return this.#receiveAboutDatabase(answer)
      case 'done':
        return this.#transactions.get(id)?.done(answer.result)
      case 'record':
        return this.#transactions.get(id)?.record(answer.record)
      case 'longRecord':
        return this.#transactions.get(id)?.longRecord(answer.record, answer.sizeBytes)
      case 'part':
        return this.#transactions.get(id)?.part(answer.record)
      case 'operationFailed':
        return this.#transactions.get(id)?.failed(answer.failure)
      case 'wentAhead':
      case 'caughtUp':
      case 'declined':
      case 'committed':
        return this.#transactions.get(id)?.[answer.type]()
      case 'aborted':
        return this.#transactions.get(id)?.aborted(answer.failure)
      case 'present':
      case 'dismissed':
      case 'leave':
      case 'pong':
      case 'roster':
        return this.#receiveAboutOwner(answer)
      default:
        return this.#answerRequest(answer)
    }
  }

  #receiveAboutDatabase(answer: Extract<Answer, { type: AnswerAboutDatabase }>): void {
    const { id } = answer
    switch (answer.type) {
      case 'versionChange':
        return this.#versionChange(answer)
      case 'closing':
        return this.#connections.get(id)?.closing()
      case 'closed':
        this.#connections.get(id)?.ended(answer.failure)
        return void this.#connections.delete(id)
      case 'changed':
        return this.watches.get(id)?.changed(answer.changes, answer.isOwn)
      case 'missed':
        return this.watches.get(id)?.missed()
    }
  }

  #receiveAboutOwner(answer: Extract<Answer, { type: AnswerAboutOwner }>): void {
    switch (answer.type) {
      case 'present':
        return this.#watch(answer.name)
      case 'dismissed':
        return this.disconnect(answer.failure)
      case 'leave':
        return this.disconnect(ended)
      case 'pong':
        return this.#pings.shift()?.()
      case 'roster':
        return this.#options.roster?.(answer.clients)
    }
  }

  #watch(name: string): void {
    demand(this.#stopWatching === null, 'names its thread twice')
    const { presence } = this.#options
    this.#stopWatching = presence?.watch(name, () => this.disconnect(ended)) ?? null
  }

  #failAll(reason: Failure): void {
    for (const transaction of this.#transactions.values()) transaction.aborted(reason)
    this.copies.failAll(reason)
    for (const [id, connection] of this.#connections) {
      this.#connections.delete(id)
      connection.lost(reason)
    }
    for (const [id, waiting] of this.#waiting) {
      this.#stopWaiting(id)
      failWaiting(waiting, reason)
    }
  }

  #wait(waiting: Waiting): number {
    const id = this.nextId()
    this.#waiting.set(id, waiting)
    this.await(1)
    return id
  }

  #stopWaiting(id: number): void {
    if (this.#waiting.delete(id)) this.await(-1)
  }

  #versionChange(change: Extract<Answer, { type: 'versionChange' }>): void {
    const { id, delivery, oldVersion, newVersion, request } = change
    const connection = this.#connections.get(id)
    const delivered = () => this.call(deliveredOf(delivery, connection))
    if (connection) connection.versionChange(oldVersion, newVersion, delivered, request)
    else delivered()
  }

  #answerRequest(answer: Exclude<Answer, { type: TransactionAnswer | AnswerAboutOwner }>): void {
    if (this.copies.received(answer)) return
    const waiting = this.#waiting.get(answer.id)
    if (!waiting) return
    if (answer.type === 'asking') return tellAsking(waiting)
    if (answer.type === 'blocked') return tellBlocked(waiting, answer)
    if (answer.type === 'upgradeNeeded') return this.#upgradeNeeded(waiting, answer)
    if (answer.type === 'requestFailed') {
      this.#stopWaiting(answer.id)
      return failWaiting(waiting, answer.failure)
    }
    demand(answerTo[waiting.type] === answer.type, 'answers a request of another type')
    this.#stopWaiting(answer.id)
    if (answer.type === 'opened' && waiting.type === 'open') {
      const known = this.#connections.get(answer.id)
      waiting.listener.opened(known ?? this.#connect(waiting.name, answer))
    } else if (answer.type === 'attached' && waiting.type === 'attach') {
      waiting.listener.attached(this.#connect(waiting.name, answer))
    } else if (answer.type === 'outcome' && waiting.type === 'outcomeOf') {
      waiting.receiver.done(answer.outcome)
    } else if (answer.type === 'inspected' && waiting.type === 'inspect') {
      waiting.receiver.done(answer.counters)
    } else if (answer.type === 'deleted' && waiting.type === 'delete') {
      waiting.listener.deleted(answer.oldVersion)
      if (waiting.mark && answer.oldVersion > 0) this.forgetDeletion(waiting.mark)
    } else if (answer.type === 'listed' && waiting.type === 'databases') {
      waiting.receiver.done(answer.databases)
    }
  }

  #upgradeNeeded(waiting: Waiting, answer: Extract<Answer, { type: 'upgradeNeeded' }>): void {
    demand(waiting.type === 'open', 'starts an upgrade that was not asked for')
    demand(!this.#connections.has(answer.id), 'is a second upgrade')
    const connection = this.#connect(waiting.name, answer)
    const transaction = new PortTransaction(this, {
      id: answer.id,
      mode: 'versionchange',
      listener: null,
    })
    waiting.listener.upgradeNeeded(connection, transaction, answer.oldVersion)
  }

  #connect(name: string, answer: Extract<Answer, { type: ConnectingAnswer }>): PortConnection {
    const connection = new PortConnection(this, { ...answer, name })
    this.#connections.set(answer.id, connection)
    return connection
  }
}

type AnswerAboutOwner = 'present' | 'dismissed' | 'leave' | 'pong' | 'roster'

/** The answers that come with a connection. */
type ConnectingAnswer = 'opened' | 'attached' | 'upgradeNeeded'

type AnswerAboutDatabase = 'versionChange' | 'closing' | 'closed' | 'changed' | 'missed'

type TransactionAnswer =
  | AnswerAboutDatabase
  | 'done'
  | 'record'
  | 'longRecord'
  | 'part'
  | 'operationFailed'
  | 'wentAhead'
  | 'caughtUp'
  | 'declined'
  | 'committed'
  | 'aborted'
