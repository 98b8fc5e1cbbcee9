/**
 * A transaction that outlives the owner it runs at. What it is asked goes to the owner of the moment and into a log, from which
 * it is asked again at the next owner; the realm is told each answer once.
 */
import type { Failure } from '../../errors.ts'
import { Fifo } from '../../base/fifo.ts'
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
} from '../../protocol/protocol.ts'
import { Attempt, type Attempted } from './attempt.ts'
import { Progress } from './progress.ts'
import { type AbortReason, isOwnerLost, notBroughtOver } from './reasons.ts'
import { AwaitedAnswer, ReplayLog } from './replay-log.ts'
import type { Parting, SessionServices } from './services.ts'

/** What a transaction is made of. */
export interface MemberTransactionOptions {
  readonly services: SessionServices
  readonly database: string
  /** null: `listen` follows. */
  readonly listener: TransactionListener | null
  /** What it is to outlive, which costs something: its owner, or only as a note the end of the realm (see `keep`), or nothing. */
  readonly outlives: 'owner' | 'realm' | 'nothing'
  /** What is kept of it where the realm ends; null: nothing can be, as for an upgrade. */
  readonly scope: Pick<Parting, 'version' | 'storeIds' | 'durability'> | null
  /** Makes it at a host; null for an upgrade, which the host makes. */
  readonly create:
    | ((
        connection: HostConnection,
        listener: TransactionListener,
        resumes: boolean,
      ) => HostTransaction)
    | null
  /** Called once, when its end has been told. */
  readonly ended: (transaction: MemberTransaction) => void
}

/** How the realm's wish to commit stands. */
interface Commit {
  readonly failuresSeen: number
  /** Whether it is wished for only if nothing comes between. */
  readonly isOffered: boolean
  /** Whether an owner was asked, which may have made it. */
  isSent: boolean
  /** Whether the owner of the moment was asked. */
  isSentNow: boolean
}

