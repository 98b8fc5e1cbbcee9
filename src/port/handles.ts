/** Transactions of a host at the other end of a port, as the realm holds them. */
import type { Failure } from '../errors.ts'
import { Fifo } from '../base/fifo.ts'
import { type Budget, type HeldBack, sizeOfAsked } from './flow/budget.ts'
import { AwaitedAnswer, resultOf } from './asking/awaited-answer.ts'
import type { AskedCopies } from './asking/copies.ts'
import { LongRecord } from './asking/long-record.ts'
import type { WatchCaller } from './asking/watch.ts'
import { demand } from './malformed.ts'
import type { Call } from './messages.ts'
import type { DatabaseCounters } from '../protocol/load.ts'
import type {
  CommitMark,
  HostTransaction,
  Operation,
  OperationReceiver,
  Receiver,
  RecordBytes,
  TransactionListener,
  TransactionMode,
} from '../protocol/protocol.ts'

/** What a connection or transaction needs of its host. */
export interface PortCaller extends WatchCaller {
  readonly copies: AskedCopies
  /** What all of its transactions have asked for and not been answered. */
  readonly budget: Budget
  /** Asks what goes on at the database of the connection with that id. */
  inspect(connection: number, receiver: Receiver<DatabaseCounters>): void
  /** Counts an answer that is awaited. */
  await(count: number): void
  adopt(transaction: PortTransaction): void
  transactionOf(listener: TransactionListener): PortTransaction | null
  release(transaction: PortTransaction): void
}

/** A transaction; known to its host until it is over. */
export class PortTransaction implements HostTransaction, TransactionListener, HeldBack {
  readonly id: number
  readonly #caller: PortCaller
  readonly #isReadOnly: boolean
  #listener: TransactionListener | null
  /** The answers it waits for, in the order of the calls. */
  readonly #awaited = new Fifo<AwaitedAnswer>()
  /** The record whose value comes in parts; null: none does. */
  #long: LongRecord | null = null
  /** What it has asked for and not been answered. */
  #askedBytes = 0
  /** What it has not asked for yet, as the owner has enough to do; null: nothing. */
  #held: Fifo<HeldOperation> | null = null
  /** To be asked for after all that is held. */
  #heldCommit: Call | null = null
  /** Whether an answer has told so. */
  hasStarted = false
  #isCommitting = false
  /** Whether it is committing only if the host does not decline. */
  #isOffered = false
  /** Whether it must not end before `caughtUp`, which is awaited: until then the realm holds back what it was answered. */
  #isAhead = false
  #isOver = false

  /** `listener` null: `listen` follows. */
  constructor(
    caller: PortCaller,
    {
      id,
      mode,
      listener,
    }: { id: number; mode: TransactionMode; listener: TransactionListener | null },
  ) {
    this.#caller = caller
    this.id = id
    this.#isReadOnly = mode === 'readonly'
    this.#listener = listener
    caller.adopt(this)
  }

  get listener(): TransactionListener | null {
    return this.#listener
  }

  listen(listener: TransactionListener): void {
    this.#listener = listener
  }

