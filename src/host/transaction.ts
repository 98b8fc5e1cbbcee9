/** The host's side of a transaction: what it still has to do, and how it ends. */
import type { Failure } from '../errors.ts'
import { append } from '../base/own-property.ts'
import type { Chained } from './chain.ts'
import { Changes } from './changes.ts'
import type { Follower, SettlingWork } from './commit-queue.ts'
import type { Database, DatabaseConnection } from './database.ts'
import type { DatabaseSchema } from '../storage/schema.ts'
import type { CommitMark, Counting, StorageTransaction } from '../storage/storage.ts'
import { beginCount, executeScan, executeWrite } from './operations/execute.ts'
import { unknownWeight, weightOf } from './operations/operation-weight.ts'
import {
  type CountOperation,
  type Durability,
  type HostTransaction,
  isWrite,
  type Operation,
  type OperationReceiver,
  type TransactionListener,
  type TransactionMode,
  type WriteOperation,
} from '../protocol/protocol.ts'
import { Fifo } from '../base/fifo.ts'
import type { Work } from '../event-loop/pump.ts'
import { LockRequest, type LockOwner } from './scheduler.ts'

/** What a transaction is made of. */
export interface TransactionOptions {
  readonly database: Database<DatabaseConnection>
  /** Its scope; empty for an upgrade transaction, which has the database to itself. */
  readonly storeIds: readonly number[]
  readonly mode: TransactionMode
  readonly durability: Durability
  /** null: `listen` follows. */
  readonly listener: TransactionListener | null
  readonly owner: TransactionOwner
}

/** How a transaction ends. */
export type Outcome = 'committed' | 'aborted'

/** What keeps count of a transaction. */
export interface TransactionOwner {
  /** Called last, once its end has been told. */
  finished(transaction: Transaction, outcome: Outcome): void
}

/** A class, as objects of a literal that wait for long would be made old: then each keeps what it leads to from being collected. */
class QueuedOperation {
  readonly operation: Operation
  readonly receiver: OperationReceiver

  constructor(operation: Operation, receiver: OperationReceiver) {
    this.operation = operation
    this.receiver = receiver
  }
}

/** A count that takes long, and whose it is. */
interface UnfinishedCount {
  readonly counting: Counting
  readonly receiver: OperationReceiver
}

