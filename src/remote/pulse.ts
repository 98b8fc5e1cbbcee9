/**
 * Keeps the server from ending transactions of this process in which nothing happens, as while script waits for something else: it is to
 * end those of a process that stands still, or is gone, and no others.
 */
import { queueIdleTimer } from '../event-loop/turn.ts'
import { nothing } from './sql/transaction-statements.ts'
import { type FindUnused, Silence } from './wire/silence.ts'
import type { Wire } from './wire/wire.ts'

/** How often it looks in the time after which the server ends a transaction: of two looks the second finds that nothing happened in between. */
const looksPerTimeOut = 6

/**
 * Sends something tiny over the connections that transactions have, where nothing else is sent; those from which an answer has been awaited
 * for as long as the server waits for a process are looked into.
 */
export class Pulse {
  readonly #pauseMs: number
  readonly #inUse: () => readonly Wire[]
  readonly #silence: Silence
  /** How much had been sent over those in use at the last look. */
  #sentCounts = new Map<Wire, number>()
  /** null: no look is to come. */
  #stop: (() => void) | null = null

  /** `idleMs`: after that the server ends a transaction. `inUse`: gives the connections that transactions have. */
  constructor(idleMs: number, inUse: () => readonly Wire[], findUnused: FindUnused) {
    this.#pauseMs = idleMs / looksPerTimeOut
    this.#inUse = inUse
    this.#silence = new Silence(looksPerTimeOut, findUnused)
  }

  /** A transaction has a connection from now on. */
  begin(): void {
    this.#stop ??= queueIdleTimer(() => this.#look(), this.#pauseMs)
  }

  /** None has. */
  stop(): void {
    this.#stop?.()
    this.#stop = null
    this.#sentCounts.clear()
  }

  #look(): void {
    this.#stop = null
    const before = this.#sentCounts
    this.#sentCounts = new Map()
    const inUse = this.#inUse()
    this.#silence.look(inUse)
    for (const wire of inUse) {
      if (wire.isIdle && wire.sentCount === before.get(wire)) wire.send(nothing, [], unheard)
      this.#sentCounts.set(wire, wire.sentCount)
    }
    if (this.#sentCounts.size > 0) this.begin()
  }
}

/** Where it fails, so does what the transaction sends next, which is told. */
const unheard = { done() {}, failed() {} }
