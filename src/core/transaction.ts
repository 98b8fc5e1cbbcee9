/**
 * Transactions: their request list, their states, commit and abort.
 *
 * All step numbers and links of this room refer to the draft of 2025-08-13, https://w3c.github.io/IndexedDB/.
 * https://w3c.github.io/IndexedDB/#transaction-construct
 */
import type { Hold } from '../base/hold.ts'
import { append } from '../base/own-property.ts'
import {
  type Failure,
  exceptionOf,
  failureOf,
  failure as failureWith,
  reasonOf,
} from '../errors.ts'
import type {
  DatabaseSchema,
  Durability,
  HostTransaction,
  Operation,
  OperationReceiver,
  TransactionListener,
  TransactionMode,
} from '../protocol/protocol.ts'
import type { Trace } from '../explain/explainer.ts'
import type { Place } from '../explain/place.ts'
import { holdCollection } from '../kept-objects/collect.ts'
import type { KeptPlace } from '../kept-objects/kept-store.ts'
import { CallLine } from './call-line.ts'
import type { Connection } from './connection.ts'
import { Target, isObserved } from '../events/dispatch.ts'
import { inactive, traceOf } from './inactive.ts'
import { fireAbortedRequests, fireHeldBack, fireTransactionEvent } from './request-events.ts'
import type { ObjectStoreHandle } from './handles.ts'
import type { OpenRequest } from './open-request.ts'
import { RequestList } from './request-list.ts'
import { type Span, spanOf } from './span.ts'
import type { Request } from './request.ts'
import { type Cleanup, type Task, queueDatabaseTask, queueInPlace } from '../events/task-queue.ts'

/** https://w3c.github.io/IndexedDB/#transaction-lifecycle */
type TransactionState = 'active' | 'inactive' | 'committing' | 'finished'

/** What only an upgrade transaction has. */
export interface Upgrade {
  readonly openRequest: OpenRequest
  /** The committed schema, to go back to on abort. */
  readonly oldSchema: DatabaseSchema
}

export class Transaction extends Target implements TransactionListener, Cleanup {
  readonly connection: Connection
  readonly mode: TransactionMode
  readonly durability: Durability
  /** Ids of the object stores in scope, each once; null for an upgrade transaction: all there are. */
  readonly scope: readonly number[] | null
  /** Not null when and only when this is an upgrade transaction. */
  readonly upgrade: Upgrade | null
  /** What it has been through; null: the option `explain` is off. */
  readonly trace: Trace | null
  /** What is told of it; null: it is told to no one. */
  readonly span: Span | null
  state: TransactionState = 'inactive'
  /** Set while a call asks something of it. If it is still set afterwards, the call was cut off half-way, and the transaction ends. */
  isMidCall = false
  /** What keeps it alive though nothing is asked of it; null: nothing does. */
  hold: Hold<Request> | null = null
  nextCleanup: Cleanup | null = null
  error: DOMException | null = null
  readonly requests = new RequestList()
  /** How many requests are placed and not yet processed. */
  unprocessed = 0
  /** Failures dispatched so far; see `HostTransaction.commit`. */
  failuresSeen = 0
  /** The first of those made so far, each store's once, which are linked. No list or map: most transactions have one. */
  handles: ObjectStoreHandle | null = null
  /** Processed requests whose events must not fire yet; null when and only when it runs ahead of no other transaction. */
  #heldBack: Request[] | null = null
  /** Calls to the host, some of which wait for the bytes of a value; null: none ever did. */
  #calls: CallLine | null = null
  /** Answers of the host, some of which wait for objects of a value; null: none ever did. */
  #answers: CallLine | null = null
  /** Whether it is committing, and only answers that may yet become failures keep the host from being told. */
  #awaitsAnswers = false
  /** Whether it is committing only if the host does not decline. */
  #isOffered = false
  /** Keeps what it keeps elsewhere from being collected; null: it keeps nothing there. */
  #collectionHold: Promise<() => void> | null = null
  #host: HostTransaction | null = null

  /** `created`: where the program has asked for it; null: the option `explain` is off. */
  constructor(
    connection: Connection,
    mode: TransactionMode,
    durability: Durability,
    scope: readonly number[] | null,
    upgrade: Upgrade | null,
    created: Place | null,
  ) {
    super()
    this.connection = connection
    this.mode = mode
    this.durability = durability
    this.scope = scope
    this.upgrade = upgrade
    this.trace = created && traceOf(this, created)
    this.span = spanOf(this)
  }

  override get parent(): Target {
    return this.connection
  }

  /** Must be called once, before anything is placed. */
  attach(host: HostTransaction): void {
    this.#host = host
  }

