/** The connections to the server that transactions use, one each. */
import { append } from '../base/own-property.ts'
import { Fifo } from '../base/fifo.ts'
import { exceptionOf } from '../errors.ts'
import { now, queueIdleTimer } from '../event-loop/turn.ts'
import { againAfterLoss } from './after-loss.ts'
import { Pulse } from './pulse.ts'
import { remoteFailure } from './server-failures.ts'
import { type Connector, NoLongerWanted } from './wire/connect.ts'
import type { TransactionStatements } from './sql/transaction-statements.ts'
import { hurry } from './wire/hurry.ts'
import { sqlState } from './wire/problem.ts'
import type { FindUnused } from './wire/silence.ts'
import { StatementError, type Wire } from './wire/wire.ts'

/** After that long without a transaction a connection is closed, unless it is the last: others may be in want of one. */
const spareMs = 10_000

/** A connection, for a transaction's length. */
export class Lease {
  readonly wire: Wire
  /** Names the connection among its client's. */
  readonly slot: number
  #token = 0
  /** Whether its slot is no more: it is not to be used again. */
  isRetired = false
  /** When it was given back. */
  idleSince = 0

  constructor(wire: Wire, slot: number) {
    this.wire = wire
    this.slot = slot
  }

  /** The number of the next transaction; the one after it is never used, see `Session.outcomeOf()`. */
  nextToken(): number {
    this.#token += 2
    return this.#token
  }
}

/** What a pool needs. */
export interface PoolOptions {
  readonly schema: string
  readonly connector: Connector
  readonly statements: TransactionStatements
  readonly most: number
  /** After that the server ends a transaction in which nothing happens. */
  readonly idleMs: number
  /** Resolves with the client's name once its session is there, to which slots belong. */
  readonly client: () => Promise<string>
  /** Makes the session's rows again where they are gone. */
  readonly revive: () => Promise<void>
  /** In place of the time after which idle connections are closed. */
  readonly spareMs?: number
  /** Which processes of the server have done nothing for `idleMs`, or are gone, as it says over the connection for messages. */
  readonly findUnused: FindUnused
}

interface Waiting {
  readonly isRequest: boolean
  resolve(lease: Lease): void
  reject(error: unknown): void
}

export class Pool {
  readonly #options: PoolOptions
  readonly #idle: Lease[] = []
  readonly #all = new Set<Lease>()
  readonly #waiting = new Fifo<Waiting>()
  /** Those that requests have. */
  readonly #lent = new Set<Lease>()
  /** How many requests have one, or want one. */
  #requestCount = 0
  /** How many are there or being made. */
  #count = 0
  /** Those that are being made. */
  readonly #making = new Set<Promise<void>>()
  /** Those that are being closed as there are too many. */
  readonly #ending = new Set<Promise<void>>()
  #lastSlot = 0
  /** Those whose rows are to stay: of a connection that was lost in use it may yet be asked what became of a commit. */
  readonly #slots = new Set<number>()
  readonly #pulse: Pulse
  /** null: no connection is more than needed. */
  #stopSparing: (() => void) | null = null
  /** The client's name, as it was told last. */
  #client = ''

  constructor(options: PoolOptions) {
    this.#options = options
    this.#pulse = new Pulse(options.idleMs, () => this.#inUse(), options.findUnused)
  }

