/**
 * Requests: what was asked and what came back.
 *
 * A request is its own entry in lists and queues, its own receiver of the host's answer and the task that fires its event,
 * so that the common one costs few objects.
 * https://w3c.github.io/IndexedDB/#request-construct
 */
import type { Failure } from '../errors.ts'
import { append } from '../base/own-property.ts'
import type { OperationReceiver, OperationResult, RecordBytes } from '../protocol/protocol.ts'
import type { LateValue, LateValueReceiver } from '../values/deserialize.ts'
import { type Dispatch, Target } from '../events/dispatch.ts'
import { fireResult } from './request-events.ts'
import { replaceLateValues } from './records/late-values.ts'
import type { Task } from '../events/task-queue.ts'
import type { Transaction } from './transaction.ts'

/**
 * How an answer becomes a result. Stateless: what is gathered on the way lies in the request. An exception (a stored
 * value that cannot be read) fails the request.
 */
export interface ResultReader {
  /** The method that it is of; `cursor`: of all that open or move one. */
  readonly operation: string
  /** Whether an operation answers it with records, so that it may fail after the operation has not. */
  readonly takesRecords: boolean
  /** Takes one record of a scan, when the host reads it; its bytes are valid only during the call. */
  record(request: Request, record: RecordBytes): void
  /** The result, in the task that fires the event: from `request.gathered` and `request.operationResult`. */
  result(request: Request): unknown
}

/** A request at a transaction. Open requests are `OpenRequest`. */
export class Request extends Target implements OperationReceiver, LateValueReceiver, Task {
  /** A core object: object store handle, index handle or cursor. */
  readonly source: object
  readonly transaction: Transaction
  readonly reader: ResultReader
  /** https://w3c.github.io/IndexedDB/#request-processed-flag: the answer is here. */
  isProcessed = false
  /** Whether its answer is here without the host, and waits for those of the requests before it. */
  isAhead = false
  /** https://w3c.github.io/IndexedDB/#request-done-flag */
  isDone = false
  /** A core result (see `reader`); undefined until done, and when the request failed. */
  result: unknown = undefined
  error: DOMException | null = null
  /** What the reader has gathered so far. */
  gathered: unknown = undefined
  /** What the host has given, in addition to the records. */
  operationResult: OperationResult = undefined
  /** What of `gathered` is not ready; null when all is. */
  lateValues: LateValue[] | null = null
  /** Why there is no result; null while there may be one. */
  failure: Failure | null = null
  /** The one placed after it in its transaction's request list; null for the last. */
  next: Request | null = null
  nextTask: Task | null = null
  /** Its event on the way; null before and after. */
  dispatch: Dispatch | null = null

  constructor(source: object, transaction: Transaction, reader: ResultReader) {
    super()
    this.source = source
    this.transaction = transaction
    this.reader = reader
  }

  override get parent(): Target {
    return this.transaction
  }

  /** Makes a cursor's request ready to be placed once more. */
  reuse(): void {
    this.isProcessed = false
    this.isDone = false
    this.gathered = undefined
    this.lateValues = null
    this.failure = null
  }

  record(record: RecordBytes): void {
    if (this.failure) return
    try {
      this.reader.record(this, record)
    } catch (error) {
      this.failure = this.transaction.failureOf(error)
    }
  }

  awaits(late: LateValue): void {
    this.lateValues ??= []
    append(this.lateValues, late)
  }

  /** Puts what was not ready in its place, or fails. Never rejects. */
  async settle(): Promise<void> {
    const lateValues = this.lateValues ?? []
    try {
      const values = await Promise.all(lateValues.map((late) => late.value()))
      const settled = new Map(lateValues.map((late, i) => [late, values[i]]))
      this.gathered = replaceLateValues(this.gathered, settled)
    } catch (error) {
      this.failure ??= this.transaction.failureOf(error)
    }
    this.lateValues = null
  }

  done(result: OperationResult): void {
    this.isAhead = false
    this.operationResult = result
    this.isProcessed = true
    this.transaction.processed(this)
  }

  failed(failure: Failure): void {
    this.failure = failure
    this.isProcessed = true
    this.transaction.processed(this)
  }

  step(): 'over' | 'called' {
    return this.transaction.holdsBack(this) ? 'over' : fireResult(this)
  }

  cutOff(error: unknown): void {
    this.transaction.cutOff(error)
  }
}
