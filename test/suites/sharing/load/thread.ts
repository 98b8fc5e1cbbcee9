/** The load of one thread: random tasks, several at once, until it is told to finish. */
import { resultOf } from '../../../kit/promises.ts'
import { claim, raise, scan, transfer } from './bank.ts'
import type { Connections } from './databases.ts'
import { playModel } from './model.ts'
import { deleteScratch, fillScratch, type OwnState, Possible, replaceOwn } from './own.ts'
import { type Place, Task } from './task.ts'
import { abortedBy, type Ending } from './transactions.ts'
import { upgrade } from './upgrade.ts'

/** How a thread works. */
export interface Pace {
  /** Tasks under way at once, at most. */
  readonly slots: number
  /** How long a slot rests between two tasks, at most. */
  readonly restMs: number
}

type Do = (task: Task, own: OwnState) => Promise<Ending>

/** How many of 100 tasks are of each kind. */
const shares: readonly (readonly [number, Do])[] = [
  [20, transfer],
  [10, raise],
  [10, claim],
  [10, scan],
  [20, replaceOwn],
  [25, playModel],
  [2, upgrade],
  [2, fillScratch],
  [1, deleteScratch],
]

/** A thread at work. */
export class Worker {
  readonly #place: Place
  readonly #pace: Pace
  #number = 0
  #isFinishing = false

  constructor(place: Place, pace: Pace) {
    this.#place = place
    this.#pace = pace
  }

  /** Resolves when it was told to finish and all its tasks are over. */
  async work(): Promise<void> {
    await watchIdle(this.#place.connections)
    const slots = Array.from({ length: this.#pace.slots }, (_, slot) => this.#runSlot(slot))
    await Promise.all(slots)
    await checkIdle(this.#place)
  }

  finish(): void {
    this.#isFinishing = true
  }

  async #runSlot(slot: number): Promise<void> {
    const own = { record: new Possible(), scratch: new Possible() }
    while (!this.#isFinishing) {
      const task = new Task(this.#place, slot, ++this.#number)
      await this.#run(task, own)
      await rest(task.random.below(this.#pace.restMs + 1))
    }
  }

  async #run(task: Task, own: OwnState): Promise<void> {
    if (task.breaks('lose')) {
      task.begin('transfer', ['bank/journal-a'])
      return task.end({ committed: true })
    }
    if (task.breaks('hang')) await new Promise(() => {})
    const run = task.breaks('torn') ? transfer : task.breaks('forge') ? playModel : pickTask(task)
    const ending = await run(task, own).catch(abortedBy)
    if (task.breaks('twice') && ending.committed) await run(task, own).catch(abortedBy)
    task.end(ending)
    // What cannot go on must not keep the processor from what can.
    if (!ending.committed) await rest(5)
  }
}

function pickTask({ random }: Task): Do {
  let draw = random.below(100)
  for (const [share, run] of shares) {
    draw -= share
    if (draw < 0) return run
  }
  throw new Error('unreachable: the shares are 100')
}

/** A connection that nothing is done with is told nothing. */
async function watchIdle(connections: Connections): Promise<void> {
  await connections.to('idle')
}

/** And it can be used in the end. */
async function checkIdle({ connections, log }: Place): Promise<void> {
  const idle = await connections.to('idle')
  const found = await resultOf(idle.transaction('idle').objectStore('idle').get(1))
  if (found !== 'idle') log({ t: 'wrong', what: `the idle connection reads ${String(found)}` })
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
