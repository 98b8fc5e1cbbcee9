/**
 * Who may keep the thread, and for how long.
 *
 * What is asked of a started transaction is done within the call, which is fastest: nothing is copied and nobody waits.
 * But a loop of 100,000 calls would then block timers and I/O for its whole length. So once the calls since the last turn of
 * the event loop have taken `eagerMs`, further work is queued, and the pump does it in slices between turns.
 */
import { now, queueTurn } from './turn.ts'

/** How long callers may keep the thread between two turns: half a frame. */
const eagerMs = 8
/** How long the pump keeps it: short enough for timers, long enough that a turn's own cost (1 µs) does not show. */
const sliceMs = 1
/** The clock costs some 50 ns, a small operation some 700: ask it once in so many. */
const clockInterval = 16

/** Something that does its queued work step by step. */
export interface Work {
  /** Does a small piece, and says whether more is left. */
  step(): boolean
  /** How heavy the next step is, in small operations. */
  readonly nextWeight: number
}

/** One host's pump. */
export class Pump {
  #runnable: Work[] = []
  #state: 'idle' | 'running' | 'queued' = 'idle'
  readonly #eager = new EagerTime()

  /** Whether an operation of that weight, in small operations, may be executed within the caller's call. */
  allows(weight: number): boolean {
    return this.#eager.allows(weight)
  }

  /** Has the work done until it says that none is left: at once while the callers' time lasts, else in turns to come. */
  add(work: Work): void {
    this.#runnable.push(work)
    if (this.#state !== 'idle') return
    this.#run((weight) => this.#eager.allows(weight))
  }

  #run(allows: (weight: number) => boolean): void {
    this.#state = 'running'
    try {
      this.#stepWhile(allows)
    } finally {
      this.#state = this.#runnable.length === 0 ? 'idle' : 'queued'
      if (this.#state === 'queued') queueTurn(() => this.#slice())
    }
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
    let done = 0
    try {
      for (let work = this.#runnable[0]; work; work = this.#runnable[done]) {
        if (!allows(work.nextWeight)) return
        if (!work.step()) done++
      }
    } finally {
      this.#runnable.splice(0, done)
    }
  }
}

/** The time callers have taken since the last turn of the event loop. */
class EagerTime {
  #count = 0
  /** When the clock was first asked in this turn; null: not yet. */
  #since: number | null = null
  #isSpent = false
  readonly #onTurn = () => {
    this.#since = null
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
      this.#since = time
      queueTurn(this.#onTurn)
    }
    this.#isSpent = time - this.#since > eagerMs
  }
}

function crossesInterval(previous: number, count: number): boolean {
  return Math.floor(previous / clockInterval) !== Math.floor(count / clockInterval)
}
