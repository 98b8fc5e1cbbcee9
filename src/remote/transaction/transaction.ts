/**
 * A transaction. Its place among those of this process is the scheduler's to give; once it has started, what a task asks for becomes few
 * statements, sent together: the first ones begin it on the server and lock its object stores there, and the commit goes with the last
 * ones where none of them can fail.
 */
import type { Failure } from '../../errors.ts'
import { Changes } from '../../host/changes.ts'
import { type LockOwner, LockRequest } from '../../host/scheduler.ts'
import {
  type HostTransaction,
  isWrite,
  type Operation,
  type OperationReceiver,
  type OperationResult,
  type TransactionListener,
  type WriteOperation,
} from '../../protocol/protocol.ts'
import { toldProblem, lostConnection, unknownOutcome, remoteFailure } from '../server-failures.ts'
import { type Problem, sqlState } from '../wire/problem.ts'
import type { Lease } from '../pool.ts'
import { Asked } from './asked.ts'
import { enter } from './enter.ts'
import { type Ground, type Group, GroupsUnderWay, Pending, standingFor } from './ground.ts'
import { Line } from './line.ts'
import { nextGroup } from './next-group.ts'
import { Numbers } from './numbers.ts'
import { sendCommit } from './send-commit.ts'
import type { Outcome, TransactionOptions } from './transaction-options.ts'
import { Wish } from './wish.ts'

/** Where a transaction is on the server. */
interface Running extends Ground {
  readonly lease: Lease
  /** The number that its commit leaves. */
  readonly token: number
  readonly groups: GroupsUnderWay
}

/** https://w3c.github.io/IndexedDB/#transaction-construct */
export class RemoteTransaction implements HostTransaction, LockOwner {
  readonly #options: TransactionOptions
  readonly #locks: LockRequest
  #listener: TransactionListener | null
  #state: 'created' | 'started' | 'committing' | 'finished' = 'created'
  readonly #asked = new Asked()
  /** null: it has not begun on the server, or has left it. */
  #running: Running | null = null
  #isBeginning = false
  #isFlushQueued = false
  readonly #wish = new Wish()
  /** Whether it waits for a connection or for locks, which may take any length of time: until it has them it can be aborted. */
  #isPatient = false
  /** What it has changed; null: no one watches. */
  readonly #changes: Changes | null
  #hasWritten = false

  constructor(options: TransactionOptions) {
    this.#options = options
    this.#listener = options.listener
    this.#changes = options.database.isWatched ? new Changes() : null
    this.#locks = new LockRequest(options.storeIds, options.mode !== 'readonly', this)
  }

  get listener(): TransactionListener | null {
    return this.#listener
  }

  get hasStarted(): boolean {
    return this.#state !== 'created'
  }