  get host(): HostTransaction {
    if (!this.#host) throw new Error('unreachable: the transaction has no host yet')
    return this.#host
  }

  execute(operation: Operation, receiver: OperationReceiver): void {
    if (!this.#calls?.isWaiting) return this.host.execute(operation, receiver)
    if (operation.type === 'put') operation.value.keep()
    this.#calls.make(() => this.host.execute(operation, receiver))
  }

  /** Holds back all later calls to the host until `ready` has settled and the call it gives was made. */
  holdUntil(ready: Promise<() => void>): void {
    this.#calls ??= new CallLine()
    this.#calls.holdUntil(ready)
  }

  /** Resolves when nothing that is kept at `place` is collected until the transaction has ended. */
  async holdCollection(place: KeptPlace): Promise<void> {
    this.#collectionHold ??= holdCollection(place)
    await this.#collectionHold
  }

  #releaseCollection(): void {
    // Where it could not be had, its request has failed.
    this.#collectionHold?.then(
      (release) => release(),
      () => {},
    )
  }

  /** The host has answered. https://w3c.github.io/IndexedDB/#async-execute-request, from step 5.3 on. */
  processed(request: Request): void {
    if (this.state === 'finished') return
    if (request.lateValues) return this.#waitFor(request)
    if (this.#answers?.isWaiting) this.#answers.make(() => this.#takeAnswer(request))
    else this.#takeAnswer(request)
  }

  /** What was read takes time. Later answers come after it, and so does the end of the transaction. */
  #waitFor(request: Request): void {
    this.#answers ??= new CallLine()
    this.#answers.holdUntil(request.settle().then(() => () => this.#takeAnswer(request)))
  }

