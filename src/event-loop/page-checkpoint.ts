/**
 * The microtask checkpoint in pages and workers.
 *
 * A browser empties the microtask queue after each of its own calls into script: also between two listeners of one event it
 * dispatches itself. So a message port with many listeners gives many checkpoints in one task, where a task for each would
 * cost about 20 µs. Such a listener is a *slot* here: each runs one callback.
 *
 * Outside of such a message the next checkpoint has to be a task of its own, and one before any timer: a transaction must not
 * be seen active by the next task. Messages come after timers that are due; tasks of the highest priority do not.
 */
import { queueReaction } from '../base/node-callbacks.ts'
import { append } from '../base/own-property.ts'
import type { CheckpointPlatform } from './checkpoint-platform.ts'
import { receiveMessages } from './receive-messages.ts'

/** How many slots a message has: enough that its 20 µs do not show, few enough that timers are served. */
const slotCount = 64

/** An event with listeners on several targets is begun only with this many slots left, so that it need not change tasks. */
const slotReserve = 8

/** https://wicg.github.io/scheduling-apis/#sec-scheduler; older browsers lack it. */
interface TaskScheduler {
  postTask(callback: () => void, options: { priority: 'user-blocking' }): Promise<void>
}

/** See `CheckpointPlatform`. */
export class PageCheckpoint implements CheckpointPlatform {
  readonly #turns = new MessageChannel()
  /** For the next slots of the message being dispatched. */
  readonly #due: (() => void)[] = []
  /** For the slots of messages to come. */
  readonly #later: (() => void)[] = []
  #slotsLeft = 0
  readonly #runSoon = urgentTasks() ?? ((callback: () => void) => this.afterTurn(callback))

  constructor() {
    this.#addSlots(this.#turns.port1)
    this.#turns.port1.start()
  }

  afterMicrotasks(callback: () => void): () => void {
    return () => {
      if (this.#slotsLeft > this.#due.length) append(this.#due, callback)
      else this.#runSoon(callback)
    }
  }

  afterCheckpoint(callback: () => void): () => void {
    return () => {
      if (this.#slotsLeft > this.#due.length) append(this.#due, callback)
      else queueReaction(callback)
    }
  }

  afterTurn(callback: () => void): void {
    append(this.#later, callback)
    this.#turns.port2.postMessage(null)
  }

  hasRoom(): boolean {
    return this.#slotsLeft >= slotReserve
  }

  listen(target: EventTarget, receive: (message: unknown) => void): void {
    receiveMessages(target, (message) => {
      this.#slotsLeft = slotCount
      receive(message)
    })
    this.#addSlots(target)
  }

  wake(): boolean {
    return false
  }

  #addSlots(target: EventTarget): void {
    for (let place = 0; place < slotCount; place++) {
      target.addEventListener('message', (event) => this.#runSlot(event, place))
    }
  }

  #runSlot(event: Event, place: number): void {
    if (place === 0) for (const callback of this.#later.splice(0)) append(this.#due, callback)
    this.#slotsLeft = slotCount - 1 - place
    const callback = this.#due.shift()
    if (callback) return callback()
    this.#slotsLeft = 0
    event.stopImmediatePropagation()
  }
}

/** Queues tasks that come before all timers and messages; null where the browser has no such thing. */
function urgentTasks(): ((callback: () => void) => void) | null {
  const { scheduler } = globalThis as { scheduler?: TaskScheduler }
  if (typeof scheduler?.postTask !== 'function') return null
  const postTask = scheduler.postTask.bind(scheduler)
  return (callback) => void postTask(callback, { priority: 'user-blocking' })
}
