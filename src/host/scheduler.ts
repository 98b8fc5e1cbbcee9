/**
 * Which transactions may start.
 *
 * Each object store has a lock, and so has the right to write. A transaction claims its locks all at once when it is
 * created, and each lock serves its claims strictly in that order: shared to read-only transactions, exclusive to
 * read/write ones. A transaction starts when it holds all it claimed. So order of creation decides, nothing overtakes,
 * and nothing deadlocks; a claim costs time by the size of its scope, however many are waiting.
 *
 * The lock of the right to write makes read/write transactions of one database run one after the other, which the
 * specification allows and the engine (one writer) demands.
 *
 * A transaction that has committed lets go before it may say so: what starts then follows it, see `commit-queue.ts`.
 * https://w3c.github.io/IndexedDB/#transaction-scheduling
 */
import { append } from '../base/own-property.ts'
import { Fifo } from '../base/fifo.ts'

/** What has a claim. */
export interface ClaimOwner {
  /** Called once, when the transaction may start; within `add` if nothing stands in its way. */
  start(): void
}

/** A transaction as the scheduler sees it. */
export class Claim {
  readonly storeIds: readonly number[]
  readonly exclusive: boolean
  readonly owner: ClaimOwner
  /** Its place in the order of creation; 0 until the scheduler has it. */
  number = 0
  /** Locks claimed and not yet granted. */
  missing = 0
  isReleased = false

  constructor(storeIds: readonly number[], exclusive: boolean, owner: ClaimOwner) {
    this.storeIds = storeIds
    this.exclusive = exclusive
    this.owner = owner
  }
}

/** The locks of one database. */
export class Scheduler {
  readonly #stores = new Map<number, Lock>()
  readonly #writer = new Lock()
  #waitingCount = 0
  #lastNumber = 0
  /** What may start once the held-up starts are let go; null: nothing is held up. */
  #heldUp: Claim[] | null = null

  /** Whether a transaction waits for another to finish. */
  get hasWaiting(): boolean {
    return this.#waitingCount > 0
  }

  /** Takes a transaction's place in the order of creation. */
  add(claim: Claim): void {
    const { storeIds, exclusive } = claim
    claim.number = ++this.#lastNumber
    claim.missing = storeIds.length + (exclusive ? 1 : 0)
    if (exclusive) this.#writer.claim(claim)
    for (const storeId of storeIds) this.#lockOf(storeId).claim(claim)
    if (claim.missing > 0) this.#waitingCount++
    else claim.owner.start()
  }

  /** Lets go of everything: the transaction, started or not, does nothing more to the stores. */
  release(claim: Claim): void {
    if (claim.isReleased) return
    claim.isReleased = true
    if (claim.number === 0) return
    if (claim.missing > 0) this.#waitingCount--
    // Grants first and starts after: what starts may come back here, and must find every lock in order.
    let startable: Claim[] | null = null
    if (claim.exclusive) startable = collectStartable(this.#writer.release(claim), startable)
    for (const storeId of claim.storeIds) {
      startable = collectStartable(this.#lockOf(storeId).release(claim), startable)
    }
    this.#startAll(startable)
  }

  /** Starts nothing until `work` is over: transactions that `work` ends one by one must not start in between. */
  holdUpStarts(work: () => void): void {
    const outer = this.#heldUp
    const heldUp = outer ?? []
    this.#heldUp = heldUp
    work()
    this.#heldUp = outer
    if (!outer) for (const claim of heldUp) if (!claim.isReleased) claim.owner.start()
  }

  #startAll(startable: readonly Claim[] | null): void {
    if (!startable) return
    this.#waitingCount -= startable.length
    if (this.#heldUp) return appendAll(this.#heldUp, startable)
    for (const granted of startable) if (!granted.isReleased) granted.owner.start()
  }

  #lockOf(storeId: number): Lock {
    const known = this.#stores.get(storeId)
    if (known) return known
    const lock = new Lock()
    this.#stores.set(storeId, lock)
    return lock
  }
}

/** Adds the claims that hold all they claimed; most often there is none, and no list. */
function collectStartable(granted: readonly Claim[] | null, into: Claim[] | null): Claim[] | null {
  if (!granted) return into
  const startable = granted.filter((claim) => claim.missing === 0)
  if (startable.length === 0) return into
  if (into) appendAll(into, startable)
  return into ?? startable
}

function appendAll(list: Claim[], claims: readonly Claim[]): void {
  for (const claim of claims) append(list, claim)
}

/** Shared by any number of claims or held by one exclusive claim; waiting claims in order. */
class Lock {
  #exclusiveHolder: Claim | null = null
  /** Counted and not listed: a set that each transaction enters and leaves keeps many of them from being collected. */
  #sharedHolderCount = 0
  /** The number of the last claim granted. Those up to it were granted too, as this goes by order; those that wait come after it. */
  #lastGranted = 0
  readonly #waiting = new Fifo<Claim>()

  claim(claim: Claim): void {
    if (this.#firstWaiting() === undefined && this.#admits(claim)) this.#grant(claim)
    else this.#waiting.push(claim)
  }

  /** Lets go of a claim, granted or still waiting; the claims that have now been granted, null when none. */
  release(claim: Claim): readonly Claim[] | null {
    if (this.#exclusiveHolder === claim) this.#exclusiveHolder = null
    else if (!claim.exclusive && claim.number <= this.#lastGranted) this.#sharedHolderCount--
    let granted: Claim[] | null = null
    for (;;) {
      const next = this.#firstWaiting()
      if (next === undefined || !this.#admits(next)) return granted
      this.#waiting.shift()
      this.#grant(next)
      append((granted ??= []), next)
    }
  }

  /** Passes over claims that were released while they waited. */
  #firstWaiting(): Claim | undefined {
    while (this.#waiting.first()?.isReleased) this.#waiting.shift()
    return this.#waiting.first()
  }

  #admits({ exclusive }: Claim): boolean {
    return this.#exclusiveHolder === null && (!exclusive || this.#sharedHolderCount === 0)
  }

  #grant(claim: Claim): void {
    if (claim.exclusive) this.#exclusiveHolder = claim
    else this.#sharedHolderCount++
    this.#lastGranted = claim.number
    claim.missing--
  }
}