  #takeAnswer(request: Request): void {
    if (this.state === 'finished') return
    if (this.#isOffered && request.failure) this.#takeBack()
    this.unprocessed--
    this.span?.answered(request)
    queueDatabaseTask(request)
    if (request.next?.isAhead) request.next.done(undefined)
    if (!this.#awaitsAnswers || this.unprocessed > 0) return
    // The one that is ahead may be the last, and comes first.
    this.#awaitsAnswers = false
    this.#commitUnlessFailed()
  }

  /** Answers a request just placed, whose result is here already, in its turn. */
  answer(request: Request): void {
    // It counts itself.
    if (this.unprocessed === 1) request.done(undefined)
    else request.isAhead = true
  }

  /** Fails a request that the host has not been asked, in its turn. */
  fail(request: Request, failure: Failure): void {
    request.failure = failure
    if (this.requests.isNext(request)) request.done(undefined)
    else request.isAhead = true
  }

  wentAhead(): void {
    this.#heldBack = []
  }

  /** In a task: the `complete` of the transaction it ran ahead of is queued, what was answered until then is held back. */
  caughtUp(): void {
    this.queueTask(() => {
      const requests = this.#heldBack ?? []
      this.#heldBack = null
      queueInPlace(() => fireHeldBack(requests))
    })
  }

  /** Queues a task of one step. */
  queueTask(run: () => void): void {
    queueDatabaseTask(new TransactionTask(this, run))
  }

  /** Whether the request's event must not fire yet; then the request's task runs once more when it may. */
  holdsBack(request: Request): boolean {
    if (!this.#heldBack || this.state === 'finished') return false
    append(this.#heldBack, request)
    if (this.state === 'inactive' && this.#isDecided(this.#heldBack)) this.commit()
    return true
  }

  /**
   * Whether nothing can keep it from committing: it has all its answers, and no listener observes any. One that is added
   * before the event fires does observe it, as if `commit()` had been called.
   */
  #isDecided(heldBack: readonly Request[]): boolean {
    if (this.unprocessed > 0 || heldBack.at(-1)?.next !== null) return false
    return !heldBack.some((request) => request.failure !== null || isObserved(request, 'success'))
  }

  /** https://w3c.github.io/IndexedDB/#cleanup-indexed-database-transactions */
  cleanUp(): void {
    if (this.isMidCall) return this.cutOff(null)
    if (this.state !== 'active') return
    this.state = 'inactive'
    this.commitIfIdle()
  }

  /** Commits a transaction that nothing more can happen to. */
  commitIfIdle(): void {
    if (this.state !== 'inactive') return
    if (this.requests.isEmpty) this.commit()
    else if (this.connection.host.isRemote && this.#isOfferable()) this.#offerCommit()
  }

  /**
   * Whether nothing can come between its operations and its commit once all have succeeded: no listener observes that, and no
   * step of this realm may still fail. What reads only needs no offer, see `PortTransaction.commit`.
   */
  #isOfferable(): boolean {
    if (this.mode !== 'readwrite' || this.unprocessed === 0 || this.#calls || this.#answers)
      return false
    return this.requests.isWithin(longestOffered) && !this.requests.some(isDecisive)
  }

  /**
   * Has the commit travel with the operations, which saves a round trip. Until the host declines, which takes little more than a
   * round trip, it is to script as if it had called `commit()`.
   */
  // Deviates: by the specification it stays inactive, and can be aborted, until its results are handled.
  #offerCommit(): void {
    this.trace?.ended('committed')
    this.state = 'committing'
    this.#isOffered = true
    this.host.offerCommit(this.failuresSeen)
  }

  declined(): void {
    this.#takeBack()
    if (this.state === 'inactive' && this.requests.isEmpty) this.commit()
  }

  #takeBack(): void {
    this.#isOffered = false
    if (this.state === 'committing') this.state = 'inactive'
  }

  /** https://w3c.github.io/IndexedDB/#commit-a-transaction */
  commit(): void {
    this.trace?.ended('committed')
    this.state = 'committing'
    if (this.#calls) this.#calls.make(() => this.#commitInTurn())
    else this.#commitInTurn()
  }

  /** All its calls to the host are made. What the host finds out it minds itself; what is read may still fail here. */
  #commitInTurn(): void {
    if (this.unprocessed > 0 && this.requests.some(mayFailHere)) this.#awaitsAnswers = true
    else this.#commitUnlessFailed()
  }

  /** A request that has failed, and whose event is still to come, aborts the transaction then. */
  #commitUnlessFailed(): void {
    if (this.state !== 'committing' || this.requests.some(hasFailed)) return
    this.host.commit(this.failuresSeen)
  }

  /** https://w3c.github.io/IndexedDB/#abort-a-transaction; `error` null: script called `abort()`. */
  abort(error: DOMException | null): void {
    if (this.state === 'finished') return
    // Its events are queued first: the host may start a waiting transaction and answer its requests at once.
    this.#endAborted(error)
    // Where its making was cut off it does not know the host's.
    if (this.#host) this.#host.abort()
    else this.connection.host.abortOf(this)
  }

  /** The failure for what was thrown on the way to storage or back. */
  failureOf(error: unknown): Failure {
    return failureOf(error, { database: this.connection.host.name })
  }

  /** Something of it has ended half-way, with `error` or without a word: ends the whole of it. */
  cutOff(error: unknown): void {
    this.isMidCall = false
    const title = 'The transaction was aborted: one of its calls or events was interrupted'
    const facts = { code: 'ERR_IDB_CUT_OFF', database: this.connection.host.name } as const
    const reason = failureWith('UnknownError', title, { detail: reasonOf(error), ...facts })
    this.abort(exceptionOf(reason))
  }

  committed(): void {
    if (this.#answers) this.#answers.make(() => this.#complete())
    else this.#complete()
  }

  #complete(): void {
    this.span?.ended()
    this.#releaseCollection()
    fireTransactionEvent(this, 'complete')
    this.upgrade?.openRequest.upgradeEnding(this.error)
  }

  /** In a task: results that came before the host gave up are dispatched first. */
  aborted(failure: Failure): void {
    const end = (): void =>
      this.queueTask(() => {
        if (this.state === 'finished') return
        queueInPlace(() => this.#endAborted(exceptionOf(failure)))
      })
    if (this.#answers) this.#answers.make(end)
    else end()
  }

  /** The steps of an abort that concern this realm; the host reverts the changes. */
  #endAborted(error: DOMException | null): void {
    this.trace?.ended('aborted', error)
    this.span?.ended(error)
    if (this.upgrade) revertUpgrade(this, this.upgrade)
    this.state = 'finished'
    this.#releaseCollection()
    this.error = error
    fireAbortedRequests(this)
    fireTransactionEvent(this, 'abort')
    this.upgrade?.openRequest.upgradeEnding(this.error)
  }
}

/** Of how many requests the commit is offered: among more, a round trip does not show, and a look at all of them does. */
const longestOffered = 16

/** Whether what becomes of a request may decide how its transaction goes on. */
function isDecisive(request: Request): boolean {
  return hasFailed(request) || mayFailHere(request) || isObserved(request, 'success')
}

function mayFailHere({ isProcessed, lateValues, reader }: Request): boolean {
  return lateValues !== null || (reader.takesRecords && !isProcessed)
}

function hasFailed({ failure }: Request): boolean {
  return failure !== null
}

/** A task of one step, which belongs to a transaction. */
class TransactionTask implements Task {
  nextTask: Task | null = null
  readonly #transaction: Transaction
  readonly #run: () => void

  constructor(transaction: Transaction, run: () => void) {
    this.#transaction = transaction
    this.#run = run
  }

  step(): 'over' {
    this.#run()
    return 'over'
  }

  cutOff(error: unknown): void {
    this.#transaction.cutOff(error)
  }
}

/** @throws TransactionInactiveError */
export function assertActive(transaction: Transaction): void {
  if (transaction.state !== 'active') throw inactive(transaction)
}

/** https://w3c.github.io/IndexedDB/#abort-an-upgrade-transaction */
function revertUpgrade({ connection, handles }: Transaction, { oldSchema }: Upgrade): void {
  connection.schema = oldSchema
  for (let handle = handles; handle; handle = handle.next) handle.revert(oldSchema)
}