  execute(operation: Operation, receiver: OperationReceiver): void {
    if (this.#isOver) return
    const sizeBytes = sizeOfAsked(operation)
    this.#awaited.push(new AwaitedAnswer(receiver, resultOf(operation), sizeBytes))
    this.#caller.await(1)
    if (this.#held || !this.#mayAsk()) return this.#hold(operation, sizeBytes)
    this.#ask(operation, sizeBytes)
  }

  commit(failuresSeen: number, mark?: CommitMark): void {
    if (this.#isOver) return
    const call = { type: 'commit', id: this.id, failuresSeen, mark } as const
    if (this.#needsNoAnswer()) {
      this.#caller.call(call)
      this.#end()
      return this.#listener?.committed()
    }
    this.#awaitCommit()
    if (this.#held) this.#heldCommit = call
    else this.#caller.call(call)
  }

  offerCommit(failuresSeen: number, mark?: CommitMark): void {
    if (this.#isOver) return
    if (this.#held) return this.#listener?.declined()
    this.#awaitCommit()
    this.#isOffered = true
    this.#caller.call({ type: 'offerCommit', id: this.id, failuresSeen, mark })
  }

  abort(): void {
    if (this.#isOver) return
    this.#caller.call({ type: 'abort', id: this.id })
    this.#end()
  }

  askOn(): void {
    const held = this.#held
    for (let next = held?.first(); next && this.#mayAsk(); next = held?.first()) {
      held?.shift()
      this.#ask(next.operation, next.sizeBytes)
    }
    if (!held || held.first()) return
    this.#held = null
    if (this.#heldCommit) this.#caller.call(this.#heldCommit)
  }

  record(record: RecordBytes): void {
    const awaited = this.#awaited.first()
    demand(awaited !== undefined, unasked)
    demand(this.#long === null, lacksParts)
    awaited.receiver.record(record)
  }

  /** A record whose value comes in parts. */
  longRecord(record: RecordBytes, sizeBytes: number): void {
    demand(this.#long === null, lacksParts)
    this.#long = new LongRecord(record, sizeBytes)
  }

  /** A part of that value; with the last one the record has come. */
  part(part: RecordBytes): void {
    demand(this.#long !== null, 'has a part of no record')
    const whole = this.#long.add(part)
    if (!whole) return
    this.#long = null
    this.record(whole)
  }

  done(result: Uint8Array | number | undefined): void {
    const { receiver, expected } = this.#answered()
    demand(typeof result === expected, 'answers with another kind of result')
    receiver.done(result)
  }

  failed(reason: Failure): void {
    if (this.#isOffered) this.#takeBack()
    this.#answered().receiver.failed(reason)
  }

  wentAhead(): void {
    demand(!this.#isAhead, 'says twice that a transaction went ahead')
    this.#isAhead = true
    this.#caller.await(1)
    this.#listener?.wentAhead()
  }

  caughtUp(): void {
    demand(this.#isAhead, 'has a transaction catch up that is not ahead')
    this.#isAhead = false
    this.#caller.await(-1)
    this.#listener?.caughtUp()
  }

  declined(): void {
    demand(this.#isOffered, 'declines a commit that was not offered')
    this.#takeBack()
    this.#listener?.declined()
  }

  committed(): void {
    const isAsked = this.#isCommitting && this.#awaited.length === 0
    demand(isAsked, 'reports a commit that was not asked for')
    this.#end()
    this.#listener?.committed()
  }

  aborted(reason: Failure): void {
    this.#end()
    this.#listener?.aborted(reason)
  }

  /**
   * Whether the host has nothing to say to the commit, and need only let go: it has answered all that a read-only transaction has
   * asked. An answer also tells that the transaction has started: one that waits for others must not end before them.
   */
  #needsNoAnswer(): boolean {
    return this.#isReadOnly && this.hasStarted && this.#awaited.length === 0 && !this.#isAhead
  }

  #awaitCommit(): void {
    this.#isCommitting = true
    this.#caller.await(1)
  }

  #takeBack(): void {
    this.#isOffered = false
    this.#isCommitting = false
    this.#caller.await(-1)
  }

  #answered(): AwaitedAnswer {
    demand(this.#long === null, lacksParts)
    const awaited = this.#awaited.shift()
    demand(awaited !== undefined, unasked)
    this.hasStarted = true
    this.#caller.await(-1)
    this.#askedBytes -= awaited.sizeBytes
    this.#caller.budget.give(awaited.sizeBytes)
    if (this.#held) this.askOn()
    return awaited
  }

  #mayAsk(): boolean {
    if (this.#caller.budget.allows(this.#askedBytes)) return true
    this.#caller.budget.wait(this)
    return false
  }

  #hold(operation: Operation, sizeBytes: number): void {
    if (operation.type === 'put') operation.value.keep()
    this.#held ??= new Fifo()
    this.#held.push({ operation, sizeBytes })
  }

  #ask(operation: Operation, sizeBytes: number): void {
    this.#askedBytes += sizeBytes
    this.#caller.budget.take(sizeBytes)
    this.#caller.call({ type: 'execute', id: this.id, operation })
  }

  #end(): void {
    this.#isOver = true
    this.#caller.await(-this.#awaited.length - Number(this.#isCommitting) - Number(this.#isAhead))
    this.#awaited.clear()
    this.#long = null
    this.#held = null
    this.#caller.release(this)
    const askedBytes = this.#askedBytes
    this.#askedBytes = 0
    this.#caller.budget.give(askedBytes)
  }
}

const unasked = 'answers a call that was never made'
const lacksParts = 'has not sent all parts of a record'

/** An operation that is asked for later. */
interface HeldOperation {
  readonly operation: Operation
  readonly sizeBytes: number
}
