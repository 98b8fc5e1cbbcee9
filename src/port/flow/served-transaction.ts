/** A transaction of a client, as its owner serves it: what it may, and what it has asked for that is not answered. */
import type { Failure } from '../../errors.ts'
import { demand } from '../malformed.ts'
import type {
  CommitMark,
  HostTransaction,
  Operation,
  OperationResult,
  RecordBytes,
  TransactionMode,
} from '../../protocol/protocol.ts'
import { type Budget, sizeOfAsked } from './budget.ts'
import type { ServedReceiver } from './scan-in-pieces.ts'
import type { ScanTurns } from './scan-turns.ts'
import type { SendWindow } from './send-window.ts'
import { TransactionLine } from './transaction-line.ts'

/** What is known of it from the beginning. */
export interface ServedRights {
  /** The id of its connection. */
  readonly connection: number
  readonly mode: TransactionMode
  /** Its scope; empty in an upgrade, which has all stores. */
  readonly storeIds: readonly number[]
}

/** What all transactions of a client share. */
export interface ClientFlow {
  readonly budget: Budget
  readonly window: SendWindow
  readonly turns: ScanTurns
}

export class ServedTransaction {
  readonly rights: ServedRights
  /** Takes the answers to all of its operations. */
  readonly receiver: ServedReceiver
  readonly #line: TransactionLine
  readonly #budget: Budget
  #askedBytes = 0
  #isCommitting = false

  constructor(
    transaction: HostTransaction,
    { rights, receiver }: { rights: ServedRights; receiver: ServedReceiver },
    flow: ClientFlow,
  ) {
    this.rights = rights
    this.receiver = receiver
    this.#line = new TransactionLine(transaction, flow)
    this.#budget = flow.budget
  }

  /** @throws Malformed when nothing may be asked any more */
  demandIsOpen(): void {
    demand(!this.#isCommitting, 'adds an operation to a transaction that is committing')
    demand(this.#budget.allows(this.#askedBytes), 'asks for more before enough is answered')
  }

  execute(operation: Operation): void {
    const sizeBytes = sizeOfAsked(operation)
    this.#askedBytes += sizeBytes
    this.#budget.take(sizeBytes)
    this.#line.execute(operation, new Asked(this, sizeBytes))
  }

  /** @throws Malformed for a second commit, or a mark where nothing can be written */
  commit(failuresSeen: number, mark: CommitMark | undefined): void {
    this.#demandIsCommittable(mark)
    this.#isCommitting = true
    this.#line.commit(failuresSeen, mark)
  }

  /** It binds the realm to nothing: false when it is declined here. @throws Malformed as `commit()` */
  offerCommit(failuresSeen: number, mark: CommitMark | undefined): boolean {
    this.#demandIsCommittable(mark)
    return this.#line.offerCommit(failuresSeen, mark)
  }

  abort(): void {
    this.#line.abort()
  }

  /** It is over: no answer comes to what it has asked. */
  ended(): void {
    this.#line.ended()
    this.answered(this.#askedBytes)
  }

  #demandIsCommittable(mark: CommitMark | undefined): void {
    demand(!this.#isCommitting, 'commits a transaction twice')
    const { mode } = this.rights
    demand(!mark || mode !== 'readonly', 'marks the commit of a read-only transaction')
  }

  /** One of its operations has its answer. */
  answered(sizeBytes: number): void {
    this.#askedBytes -= sizeBytes
    this.#budget.give(sizeBytes)
  }
}

/** Passes on the answer to one operation. */
class Asked implements ServedReceiver {
  readonly #served: ServedTransaction
  readonly #sizeBytes: number

  constructor(served: ServedTransaction, sizeBytes: number) {
    this.#served = served
    this.#sizeBytes = sizeBytes
  }

  record(record: RecordBytes): void {
    this.#served.receiver.record(record)
  }

  longRecord(record: RecordBytes, sizeBytes: number): void {
    this.#served.receiver.longRecord(record, sizeBytes)
  }

  part(record: RecordBytes): void {
    this.#served.receiver.part(record)
  }

  done(result: OperationResult): void {
    this.#served.answered(this.#sizeBytes)
    this.#served.receiver.done(result)
  }

  failed(reason: Failure): void {
    this.#served.answered(this.#sizeBytes)
    this.#served.receiver.failed(reason)
  }
}