  /** Takes its place in the order of creation. Does nothing once it is over. */
  schedule(): void {
    if (this.#state === 'created') this.#options.database.scheduler.add(this.#locks)
  }

  /** Starts the upgrade, which has begun on the server. */
  startUpgrade(lease: Lease, token: number): void {
    this.#state = 'started'
    this.#asked.answered()
    this.#running = this.#runningOn(lease, token)
  }

  /** The scheduler lets it go. */
  start(): void {
    this.#state = 'started'
    this.#flushSoon()
  }

  listen(listener: TransactionListener): void {
    this.#listener = listener
  }

  /** What it works on; of an upgrade, with what the schema is by now. null: it has not begun on the server, or has left it. */
  get ground(): Ground | null {
    return this.#running
  }

  execute(operation: Operation, receiver: OperationReceiver): void {
    if (this.#state === 'finished' || this.#state === 'committing') return
    if (operation.type === 'put') operation.value.keep()
    if (isWrite(operation)) this.#hasWritten = true
    this.#asked.push(new Pending(operation, receiver))
    this.#flushSoon()
  }

  keepUntil(work: Promise<unknown>): void {
    if (this.#running) this.#run(this.#running, standingFor(work))
  }

  commit(failuresSeen: number): void {
    if (this.#state === 'finished') return
    this.#wish.commit(failuresSeen)
    this.#flushSoon()
  }

  offerCommit(failuresSeen: number): void {
    if (this.#state === 'finished' || this.#state === 'committing') return
    if (!this.#wish.offer(failuresSeen)) return
    if (this.#state !== 'started' || this.#isPatient) this.#decline()
    else this.#flushSoon()
  }

  /** Script may go on with it as if nothing had been offered. */
  #decline(): void {
    if (this.#wish.takeBack()) this.#listener?.declined()
  }

  abort(): void {
    if (this.#state === 'finished' || this.#state === 'committing') return
    this.#revert()
    this.#finish('aborted')
  }

  /** Gives up on the host's side. A commit that is on its way is waited for instead. */
  giveUp(failure: Failure): void {
    if (this.#state === 'finished' || this.#state === 'committing') return
    this.#endAborted(failure)
  }

  /** Sends what there is to be sent. */
  flush(): void {
    this.#isFlushQueued = false
    if (this.#state !== 'started') return
    if (this.#running) return this.#sendGroups(this.#running)
    if (this.#asked.queue.first()) this.#begin()
    else if (this.#wish.isThere) this.#finishCommitted()
  }

  #flushSoon(): void {
    if (this.#state !== 'started' || this.#isFlushQueued) return
    this.#isFlushQueued = true
    this.#options.services.flusher.add(this)
  }

  #begin(): void {
    if (this.#isBeginning) return
    this.#isBeginning = true
    const { pool } = this.#options.services
    if (!pool.hasIdle) this.#wait()
    pool.acquire().then(
      (lease) => this.#enter(lease),
      (error: unknown) => this.giveUp(remoteFailure(error, this.#place)),
    )
  }

  #wait(): void {
    this.#isPatient = true
    this.#decline()
  }

  #enter(lease: Lease): void {
    if (this.#state !== 'started') return this.#options.services.pool.release(lease)
    const running = this.#runningOn(lease, lease.nextToken())
    this.#running = running
    const { services, database, storeIds, mode, durability } = this.#options
    this.#isPatient = !this.#wish.isOffered
    const entered = (): void => {
      this.#asked.answered()
      this.#isPatient = false
      this.#sendGroups(running)
    }
    const isReading = mode === 'readonly'
    const how = { database, storeIds, isReading, durability, isPatient: this.#isPatient }
    enter(services, running, { ...how, lease, token: running.token }, entered)
    this.#sendGroups(running)
  }

  #runningOn(lease: Lease, token: number): Running {
    const { services, database } = this.#options
    const { schemaName, records, schemas } = services.sql
    const line = new Line(lease.wire, (problem) => this.#lineFailed(problem))
    const { id: db, schema } = database
    const numbers = new Numbers()
    return {
      lease,
      token,
      line,
      db,
      schema,
      numbers,
      groups: new GroupsUnderWay(),
      schemaName,
      records,
      schemas,
      done: (pending, result) => this.#done(pending, result),
      failed: (pending, failure) => this.#failed(pending, failure),
      broke: (pending, error) => this.#broke(pending, error),
    }
  }

  #sendGroups(running: Running): void {
    const { limits } = this.#options.services
    const { line, groups } = running
    while (this.#state === 'started' && !groups.hasBarrier && !line.isFull) {
      const isAwaiting = !groups.isEmpty
      const group = nextGroup({ queue: this.#asked.queue, ground: running, limits, isAwaiting })
      if (!group) break
      this.#run(running, group)
    }
    this.#commitIfReady(running)
  }

  #run(running: Running, group: Group): void {
    running.groups.begin(group)
    group.run(running, () => {
      running.groups.end(group)
      this.#sendGroups(running)
    })
  }

  #done({ operation, receiver }: Pending, result: OperationResult): void {
    if (this.#isOver) return
    if (isWrite(operation)) this.#note(operation, result)
    receiver.done(result)
  }

  #note(operation: WriteOperation, result: OperationResult): void {
    this.#changes?.note(operation, result instanceof Uint8Array ? result : undefined)
  }

  #failed({ receiver }: Pending, failure: Failure): void {
    if (this.#isOver) return
    this.#wish.failed(failure)
    receiver.failed(failure)
  }

  #broke({ receiver }: Pending, error: unknown): void {
    if (this.#isOver) return
    const failure = remoteFailure(error, this.#place)
    receiver.failed(failure)
    this.giveUp(failure)
  }

  get #isOver(): boolean {
    return this.#state === 'finished'
  }

  get #place(): { readonly schema: string; readonly database: string } {
    return { schema: this.#options.services.schema, database: this.#options.database.name }
  }

  /** https://w3c.github.io/IndexedDB/#commit-a-transaction */
  #commitIfReady(running: Running): void {
    if (this.#state !== 'started' || !this.#wish.isThere) return
    const { groups } = running
    if (this.#asked.queue.first() || groups.hasBarrier || groups.mayFail) return
    const isTold = this.#hasWritten && this.#options.database.isWatchedElsewhere
    if (isTold && !groups.isEmpty) return // What it has changed shows in the answers.
    const { unseen } = this.#wish
    if (unseen) return this.giveUp(unseen)
    if (this.#options.mode === 'readonly' && groups.isEmpty) return this.#letGoOf(running)
    this.#state = 'committing'
    const committing = { ground: running, options: this.#options, isTold, changes: this.#changes }
    sendCommit(committing, (failure) => {
      if (failure) this.#endAborted(failure)
      else this.#finishCommitted()
    })
  }

  /** What it has read is here already: nothing can come of its commit. */
  #letGoOf({ line, lease }: Running): void {
    line.end()
    // The next transaction may have the connection at once: its first statements go along with that.
    this.#running = null
    this.#options.services.pool.release(lease)
    this.#finishCommitted()
  }

  #lineFailed(problem: Problem): void {
    if (this.#isOver) return
    if (problem.isLoss && this.#state === 'committing' && this.#hasWritten) {
      return void this.#findOutcome()
    }
    if (problem.isLoss && this.#asked.mayBeginAgain) return this.#beginAgain()
    if (
      problem.code === sqlState.lockNotAvailable &&
      this.#wish.isOffered &&
      this.#asked.isUnanswered
    ) {
      return this.#beginPatiently()
    }
    if (problem.code === sqlState.divisionByZero) {
      return this.#endAborted(this.#options.services.session.displaced(this.#options.database))
    }
    this.#endAborted(toldProblem(problem, this.#place))
  }

  /** The commit was on its way when the connection was lost. */
  async #findOutcome(): Promise<void> {
    if (!this.#running) throw new Error('unreachable: it commits without having begun')
    const { lease, token } = this.#running
    const outcome = await this.#options.services.session.outcomeOf(lease.slot, token)
    if (outcome === 'committed') return this.#finishCommitted()
    if (outcome === 'unknown') return this.#endAborted(unknownOutcome())
    if (this.#asked.mayBeginAgain) this.#beginAgain()
    else this.#endAborted(lostConnection())
  }

  /** Others have its locks: nothing is known of it, and its commit must not be under way while it waits for them. */
  #beginPatiently(): void {
    this.#running?.line.rollback()
    this.#decline()
    this.#beginAgain()
  }

  #beginAgain(): void {
    this.#state = 'started'
    this.#letGoOfLease()
    this.#isBeginning = false
    this.#asked.beginAgain()
    this.flush()
  }

  #finishCommitted(): void {
    const { database, owner, storeIds } = this.#options
    this.#listener?.committed()
    if (this.#hasWritten) database.watchers.tell(owner, this.#changes, storeIds)
    this.#finish('committed')
  }

  #endAborted(failure: Failure): void {
    this.#revert()
    this.#listener?.aborted(failure)
    this.#finish('aborted')
  }

  /** https://w3c.github.io/IndexedDB/#abort-a-transaction */
  #revert(): void {
    this.#asked.queue.clear()
    this.#running?.line.rollback()
  }

  #finish(outcome: Outcome): void {
    if (this.#state === 'finished') return
    this.#state = 'finished'
    const { database, owner } = this.#options
    if (this.#running && outcome === 'committed') database.schema = this.#running.schema
    this.#letGoOfLease()
    database.scheduler.release(this.#locks)
    owner.finished(this, outcome)
  }

  #letGoOfLease(): void {
    const { lease } = this.#running ?? {}
    this.#running = null
    const { pool } = this.#options.services
    if (lease) lease.wire.whenIdle(() => pool.release(lease))
  }
}