export class MemberTransaction implements HostTransaction, Attempted {
  told: Progress | null
  state: 'running' | 'committed' | 'aborted' = 'running'
  readonly #options: MemberTransactionOptions
  #listener: TransactionListener | null
  readonly #log: ReplayLog | null
  /** The operations that the realm has no answer to. */
  readonly #awaiting = new Fifo<AwaitedAnswer>()
  /** How many of their answers say more than that it is done. */
  #tellingCount = 0
  /** null: no owner has it. */
  #attempt: Attempt | null = null
  /** Whether the log is being asked again, and not all of it has been. */
  #isAsking = false
  #commit: Commit | null = null
  /** Of the commit that an owner was asked for; null where there is none. */
  #mark: CommitMark | null = null
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
    const isAwaited = this.#awaiting.length > 0 || this.#commit !== null || this.#isAhead
    return this.state === 'running' && isAwaited
  }

  /** Whether an owner has it. */
  get isAtOwner(): boolean {
    return this.#attempt !== null
  }

  /** The mark by which its commit is settled; null: none is on its way, or it has none. */
  get markInFlight(): CommitMark | null {
    return this.#commit?.isSent ? this.#mark : null
  }

  listen(listener: TransactionListener): void {
    this.#listener = listener
  }

  execute(operation: Operation, receiver: OperationReceiver): void {
    if (this.state !== 'running') return
    if (isWrite(operation)) this.#hasWrites = true
    const attempt = this.#attempt
    const asked = this.#log ? this.#log.add(operation, attempt !== null) : operation
    const answer = new AwaitedAnswer(receiver, operation)
    if (answer.isTelling) this.#tellingCount++
    this.#awaiting.push(answer)
    attempt?.host.execute(asked, attempt)
  }

  commit(failuresSeen: number): void {
    if (this.state !== 'running') return
    this.#commit = { failuresSeen, isOffered: false, isSent: false, isSentNow: false }
    this.keep()
    this.#sendCommit()
  }

  /** Declines where the owner might have made it and its operations' answers, lost with the owner, could not be had again. */
  offerCommit(failuresSeen: number): void {
    if (this.state !== 'running') return
    this.#commit = { failuresSeen, isOffered: true, isSent: false, isSentNow: false }
    this.#sendCommit()
    if (this.#commit?.isSent === false) this.declined()
    else this.keep()
  }

  /** Has its commit kept, where the realm is about to end and it depends on no answer. */
  keep(): void {
    const { services, scope, database } = this.#options
    const commit = this.#commit
    if (!services.farewell?.isLeaving || !commit || !scope || this.#kept) return
    if (!this.#log || this.#log.isGivenUp || this.#hasTold || !this.#hasWrites) return
    // The owner may have made it without one.
    if (commit.isSent && !this.#mark) return
    this.#mark ??= services.marks.take()
    const [{ operations }, mark] = [this.#log, this.#mark]
    this.#kept = services.farewell.keep({ name: database, ...scope, operations, mark })
    // From now on an owner may commit it by executing the note.
    if (this.#kept) commit.isSent = true
  }

  abort(): void {
    if (this.state !== 'running') return
    this.#abandon()
    this.#options.ended(this)
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
    if (outcome === 'committed' || this.#hasNothingToLose()) {
      this.#options.services.count('settled')
      this.#catchUp()
      this.#tellDone()
      this.#committed()
    } else if (outcome === 'unknown' || this.#isUnsettled(outcome)) this.fail('unknown')
    else if (!this.told) this.fail('own')
    else if (this.#log?.isGivenUp) this.fail('tooLong')
    else if (this.#commit?.isOffered) this.declined()
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
    if (this.#commit?.isSent && this.#hasWrites) this.fail('unknown')
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
    this.#awaiting.first()?.receiver.record(record)
  }

  done(result: OperationResult): void {
    if (result !== undefined) this.#hasTold = true
    this.#answered()?.done(result)
    this.#sendCommit()
  }

  failed(failure: Failure): void {
    this.#hasTold = true
    // With that the owner declines, and the realm takes it so.
    if (this.#commit?.isOffered) this.#commit = null
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
    this.#commit = null
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
    if (this.#commit) this.#commit.isSentNow = false
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
    const awaited = this.#awaiting.shift()
    if (!awaited) return null
    if (awaited.isTelling) this.#tellingCount--
    return awaited.receiver
  }

  /**
   * Not before the realm's reasons to commit, the answers it was given, have been repeated; and not before it has every answer
   * that could not be had again once the commit is made.
   */
  #sendCommit(): void {
    const commit = this.#commit
    const attempt = this.#attempt
    if (!commit || commit.isSentNow || !attempt || attempt.isBehind || this.#isAsking) return
    if (attempt.isOver || (this.told && this.#tellingCount > 0)) return
    if (this.#hasWrites && this.#isMarked(commit))
      this.#mark ??= this.#options.services.marks.take()
    commit.isSent = true
    commit.isSentNow = true
    const mark = this.#mark ?? undefined
    if (commit.isOffered) attempt.host.offerCommit(commit.failuresSeen, mark)
    else attempt.host.commit(commit.failuresSeen, mark)
  }

  /**
   * A mark is one more row to write. At the realm's own owner only those have one that script has asked for, and that may have to be
   * noted: those that may not be executed at once, as others are under way.
   */
  #isMarked({ isOffered }: Commit): boolean {
    if (this.told) return true
    const isWished = !isOffered && this.#awaiting.length > 0
    const mayWait = this.#options.services.transactions.size > 1
    return isWished && mayWait && this.#log?.isGivenUp === false
  }

  /** Asked to commit, it had answered everything, and had nothing to write. */
  #hasNothingToLose(): boolean {
    return this.#commit?.isSent === true && !this.#hasWrites && this.#awaiting.length === 0
  }

  /** Whether its commit was on its way, and left nothing by which it can be settled. */
  #isUnsettled(outcome: CommitOutcome | null): boolean {
    return this.#commit?.isSent === true && this.#hasWrites && outcome === null
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
    this.#options.ended(this)
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
    this.#options.ended(this)
  }

  #end(state: 'committed' | 'aborted'): void {
    this.state = state
    this.ownerLost()
    this.#awaiting.clear()
    this.#kept?.(state === 'committed')
    const mark = this.#mark
    this.#mark = null
    if (mark) this.#options.services.marks.free(mark)
  }
}
