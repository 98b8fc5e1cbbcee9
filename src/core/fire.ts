/** The tasks that fire events at requests and transactions, and what follows from them. */
import { type Failure, domException, exceptionOf, failureOf } from '../errors.ts'
import { DatabaseEvent } from './event.ts'
import { type Dispatch, type Target, isObserved } from './events.ts'
import { FiringTask } from './firing-task.ts'
import type { Request } from './request.ts'
import { queueDatabaseTask } from './task-queue.ts'
import type { Transaction } from './transaction.ts'

/** Queues the task that gives a processed request its result and fires its event. */
export function fireResult(request: Request): void {
  queueDatabaseTask(new FireResult(request))
}

class FireResult extends FiringTask {
  protected readonly target: Request
  #failure: Failure | null
  /** An abort meanwhile makes the request's error event another task's business. */
  #isAborted = false

  constructor(request: Request) {
    super()
    this.target = request
    this.#failure = request.failure
  }

  /** https://w3c.github.io/IndexedDB/#async-execute-request, the queued task. */
  protected begin(): Event | null {
    const request = this.target
    const { transaction } = request
    // Step 5.3: the request is still in the list, and fails with the others in it.
    if (this.#failure && transaction.state === 'committing') {
      transaction.abort(exceptionOf(this.#failure))
    }
    this.#isAborted = !transaction.requests.delete(request)
    if (this.#isAborted) return null
    request.isDone = true
    this.#takeResult()
    if (transaction.state === 'inactive') transaction.state = 'active'
    return this.#failure ? errorEvent(request) : successEvent(request)
  }

  #takeResult(): void {
    const request = this.target
    request.result = undefined
    request.error = null
    try {
      if (!this.#failure) request.result = request.reader.result(request)
    } catch (error) {
      this.#failure = failureOf(error)
    }
    if (!this.#failure) return
    request.error = exceptionOf(this.#failure)
    request.transaction.failuresSeen++
  }

  protected end(dispatch: Dispatch | null): void {
    if (this.#isAborted) return
    const { transaction, error } = this.target
    // A listener may itself have committed or aborted.
    if (transaction.state !== 'active') return
    transaction.state = 'inactive'
    if (dispatch?.threw) return transaction.abort(listenerThrew())
    if (this.#failure && !dispatch?.event.defaultPrevented) return transaction.abort(error)
    transaction.commitIfIdle()
  }
}

/** https://w3c.github.io/IndexedDB/#fire-success-event; null when nobody can observe it. */
function successEvent(request: Request): Event | null {
  return isObserved(request, 'success') ? new DatabaseEvent('success') : null
}

/** https://w3c.github.io/IndexedDB/#fire-error-event */
function errorEvent(target: Target): Event | null {
  if (!isObserved(target, 'error')) return null
  return new DatabaseEvent('error', { bubbles: true, cancelable: true })
}

/** Queues a task for each request an abort has interrupted: it fails with AbortError. */
export function fireAbortedRequests(transaction: Transaction): void {
  for (const request of transaction.requests) {
    request.isProcessed = true
    queueDatabaseTask(new FireAbortedRequest(request))
  }
  transaction.requests.clear()
}

/** https://w3c.github.io/IndexedDB/#abort-a-transaction, step 6. */
class FireAbortedRequest extends FiringTask {
  protected readonly target: Request

  constructor(request: Request) {
    super()
    this.target = request
  }

  protected begin(): Event | null {
    const request = this.target
    request.isDone = true
    request.result = undefined
    request.error = domException('AbortError', 'The transaction was aborted')
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
    if (transaction.upgrade) transaction.connection.upgradeTransaction = null
    transaction.state = 'finished'
    if (!isObserved(transaction, this.#type)) return null
    return new DatabaseEvent(this.#type, { bubbles: this.#type === 'abort' })
  }

  protected end(): void {
    this.target.upgrade?.openRequest.upgradeEnded(this.#type)
  }
}

/** The error of a transaction one of whose listeners threw. */
export function listenerThrew(): DOMException {
  return domException('AbortError', 'The transaction was aborted: a listener threw an exception')
}
