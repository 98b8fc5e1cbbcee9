/**
 * A transaction that outlives the owner it runs at. What it is asked goes to the owner of the moment and into a log, from which
 * it is asked again at the next owner; the realm is told each answer once.
 */
import type { Failure } from '../../../errors.ts'
import {
  type CommitMark,
  type CommitOutcome,
  type HostConnection,
  type HostTransaction,
  isWrite,
  type Operation,
  type OperationReceiver,
  type OperationResult,
  type RecordBytes,
  type TransactionListener,
} from '../../../protocol/protocol.ts'
import { Attempt, type Attempted } from './attempt.ts'
import { AwaitedAnswers } from './awaited-answers.ts'
import { CommitWish } from './commit-wish.ts'
import { Progress } from './progress.ts'
import { type AbortReason, isOwnerLost, notBroughtOver } from '../reasons.ts'
import { ReplayLog } from './replay-log.ts'
import type { MemberTransactionOptions } from './options.ts'
import { verdictOf } from './settling.ts'

export class MemberTransaction implements HostTransaction, Attempted {
  told: Progress | null
  state: 'running' | 'committed' | 'aborted' = 'running'
  readonly #options: MemberTransactionOptions
  #listener: TransactionListener | null
  readonly #log: ReplayLog | null
  readonly #awaited = new AwaitedAnswers()
  /** null: no owner has it. */
  #attempt: Attempt | null = null
  /** Whether the log is being asked again, and not all of it has been. */
  #isAsking = false
  readonly #commit: CommitWish
  /** Whether the realm was told `wentAhead`, and not yet `caughtUp`. */
  #isAhead = false
  #hasWrites: boolean
  /** Whether the realm was told what it may have acted upon. */
  #hasTold = false
  /** Called when it is over; null where its commit was not kept. */
  #kept: ((isCommitted: boolean) => void) | null = null

  constructor(options: MemberTransactionOptions) {
    this.#options = options
    this.#listener = options.listener
    this.#commit = new CommitWish(options.services.marks)
    // An upgrade writes the version.
    this.#hasWrites = options.create === null
    this.#log = options.outlives === 'nothing' ? null : new ReplayLog(options.outlives)
    this.told = options.outlives === 'owner' ? new Progress() : null
  }

  get listener(): TransactionListener | null {
    return this.#listener
  }

  /** Whether the realm waits for something of it. What it was answered ahead of others it does not have before those are over. */
  get isAwaited(): boolean {
    const isAwaited = this.#awaited.count > 0 || this.#commit.isWished || this.#isAhead
    return this.state === 'running' && isAwaited
  }

  /** Whether an owner has it. */
  get isAtOwner(): boolean {
    return this.#attempt !== null
  }

  /** The mark by which its commit is settled; null: none is on its way, or it has none. */
  get markInFlight(): CommitMark | null {
    return this.#commit.markInFlight
  }

  listen(listener: TransactionListener): void {
    this.#listener = listener
  }

  execute(operation: Operation, receiver: OperationReceiver): void {
    if (this.state !== 'running') return
    if (isWrite(operation)) this.#hasWrites = true
    const attempt = this.#attempt
    const asked = this.#log ? this.#log.add(operation, attempt !== null) : operation
    this.#awaited.add(receiver, operation)
    attempt?.host.execute(asked, attempt)
  }

  commit(failuresSeen: number): void {
    if (this.state !== 'running') return
    this.#commit.wish(failuresSeen, { isOffered: false })
    this.keep()
    this.#sendCommit()
  }

  /** Declines where the owner might have made it and its operations' answers, lost with the owner, could not be had again. */
  offerCommit(failuresSeen: number): void {
    if (this.state !== 'running') return
    const commit = this.#commit
    commit.wish(failuresSeen, { isOffered: true })
    this.#sendCommit()
    // It may have been answered in the call.
    if (commit.isWished && !commit.isSent) this.declined()
    else this.keep()
  }