  /**
   * The slots to be made again, as they are gone: those of idle connections. One that is in use does not get its own again, which
   * would say that what it commits at this moment was not made; it is closed after that.
   */
  slotsToRemake(): number[] {
    const idle = new Set(this.#idle)
    for (const lease of this.#all) lease.isRetired ||= !idle.has(lease)
    return this.idleSlots
  }

  /** The slots of idle connections. */
  get idleSlots(): number[] {
    return this.#idle.map(({ slot }) => slot)
  }

  /** Ends all connections now, those in use, too: they lead to a server that is no longer the one that takes writes. */
  cutOff(): void {
    for (const { wire } of this.#all) wire.cutOff()
  }

  /** Closes all, if none is in use or wanted. Gives whether it has. */
  letIdleGo(): boolean {
    if (this.#making.size > 0 || this.#inUse().length > 0) return false
    this.#cutOffIdle()
    return true
  }

  /** Whether there is a connection at once. */
  get hasIdle(): boolean {
    return this.#idle.length > 0
  }

  /** A connection for a transaction, as soon as there is one. @throws UnknownError where the server cannot be reached */
  acquire(): Promise<Lease> {
    return this.#acquire(false)
  }

  /**
   * The same for a request to open or delete a database, which does not count: it may wait until transactions of this process, and of
   * others, have ended, and must keep none from its connection.
   */
  acquireForRequest(): Promise<Lease> {
    this.#requestCount++
    return this.#acquire(true)
  }

  /** It must be idle, or lost; then nothing is asked about it any more. */
  release(lease: Lease): void {
    this.#takeBack(lease)
    const { wire, slot, isRetired } = lease
    if (wire.isLost || isRetired) this.#slots.delete(slot)
    if (wire.isLost) return
    if (isRetired) {
      // The server is well, and so are the idle ones.
      this.#forget(lease)
      return wire.cutOff()
    }
    if (this.#count > this.#most) return this.#dismiss(lease)
    const next = this.#waiting.shift()
    if (next) return this.#give(lease, next)
    lease.idleSince = now()
    append(this.#idle, lease)
    this.#spare()
  }

  /** Closes all, also those that are being made and that no one waits for any more; none must be in use. */
  async close(): Promise<void> {
    this.#pulse.stop()
    await Promise.all(this.#making)
    this.#stopSparing?.()
    this.#stopSparing = null
    const all = [...this.#all]
    this.#idle.length = 0
    // They go with the session's row.
    this.#slots.clear()
    await Promise.all([...this.#ending, ...all.map(({ wire }) => wire.end().catch(() => {}))])
  }

  get #most(): number {
    return this.#options.most + this.#requestCount
  }

  #acquire(isRequest: boolean): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const waiting = { isRequest, resolve, reject }
      const idle = this.#takeIdle()
      if (idle) return this.#give(idle, waiting)
      this.#waiting.push(waiting)
      if (this.#count < this.#most) this.#begin()
    })
  }

  #give(lease: Lease, { isRequest, resolve }: Waiting): void {
    if (isRequest) this.#lent.add(lease)
    this.#pulse.begin()
    resolve(lease)
  }

  #inUse(): Wire[] {
    const idle = new Set(this.#idle)
    return [...this.#all].filter((lease) => !idle.has(lease)).map(({ wire }) => wire)
  }

  #takeBack(lease: Lease): void {
    if (this.#lent.delete(lease)) this.#requestCount--
  }

  /** Has connections closed that stay idle, but one. */
  #spare(): void {
    if (this.#idle.length < 2 || this.#stopSparing) return
    const ms = this.#options.spareMs ?? spareMs
    this.#stopSparing = queueIdleTimer(() => {
      this.#stopSparing = null
      // The first has been idle for the longest time.
      for (let [lease, next] = this.#idle; lease && next; [lease, next] = this.#idle) {
        if (lease.idleSince > now() - ms) break
        this.#idle.shift()
        this.#dismiss(lease)
      }
      this.#spare()
    }, ms)
  }

  #dismiss(lease: Lease): void {
    this.#forget(lease)
    const { wire, slot } = lease
    this.#slots.delete(slot)
    // What fails is lost, and its row goes with the session.
    wire.ask(this.#options.statements.dropSlot, [this.#client, slot]).catch(() => {})
    const ending = wire
      .end()
      .catch(() => {})
      .finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }

  #takeIdle(): Lease | undefined {
    for (let lease = this.#idle.pop(); lease; lease = this.#idle.pop()) {
      if (!lease.wire.isLost) return lease
    }
    return undefined
  }

  #begin(): void {
    const making = this.#make().finally(() => this.#making.delete(making))
    this.#making.add(making)
  }

  /** Never rejects: those who wait are told. */
  async #make(): Promise<void> {
    this.#count++
    try {
      const lease = await againAfterLoss(() => this.#connect())
      this.#all.add(lease)
      lease.wire.onLoss(() => this.#lost(lease))
      this.release(lease)
    } catch (error) {
      this.#count--
      if (error instanceof NoLongerWanted) this.#beginIfWanted()
      else this.#refuse(error)
    }
  }

  #beginIfWanted(): void {
    if (this.#isWanted && this.#count < this.#most) this.#begin()
  }

  get #isWanted(): boolean {
    return this.#waiting.first() !== undefined
  }

  /** Whether transactions have connections, or may have. */
  get #hasSome(): boolean {
    return this.#all.size > this.#lent.size
  }

  /** Tells one of those who wait, unless transactions have connections which it can wait for; all, where none is being made any more. */
  #refuse(error: unknown): void {
    if (this.#hasSome) return
    do {
      const refused = this.#waiting.shift()
      if (refused?.isRequest) this.#requestCount--
      refused?.reject(exceptionOf(remoteFailure(error, { schema: this.#options.schema })))
    } while (this.#count === this.#lent.size && this.#isWanted)
  }

  async #connect(): Promise<Lease> {
    const { connector, client } = this.#options
    const name = (this.#client = await client())
    // Where the server takes no more, those that there are serve all, and it is no failure.
    const wire = await connector.connect(() => this.#isWanted && !this.#hasSome)
    const slot = ++this.#lastSlot
    this.#slots.add(slot)
    try {
      await hurry(wire, this.#makeSlot(wire, name, slot))
      return new Lease(wire, slot)
    } catch (error) {
      this.#slots.delete(slot)
      wire.cutOff()
      throw error
    }
  }

  async #makeSlot(wire: Wire, client: string, slot: number): Promise<void> {
    const { statements, revive } = this.#options
    const made = [client, slot, [...this.#slots]]
    try {
      await wire.ask(statements.makeSlot, made)
    } catch (error) {
      if (!isWithoutSession(error)) throw error
      await revive()
      await wire.ask(statements.makeSlot, made)
    }
  }

  /** Those that are idle go with it: they may be gone without having noticed, and would be tried in turn. */
  #lost(lease: Lease): void {
    this.#takeBack(lease)
    if (this.#forget(lease)) this.#cutOffIdle()
    this.#beginIfWanted()
  }

  #cutOffIdle(): void {
    for (const { wire, slot } of this.#idle.splice(0)) {
      this.#slots.delete(slot)
      wire.cutOff()
    }
  }

  /** Gives whether it was still one of those that there are. */
  #forget(lease: Lease): boolean {
    const isKnown = this.#all.delete(lease)
    if (isKnown) this.#count--
    return isKnown
  }
}

function isWithoutSession(error: unknown): boolean {
  return error instanceof StatementError && error.problem.code === sqlState.missingReference
}
