/**
 * Who may keep the thread, and for how long.
 *
 * What is asked of a started transaction is done within the call, which is fastest: nothing is copied and no caller waits.
 * But a loop of 100,000 calls would then block timers and I/O for its whole length. So once the calls since the last turn of
 * the event loop have taken `eagerMs`, further work is queued, and the pump does it in slices between turns.
 */
import { Fifo } from '../base/fifo.ts'
import { now, queueTurn } from './turn.ts'

/** How long callers may keep the thread between two turns: half a frame. */
const eagerMs = 8
/** How long the pump keeps it: short enough for timers, long enough that a turn's own cost (1 µs) does not show. */
const sliceMs = 1
/** How many small operations pass between two looks at the clock: it costs about 50 ns, one of them about 700. */
const clockInterval = 16

/** Something that does its queued work step by step. */
export interface Work {
  /** Does a small piece, and says whether more is left. */
  step(): boolean
  /** How heavy the next step is, in small operations. */
  readonly nextWeight: number
  /** A step has thrown: there must be no other. */
  cutOff(error: unknown): void
}

/** One host's pump. */
export class Pump {
  readonly #runnable = new Fifo<Work>()
  /** Also where a run was cut off, by whatever can end a call: then the turn that is queued goes on. */
  #isRunning = false
  #isTurnQueued = false
  readonly #eager = new EagerTime()
  readonly #onTurn = () => {
    this.#isTurnQueued = false
    this.#slice()
  }

  /** Whether an operation of that weight, in small operations, may be executed within the caller's call. */
  allows(weight: number): boolean {
    return this.#eager.allows(weight)
  }

  /** Has the work done until it says that none is left: at once while the callers' time lasts, else in turns to come. */
  add(work: Work): void {
    const wasIdle = this.#runnable.length === 0
    this.#runnable.push(work)
    if (this.#isRunning) return this.#queueTurn()
    if (wasIdle) this.#run((weight) => this.#eager.allows(weight))
  }

  #run(allows: (weight: number) => boolean): void {
    this.#isRunning = true
    this.#stepWhile(allows)
    this.#isRunning = false
    if (this.#runnable.length > 0) this.#queueTurn()
  }

  #queueTurn(): void {
    if (this.#isTurnQueued) return
    queueTurn(this.#onTurn)
    this.#isTurnQueued = true
  }

  #slice(): void {
    const until = now() + sliceMs
    let count = 0
    this.#run((weight) => {
      const previous = count
      count += weight
      return crossesInterval(previous, count) ? now() < until : true
    })
    // The next slice is another's turn: a long queue must not hold up short ones.
    const first = this.#runnable.length > 1 ? this.#runnable.shift() : undefined
    if (first) this.#runnable.push(first)
  }

  #stepWhile(allows: (weight: number) => boolean): void {
    for (let work = this.#runnable.first(); work; work = this.#runnable.first()) {
      if (!allows(work.nextWeight)) return
      if (!stepOf(work)) this.#runnable.shift()
    }
  }
}

function stepOf(work: Work): boolean {
  try {
    return work.step()
  } catch (error) {
    work.cutOff(error)
    return false
  }
}

/** How many hosts of this thread have no more time for callers in this turn. */
let spentCount = 0

/** Whether a host of this thread queues what it is asked until the next turn, as callers have taken their time in this one. */
export function isTurnSpent(): boolean {
  return spentCount > 0
}

/** The time callers have taken since the last turn of the event loop. */
class EagerTime {
  #count = 0
  /** When the clock was first asked in this turn; null: not yet. */
  #since: number | null = null
  #isSpent = false
  readonly #onTurn = () => {
    this.#since = null
    if (this.#isSpent) spentCount--
    this.#isSpent = false
  }

  allows(weight: number): boolean {
    if (this.#isSpent) return false
    const previous = this.#count
    this.#count += weight
    if (crossesInterval(previous, this.#count)) this.#askClock()
    return !this.#isSpent
  }

  #askClock(): void {
    const time = now()
    if (this.#since === null) {
      queueTurn(this.#onTurn)
      this.#since = time
    }
    this.#isSpent = time - this.#since > eagerMs
    if (this.#isSpent) spentCount++
  }
}

function crossesInterval(previous: number, count: number): boolean {
  return Math.floor(previous / clockInterval) !== Math.floor(count / clockInterval)
}