  /** Has its commit kept, where the realm is about to end and it depends on no answer. */
  keep(): void {
    const { services, scope, database } = this.#options
    const commit = this.#commit
    if (!services.farewell?.isLeaving || !commit.isWished || !scope || this.#kept) return
    if (!this.#log || this.#log.isGivenUp || this.#hasTold || !this.#hasWrites) return
    // The owner may have made it without one.
    if (commit.isSent && !commit.markInFlight) return
    const [{ operations }, mark] = [this.#log, commit.takeMark()]
    this.#kept = services.farewell.keep({ name: database, ...scope, operations, mark })
    if (this.#kept) commit.kept()
  }

  abort(): void {
    if (this.state !== 'running') return
    this.#abandon()
    this.#options.ended()
  }

  /** Begins at a host that has its connection. */
  begin(connection: HostConnection): void {
    const { create } = this.#options
    if (!create) throw new Error('unreachable: an upgrade is begun by its host')
    const attempt = this.#newAttempt()
    const resumes = (this.told?.hasBegun ?? false) || this.#isAhead
    const host = create(connection, attempt, resumes)
    attempt.host = host
    this.#ask(attempt)
  }

  /** Begins as the upgrade that a host has started. */
  beginUpgrade(host: HostTransaction): void {
    const attempt = this.#newAttempt()
    attempt.host = host
    host.listen(attempt)
    this.#ask(attempt)
  }

  /** Whatever its owner still says does not count. */
  ownerLost(): void {
    if (!this.#attempt) return
    this.#attempt.isOver = true
    this.#attempt = null
  }

  /**
   * What is known of it once its owner is gone, before it can begin at the next one. `outcome`: of its commit, null where
   * none was on its way. True: it is over.
   */
  settle(outcome: CommitOutcome | null): boolean {
    if (this.state !== 'running') return true
    const verdict = verdictOf({
      outcome,
      isCommitSent: this.#commit.isSent,
      isCommitOffered: this.#commit.isOffered,
      hasWrites: this.#hasWrites,
      isAnswered: this.#awaited.count === 0,
      isTracked: this.told !== null,
      isTooLong: this.#log?.isGivenUp ?? false,
    })
    if (verdict === 'committed') this.#settled()
    else if (verdict === 'declined') this.declined()
    else if (verdict !== 'goesOn') this.fail(verdict)
    return this.state !== 'running'
  }

  /** Ends it, as it cannot go on. */
  fail(reason: AbortReason, cause: Failure | null = null): void {
    if (this.state !== 'running') return
    this.#options.services.count(reason)
    const { database } = this.#options
    this.#lose(notBroughtOver(reason, { database, cause }))
  }

  /** Ends it as no owner is to be had. One whose commit was on its way may have been committed. */
  lose(reason: Failure): void {
    if (this.#commit.isSent && this.#hasWrites) this.fail('unknown')
    else this.#lose(reason)
  }

  isLevel(attempt: Attempt): void {
    this.told = attempt.progress
    this.#options.services.count('replayed')
    this.#sendCommit()
  }

  differs(): void {
    this.fail('differed')
  }

  started(attempt: Attempt): void {
    // It was ahead of commits at the former owner, which has them all behind it.
    if (this.#isAhead && !attempt.isAhead) this.#catchUp()
  }

  record(record: RecordBytes): void {
    this.#hasTold = true
    this.#options.services.heard()
    this.#awaited.first?.record(record)
  }

  done(result: OperationResult): void {
    if (result !== undefined) this.#hasTold = true
    this.#answered()?.done(result)
    this.#sendCommit()
  }

  failed(failure: Failure): void {
    this.#hasTold = true
    // With that the owner declines, and the realm takes it so.
    if (this.#commit.isOffered) this.#commit.withdraw()
    this.#answered()?.failed(failure)
    this.#sendCommit()
  }

  wentAhead(): void {
    if (this.#isAhead) return
    this.#isAhead = true
    this.#listener?.wentAhead()
  }

  caughtUp(): void {
    this.#catchUp()
  }

  declined(): void {
    this.#commit.withdraw()
    this.#listener?.declined()
  }

  committed(): void {
    this.#catchUp()
    this.#committed()
  }

  aborted(failure: Failure): void {
    if (isOwnerLost(failure)) return this.#options.services.ownerLost()
    this.#end('aborted')
    this.#tellAborted(failure)
  }

  #newAttempt(): Attempt {
    this.#commit.ownerChanged()
    const attempt = new Attempt(this)
    if (!attempt.isBehind && this.told) this.told = attempt.progress
    this.#attempt = attempt
    return attempt
  }

  /** Asks all that has been asked so far. The host may answer in the call, and may have ended the attempt. */
  #ask(attempt: Attempt): void {
    this.#isAsking = true
    for (const operation of this.#log?.operations ?? []) {
      if (attempt.isOver) break
      attempt.host.execute(operation, attempt)
    }
    this.#isAsking = false
    if (attempt.isOver) return
    this.#log?.allSent()
    this.#sendCommit()
  }

  #answered(): OperationReceiver | null {
    this.#options.services.heard()
    return this.#awaited.take()
  }

  /**
   * Not before the realm's reasons to commit, the answers it was given, have been repeated; and not before it has every answer
   * that could not be had again once the commit is made.
   */
  #sendCommit(): void {
    const commit = this.#commit
    const attempt = this.#attempt
    if (!commit.isToBeSent || !attempt || attempt.isBehind || this.#isAsking) return
    if (attempt.isOver || (this.told && this.#awaited.isOneTelling)) return
    if (this.#hasWrites && this.#isMarked()) commit.takeMark()
    commit.send(attempt.host)
  }

  /**
   * A mark is one more row to write. At the realm's own owner only those have one that script has asked for, and that may have to be
   * noted: those that may not be executed at once, as others are under way.
   */
  #isMarked(): boolean {
    if (this.told) return true
    const isWished = !this.#commit.isOffered && this.#awaited.count > 0
    const mayWait = this.#options.services.transactions.size > 1
    return isWished && mayWait && this.#log?.isGivenUp === false
  }

  #settled(): void {
    this.#options.services.count('settled')
    this.#catchUp()
    this.#tellDone()
    this.#committed()
  }

  #lose(reason: Failure): void {
    if (this.state !== 'running') return
    this.#abandon()
    this.#tellAborted(reason)
  }

  /** Ends it, and its execution where there is one. */
  #abandon(): void {
    const attempt = this.#attempt
    this.#end('aborted')
    attempt?.abort()
  }

  #tellAborted(reason: Failure): void {
    this.#listener?.aborted(reason)
    this.#options.ended()
  }

  /** It is committed, so what has not been answered has succeeded: a failure would have aborted it. */
  #tellDone(): void {
    for (let it = this.#answered(); it; it = this.#answered()) it.done(undefined)
  }

  #catchUp(): void {
    if (!this.#isAhead) return
    this.#isAhead = false
    this.#listener?.caughtUp()
  }

  #committed(): void {
    this.#end('committed')
    this.#listener?.committed()
    this.#options.ended()
  }

  #end(state: 'committed' | 'aborted'): void {
    this.state = state
    this.ownerLost()
    this.#awaited.clear()
    this.#kept?.(state === 'committed')
    this.#commit.end()
  }
}
