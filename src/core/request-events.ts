/** The tasks that fire events at requests and transactions, and what follows from them. */
import { abortError, domException, exceptionOf, transactionAborted } from '../errors.ts'
import type { Connection } from './connection.ts'
import { DatabaseEvent } from '../events/event.ts'
import { Dispatch, type Target, isObserved } from '../events/dispatch.ts'
import { FiringTask } from '../events/firing-task.ts'
import type { Request } from './request.ts'
import { type Task, queueDatabaseTask, queueInPlace } from '../events/task-queue.ts'
import type { Transaction } from './transaction.ts'

/**
 * One step of the task that gives a processed request its result and fires its event.
 * https://w3c.github.io/IndexedDB/#async-execute-request, the queued task
 */
export function fireResult(request: Request): 'over' | 'called' {
  if (!request.dispatch) {
    if (!takeFromList(request)) return 'over'
    takeResult(request)
    const event = request.failure ? errorEvent(request) : successEvent(request)
    if (!event) return resultFired(request, { hasFailed: request.failure !== null, dispatch: null })
    request.dispatch = new Dispatch(request, event)
  }
  const { dispatch } = request
  if (dispatch.step() === 'called') return 'called'
  request.dispatch = null
  // The request's own failure may by now be that of a cursor's next iteration.
  return resultFired(request, { hasFailed: dispatch.event.type === 'error', dispatch })
}

/** False when an abort has made the request's event another task's business. */
function takeFromList(request: Request): boolean {
  const { transaction, failure } = request
  // Step 5.3: the request is still in the list, and fails with the others in it.
  // Deviates from browsers: they give a request that fails after commit() its own error, the specification AbortError.
  if (failure && transaction.state === 'committing') transaction.abort(exceptionOf(failure))
  if (transaction.state === 'finished') return false
  const first = transaction.requests.shift()
  if (first !== request) throw new Error('unreachable: answers come in the order of the requests')
  return true
}

function takeResult(request: Request): void {
  const { transaction } = request
  request.isDone = true
  request.result = undefined
  request.error = null
  try {
    if (!request.failure) request.result = request.reader.result(request)
  } catch (error) {
    request.failure = transaction.failureOf(error)
  }
  if (request.failure) {
    request.error = exceptionOf(request.failure)
    transaction.failuresSeen++
  }
  if (transaction.state === 'inactive') transaction.state = 'active'
}

/** Queues the tasks of requests that were held back, each right after the one before it. */
export function fireHeldBack(requests: readonly Request[]): void {
  if (requests.length > 0) queueDatabaseTask(new FireHeldBack(requests))
}

/** One task after another: a turn of the event loop may come between them, but no other task. */
class FireHeldBack implements Task {
  nextTask: Task | null = null
  readonly #requests: readonly Request[]
  #next = 0

  constructor(requests: readonly Request[]) {
    this.#requests = requests
  }

  step(): 'over' | 'called' {
    if (this.#requests[this.#next]?.step() === 'called') return 'called'
    this.#next++
    if (this.#next < this.#requests.length) queueInPlace(() => queueDatabaseTask(this))
    return 'over'
  }

  cutOff(error: unknown): void {
    this.#requests[this.#next]?.cutOff(error)
  }
}

/** What follows once the event is over; `dispatch` is null when no listener could observe it. */
function resultFired(
  { transaction, error }: Request,
  { hasFailed, dispatch }: { hasFailed: boolean; dispatch: Dispatch | null },
): 'over' {
  if (transaction.isMidCall) transaction.cutOff(null)
  // A listener may itself have committed or aborted.
  if (transaction.state !== 'active') return 'over'
  transaction.state = 'inactive'
  if (dispatch?.threw) transaction.abort(listenerThrew())
  else if (hasFailed && !dispatch?.event.defaultPrevented) transaction.abort(error)
  else transaction.commitIfIdle()
  return 'over'
}

/** https://w3c.github.io/IndexedDB/#fire-success-event; null when no listener can observe it. */
function successEvent(request: Request): Event | null {
  return isObserved(request, 'success') ? new DatabaseEvent('success') : null
}

/** https://w3c.github.io/IndexedDB/#fire-error-event */
function errorEvent(target: Target): Event | null {
  if (!isObserved(target, 'error')) return null
  return new DatabaseEvent('error', { bubbles: true, cancelable: true })
}

/** Queues a task for each request an abort has interrupted: it fails with AbortError, which says what went wrong. */
export function fireAbortedRequests(transaction: Transaction): void {
  const { requests } = transaction
  for (let request = requests.shift(); request; request = requests.shift()) {
    request.isProcessed = true
    queueDatabaseTask(new FireAbortedRequest(request, transaction.error))
  }
}

/** https://w3c.github.io/IndexedDB/#abort-a-transaction, step 6. */
class FireAbortedRequest extends FiringTask {
  protected readonly target: Request
  readonly #reason: DOMException | null

  constructor(request: Request, reason: DOMException | null) {
    super()
    this.target = request
    this.#reason = reason
  }

  protected begin(): Event | null {
    const request = this.target
    request.isDone = true
    request.result = undefined
    request.error = abortError(transactionAborted, this.#reason)
    return errorEvent(request)
  }

  protected end(): void {}
}

/** Queues the event that ends a transaction. */
export function fireTransactionEvent(transaction: Transaction, type: 'complete' | 'abort'): void {
  queueDatabaseTask(new FireTransactionEvent(transaction, type))
}

class FireTransactionEvent extends FiringTask {
  protected readonly target: Transaction
  readonly #type: 'complete' | 'abort'

  constructor(transaction: Transaction, type: 'complete' | 'abort') {
    super()
    this.target = transaction
    this.#type = type
  }

  protected begin(): Event | null {
    const transaction = this.target
    if (transaction.upgrade) leaveUpgrade(transaction.connection, this.#type)
    transaction.state = 'finished'
    if (!isObserved(transaction, this.#type)) return null
    return new DatabaseEvent(this.#type, { bubbles: this.#type === 'abort' })
  }

  protected end(): void {
    // Where the beginning was cut off: no request may wait for a transaction that is over.
    this.target.state = 'finished'
    this.target.upgrade?.openRequest.upgradeEnded(this.#type)
  }
}

/** The host closes the connection of an aborted upgrade. https://w3c.github.io/IndexedDB/#open-a-database-connection */
function leaveUpgrade(connection: Connection, outcome: 'complete' | 'abort'): void {
  connection.finishedUpgrade = connection.upgradeTransaction
  connection.upgradeTransaction = null
  // Deviates from browsers: Firefox fires `close` where a listener of `upgradeneeded` has thrown; to the specification
  // nothing abnormal has closed the connection.
  if (outcome === 'abort') connection.closePending = true
}

/** The error of a transaction one of whose listeners threw. */
export function listenerThrew(): DOMException {
  return domException('AbortError', `${transactionAborted}: a listener threw an exception`)
}
