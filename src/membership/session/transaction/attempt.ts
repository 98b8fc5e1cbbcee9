/**
 * One execution of a transaction, at one owner. The first tells the realm what it is answered as it comes. A later one begins
 * from the start: it is behind until it has been given all that the realm was told, which must be the same, and tells the
 * rest. That all answers are the same is what makes it valid: it then is a serial execution at its new place.
 */
import type { Failure } from '../../../errors.ts'
import type {
  HostTransaction,
  OperationReceiver,
  OperationResult,
  RecordBytes,
  TransactionListener,
} from '../../../protocol/protocol.ts'
import { Progress } from './progress.ts'

/** What an attempt is made for. */
export interface Attempted {
  /** What the realm was told; null: that is not kept track of. */
  readonly told: Progress | null
  /** The attempt has come as far as `told`, with the same answers. */
  isLevel(attempt: Attempt): void
  /** It has not been given the same. */
  differs(): void
  /** The first sign that it has started. */
  started(attempt: Attempt): void
  record(record: RecordBytes): void
  done(result: OperationResult): void
  failed(failure: Failure): void
  wentAhead(): void
  caughtUp(): void
  declined(): void
  committed(): void
  aborted(failure: Failure): void
}

export class Attempt implements TransactionListener, OperationReceiver {
  /** What this one was answered. */
  readonly progress = new Progress()
  /** Whether the realm was told something that this one has yet to repeat. */
  isBehind: boolean
  /** Nothing that it hears counts any more. */
  isOver = false
  /** Whether it runs ahead of a commit, at its owner. */
  isAhead = false
  readonly #transaction: Attempted
  readonly #isTracked: boolean
  #hasStarted = false
  #host: HostTransaction | null = null

  constructor(transaction: Attempted) {
    this.#transaction = transaction
    this.isBehind = transaction.told?.hasBegun ?? false
    this.#isTracked = transaction.told !== null
  }

  /** Must be set before anything is asked of it. */
  set host(host: HostTransaction) {
    this.#host = host
  }

  get host(): HostTransaction {
    if (!this.#host) throw new Error('unreachable: an attempt without its transaction')
    return this.#host
  }

  /** It may still be in the making, which its host has given up then. */
  abort(): void {
    this.#host?.abort()
  }

  record(record: RecordBytes): void {
    if (this.isOver) return
    this.#noteStart()
    if (this.#isTracked) this.progress.record(record)
    if (this.isBehind) this.#repeated()
    else this.#transaction.record(record)
  }

  done(result: OperationResult): void {
    if (this.isOver) return
    this.#noteStart()
    if (this.#isTracked) this.progress.done(result)
    if (this.isBehind) this.#repeated()
    else this.#transaction.done(result)
  }

  failed(failure: Failure): void {
    if (this.isOver) return
    this.#noteStart()
    if (this.#isTracked) this.progress.failed(failure)
    if (this.isBehind) this.#repeated()
    else this.#transaction.failed(failure)
  }

  wentAhead(): void {
    if (this.isOver) return
    this.isAhead = true
    this.#transaction.wentAhead()
  }

  caughtUp(): void {
    if (this.isOver) return
    this.isAhead = false
    this.#transaction.caughtUp()
  }

  declined(): void {
    if (!this.isOver) this.#transaction.declined()
  }

  committed(): void {
    if (this.isOver) return
    this.#noteStart()
    this.#transaction.committed()
  }

  aborted(failure: Failure): void {
    if (!this.isOver) this.#transaction.aborted(failure)
  }

  #noteStart(): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    this.#transaction.started(this)
  }

  /** One more answer, or record of one, that the realm has had. */
  #repeated(): void {
    const { told } = this.#transaction
    if (!told) throw new Error('unreachable: a transaction that is not kept track of is repeated')
    const distance = this.progress.compare(told)
    if (distance < 0) return
    if (distance > 0 || !this.progress.equals(told)) return this.#transaction.differs()
    this.isBehind = false
    this.#transaction.isLevel(this)
  }
}