/** https://w3c.github.io/IndexedDB/#transaction-construct */
export class Transaction
  implements HostTransaction, Work, SettlingWork, Follower, LockOwner, Chained
{
  previous: this | null = null
  next: this | null = null
  needsSync = false
  readonly #isStrict: boolean
  readonly #database: Database<DatabaseConnection>
  readonly #mode: TransactionMode
  readonly #lockRequest: LockRequest
  readonly #owner: TransactionOwner
  #listener: TransactionListener | null
  /** `settling`: over for the engine, and its turn to say so has not come. */
  #state: 'created' | 'started' | 'settling' | 'finished' = 'created'
  /** Operations still to be executed; null when none was ever queued. */
  #queue: Fifo<QueuedOperation> | null = null
  /** What was begun and is not over; all that is queued comes after it. */
  #unfinished: UnfinishedCount | null = null
  /** Whether the pump has it, and will step through the queue. */
  #isPumped = false
  /** The storage's, which its first operation that writes has begun; null: none has, or it is over. */
  #writing: StorageTransaction | null = null
  /** What it has changed; null: nothing, or it began to before anyone watched. */
  #changes: Changes | null = null
  #hasWritten = false
  /** Whether a transaction it overlaps has not yet said `committed`, see `TransactionListener.wentAhead`. */
  #isAhead = false
  /** Why it settles as aborted; null when it settles as committed, or does not settle. */
  #gaveUpFor: Failure | null = null
  /** Operations' failures; null while there is none. */
  #failures: Failure[] | null = null
  /** null: no commit was asked for yet. */
  #failuresSeen: number | null = null
  /** What its commit is to be told by. */
  #mark: CommitMark | undefined

  constructor(options: TransactionOptions) {
    const { database, durability, mode } = options
    this.#database = database
    this.#mode = mode
    this.#listener = options.listener
    this.#owner = options.owner
    this.#isStrict =
      (durability === 'default' ? database.services.durability : durability) === 'strict'
    this.#lockRequest = new LockRequest(options.storeIds, mode !== 'readonly', this)
  }

  get listener(): TransactionListener | null {
    return this.#listener
  }

  get hasStarted(): boolean {
    return this.#state !== 'created'
  }

  get storeIds(): readonly number[] {
    return this.#lockRequest.storeIds
  }

  /** Takes its place in the order of creation; starts it at once where nothing is in its way. Does nothing once it is over. */
  schedule(): void {
    if (this.#state === 'finished') return
    this.#database.scheduler.add(this.#lockRequest)
  }

  /**
   * Starts an upgrade, with the version as its first change; gives the schema it begins with.
   * @throws StorageError; then the transaction is over.
   */
  startUpgrade(version: number): DatabaseSchema {
    this.schedule()
    try {
      const writing = this.#write()
      writing.changeSchema({ type: 'setVersion', version })
      return writing.schema
    } catch (error) {
      this.abort()
      throw error
    }
  }

  /** The scheduler lets it go. */
  start(): void {
    this.#state = 'started'
    if (this.#database.follow(this.storeIds, this)) {
      this.#isAhead = true
      this.#listener?.wentAhead()
    }
    if (this.#queue || this.#failuresSeen !== null) this.#pump()
  }

  caughtUp(): void {
    if (this.#state === 'finished') return
    this.#isAhead = false
    this.#listener?.caughtUp()
  }

  listen(listener: TransactionListener): void {
    this.#listener = listener
  }

  execute(operation: Operation, receiver: OperationReceiver): void {
    if (this.#state === 'finished' || this.#state === 'settling') return
    if (this.#mayExecuteNow(operation)) return this.#execute(operation, receiver)
    this.#queue ??= new Fifo()
    if (operation.type === 'put') operation.value.keep()
    this.#queue.push(new QueuedOperation(operation, receiver))
    if (this.#state === 'started') this.#pump()
  }

  commit(failuresSeen: number, mark?: CommitMark): void {
    if (this.#state === 'finished') return
    this.#failuresSeen = failuresSeen
    this.#mark = mark
    if (this.#state === 'started' && !this.#isPumped) this.#commit()
  }

  offerCommit(failuresSeen: number, mark?: CommitMark): void {
    if (this.#state === 'finished' || this.#state === 'settling') return
    if (this.#failures?.[failuresSeen]) return
    if (this.#state === 'started' && !this.#isPumped) this.commit(failuresSeen, mark)
    else this.#listener?.declined()
  }

  abort(): void {
    // It has given up, and has no one left to tell.
    if (this.#gaveUpFor) this.#listener = null
    if (this.#state === 'finished' || this.#state === 'settling') return
    this.#revert()
    this.#finish('aborted')
  }

  /** Gives up on the host's side. A commit that is on its way to the disk is waited for instead. */
  giveUp(failure: Failure): void {
    if (this.#state === 'finished' || this.#state === 'settling') return
    this.#revert()
    this.#listener?.aborted(failure)
    this.#finish('aborted')
  }

  get nextWeight(): number {
    if (this.#unfinished) return unknownWeight
    const next = this.#queue?.first()
    return next ? weightOf(next.operation) : 1
  }

  step(): boolean {
    if (this.#unfinished) this.#goOn(this.#unfinished)
    else this.#executeNext()
    if (this.#unfinished || this.#queue?.first()) return true
    this.#isPumped = false
    if (this.#state === 'started' && this.#failuresSeen !== null) this.#commit()
    return false
  }

  /** A step has thrown something unforeseen. */
  cutOff(error: unknown): void {
    this.giveUp(this.#database.failureOf(error))
  }

  confirm(): void {
    if (this.#gaveUpFor) return this.lose(this.#gaveUpFor)
    this.#listener?.committed()
    if (this.#hasWritten) this.#tellWatchers()
    this.#finish('committed')
  }

  lose(failure: Failure): void {
    this.#listener?.aborted(this.#gaveUpFor ?? failure)
    this.#finish('aborted')
  }

  /** Once one operation is queued, all later ones are queued after it. */
  #mayExecuteNow(operation: Operation): boolean {
    return (
      this.#state === 'started' &&
      !this.#isPumped &&
      this.#database.services.pump.allows(weightOf(operation))
    )
  }

  #pump(): void {
    if (this.#isPumped) return
    this.#isPumped = true
    this.#database.services.pump.add(this)
  }

  #executeNext(): void {
    const next = this.#queue?.shift()
    if (next) this.#execute(next.operation, next.receiver)
  }

  #execute(operation: Operation, receiver: OperationReceiver): void {
    if (operation.type === 'count') return this.#count(operation, receiver)
    let result: Uint8Array | undefined
    try {
      if (isWrite(operation)) result = this.#executeWrite(operation)
      else executeScan(this.#database.storage, operation, receiver)
    } catch (error) {
      return this.#fail(error, receiver)
    }
    receiver.done(result)
  }

  /** One that takes long goes on in steps between which others get the thread. */
  #count(operation: CountOperation, receiver: OperationReceiver): void {
    let counted: number | Counting
    try {
      counted = beginCount(this.#database.storage, operation)
    } catch (error) {
      return this.#fail(error, receiver)
    }
    if (typeof counted === 'number') return receiver.done(counted)
    this.#unfinished = { counting: counted, receiver }
    this.#pump()
  }

  #goOn({ counting, receiver }: UnfinishedCount): void {
    let count: number | null
    try {
      count = counting.next()
    } catch (error) {
      this.#unfinished = null
      return this.#fail(error, receiver)
    }
    if (count === null) return
    this.#unfinished = null
    receiver.done(count)
  }

  /** @throws as `executeWrite()` */
  #executeWrite(operation: WriteOperation): Uint8Array | undefined {
    const result = executeWrite(this.#write(), operation, this.#database.services.limits)
    this.#changes?.note(operation, result)
    return result
  }

  #tellWatchers(): void {
    const { watchers } = this.#database
    if (watchers.isAwake) watchers.tell(this.#owner, this.#changes, this.storeIds)
  }

  /** The storage's transaction, begun if need be; the scheduler sees to it that there is only one. @throws StorageError */
  #write(): StorageTransaction {
    if (this.#writing) return this.#writing
    if (this.#mode === 'readonly') throw new Error('unreachable: a read-only transaction writes')
    this.#writing = this.#database.storage.begin()
    if (this.#database.watchers.isAwake) this.#changes = new Changes()
    return this.#writing
  }

  #fail(error: unknown, receiver: OperationReceiver): void {
    const failure = this.#database.failureOf(error)
    append((this.#failures ??= []), failure)
    receiver.failed(failure)
    if (failure.name === 'ConstraintError') return
    this.#giveUpInOrder(failure)
    this.#database.noteError(error)
  }

  /** https://w3c.github.io/IndexedDB/#commit-a-transaction */
  #commit(): void {
    const unseen = this.#failures?.[this.#failuresSeen ?? 0]
    if (unseen) return this.#giveUpInOrder(unseen)
    const writing = this.#writing
    if (!writing) return this.#isAhead ? this.#settle() : this.confirm()
    try {
      this.#database.commit(writing, this.#mark)
    } catch (error) {
      this.#giveUpInOrder(this.#database.failureOf(error))
      return this.#database.noteError(error)
    }
    this.#writing = null
    this.#hasWritten = true
    this.needsSync = this.#isStrict
    this.#settle()
  }

  /** Gives up for a reason of its own, which must not be told before those it ran ahead of have said `committed`. */
  #giveUpInOrder(failure: Failure): void {
    if (!this.#isAhead) return this.giveUp(failure)
    this.#revert()
    this.#gaveUpFor = failure
    this.#settle()
  }

  #settle(): void {
    this.#state = 'settling'
    this.#database.settle(this)
    // Still waiting for the disk: those that wait for the locks may go ahead.
    if (this.#isSettling()) this.#database.scheduler.release(this.#lockRequest)
  }

  #isSettling(): boolean {
    return this.#state === 'settling'
  }

  /** https://w3c.github.io/IndexedDB/#abort-a-transaction */
  #revert(): void {
    this.#queue?.clear()
    this.#unfinished = null
    const writing = this.#writing
    this.#writing = null
    // It may break the database down, which gives up all its transactions.
    if (writing) this.#database.rollback(writing)
  }

  #finish(outcome: Outcome): void {
    if (this.#state === 'finished') return
    this.#state = 'finished'
    this.#database.scheduler.release(this.#lockRequest)
    this.#owner.finished(this, outcome)
  }
}
