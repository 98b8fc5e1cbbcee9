/**
 * Which transactions may start.
 *
 * Each object store has a lock, and so has the right to write. A transaction requests its locks all at once when it is
 * created, and each lock serves its requests strictly in that order: shared to read-only transactions, exclusive to
 * read/write ones. A transaction starts when it holds all it asked for. So order of creation decides, nothing overtakes,
 * and nothing deadlocks; a request costs time by the size of its scope, however many are waiting.
 *
 * The lock of the right to write makes read/write transactions of one database run one after the other, which the
 * specification allows and the engine (one writer) demands. Where another engine does not, there is none.
 *
 * A transaction that has committed lets go before it may say so: what starts then follows it, see `commit-queue.ts`.
 * https://w3c.github.io/IndexedDB/#transaction-scheduling
 */
import { append } from '../base/own-property.ts'
import { Fifo } from '../base/fifo.ts'

/** What asks for locks. */
export interface LockOwner {
  /** Called once, when the transaction may start; within `add` if nothing stands in its way. */
  start(): void
}

/** A transaction as the scheduler sees it. */
export class LockRequest {
  readonly storeIds: readonly number[]
  readonly exclusive: boolean
  readonly owner: LockOwner
  /** Its place in the order of creation; 0 until the scheduler has it. */
  number = 0
  /** Locks requested and not yet granted. */
  missing = 0
  isReleased = false

  constructor(storeIds: readonly number[], exclusive: boolean, owner: LockOwner) {
    this.storeIds = storeIds
    this.exclusive = exclusive
    this.owner = owner
  }
}

/** The locks of one database. */
export class Scheduler {
  readonly #stores = new Map<number, Lock>()
  /** null: those that write to different stores run side by side. */
  readonly #writer: Lock | null
  #waitingCount = 0
  #lastNumber = 0
  /** What may start once the held-up starts are let go; null: nothing is held up. */
  #heldUp: LockRequest[] | null = null

  constructor({ hasOneWriter = true } = {}) {
    this.#writer = hasOneWriter ? new Lock() : null
  }

  /** Whether a transaction waits for another to finish. */
  get hasWaiting(): boolean {
    return this.#waitingCount > 0
  }

  /** Takes a transaction's place in the order of creation. */
  add(request: LockRequest): void {
    const { storeIds, exclusive } = request
    request.number = ++this.#lastNumber
    const writer = exclusive ? this.#writer : null
    request.missing = storeIds.length + (writer ? 1 : 0)
    writer?.request(request)
    for (const storeId of storeIds) this.#lockOf(storeId).request(request)
    if (request.missing > 0) this.#waitingCount++
    else request.owner.start()
  }

  /** Lets go of everything: the transaction, started or not, does nothing more to the stores. */
  release(request: LockRequest): void {
    if (request.isReleased) return
    request.isReleased = true
    if (request.number === 0) return
    if (request.missing > 0) this.#waitingCount--
    // Grants first and starts after: what starts may come back here, and must find every lock in order.
    let startable: LockRequest[] | null = null
    const writer = request.exclusive ? this.#writer : null
    if (writer) startable = collectStartable(writer.release(request), startable)
    for (const storeId of request.storeIds) {
      startable = collectStartable(this.#lockOf(storeId).release(request), startable)
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
    if (!outer) for (const request of heldUp) if (!request.isReleased) request.owner.start()
  }

  #startAll(startable: readonly LockRequest[] | null): void {
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

/** Adds the requests that hold all they asked for; most often there is none, and no list. */
function collectStartable(
  granted: readonly LockRequest[] | null,
  into: LockRequest[] | null,
): LockRequest[] | null {
  if (!granted) return into
  const startable = granted.filter((request) => request.missing === 0)
  if (startable.length === 0) return into
  if (into) appendAll(into, startable)
  return into ?? startable
}

function appendAll(list: LockRequest[], requests: readonly LockRequest[]): void {
  for (const request of requests) append(list, request)
}

/** Shared by any number of requests or held by one exclusive request; waiting requests in order. */
class Lock {
  #exclusiveHolder: LockRequest | null = null
  /** Counted and not listed: a set that each transaction enters and leaves keeps many of them from being collected. */
  #sharedHolderCount = 0
  /** The number of the last request granted. Those up to it were granted too, as this goes by order; those that wait come after it. */
  #lastGranted = 0
  readonly #waiting = new Fifo<LockRequest>()

  request(request: LockRequest): void {
    if (this.#firstWaiting() === undefined && this.#admits(request)) this.#grant(request)
    else this.#waiting.push(request)
  }

  /** Lets go of a request, granted or still waiting; the requests that have now been granted, null when none. */
  release(request: LockRequest): readonly LockRequest[] | null {
    if (this.#exclusiveHolder === request) this.#exclusiveHolder = null
    else if (!request.exclusive && request.number <= this.#lastGranted) this.#sharedHolderCount--
    let granted: LockRequest[] | null = null
    for (;;) {
      const next = this.#firstWaiting()
      if (next === undefined || !this.#admits(next)) return granted
      this.#waiting.shift()
      this.#grant(next)
      append((granted ??= []), next)
    }
  }

  /** Passes over requests that were released while they waited. */
  #firstWaiting(): LockRequest | undefined {
    while (this.#waiting.first()?.isReleased) this.#waiting.shift()
    return this.#waiting.first()
  }

  #admits({ exclusive }: LockRequest): boolean {
    return this.#exclusiveHolder === null && (!exclusive || this.#sharedHolderCount === 0)
  }

  #grant(request: LockRequest): void {
    if (request.exclusive) this.#exclusiveHolder = request
    else this.#sharedHolderCount++
    this.#lastGranted = request.number
    request.missing--
  }
}
