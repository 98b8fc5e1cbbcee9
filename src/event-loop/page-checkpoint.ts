/**
 * The microtask checkpoint in pages and workers.
 *
 * A browser empties the microtask queue after each of its own calls into script: also between two listeners of one event it
 * dispatches itself. So a message port with many listeners gives many checkpoints in one task, where a task for each would
 * cost some 20 µs. Such a listener is a *slot* here: each runs one callback.
 *
 * Outside of such a message the next checkpoint has to be a task of its own, and one before any timer: a transaction must not
 * be seen active by the next task. Messages come after timers that are due; tasks of the highest priority do not.
 */
import { append } from '../base/own-property.ts'
import { receiveMessages } from './receive-messages.ts'

/** How many slots a message has: enough that its 20 µs do not show, few enough that timers are served. */
const slotCount = 64

/** An event with listeners on several targets is begun only with so many slots left, so that it need not change tasks. */
const slotReserve = 8

/** https://wicg.github.io/scheduling-apis/#sec-scheduler; older browsers lack it. */
interface TaskScheduler {
  postTask(callback: () => void, options: { priority: 'user-blocking' }): Promise<void>
}

/** See `Platform` in `checkpoint.ts`. */
export function pagePlatform(): {
  readonly afterMicrotasks: (callback: () => void) => () => void
  readonly afterTurn: (callback: () => void) => void
  readonly hasRoom: () => boolean
  readonly listen: (target: EventTarget, receive: (message: unknown) => void) => void
  readonly wake: () => boolean
} {
  const { port1, port2 } = new MessageChannel()
  /** For the next slots of the message being dispatched. */
  const due: (() => void)[] = []
  /** For the slots of messages to come. */
  const later: (() => void)[] = []
  let slotsLeft = 0

  function runSlot(event: Event, place: number): void {
    if (place === 0) for (const callback of later.splice(0)) append(due, callback)
    slotsLeft = slotCount - 1 - place
    const callback = due.shift()
    if (callback) return callback()
    slotsLeft = 0
    event.stopImmediatePropagation()
  }

  function addSlots(target: EventTarget): void {
    for (let place = 0; place < slotCount; place++) {
      target.addEventListener('message', (event) => runSlot(event, place))
    }
  }

  addSlots(port1)
  port1.start()

  function listen(target: EventTarget, receive: (message: unknown) => void): void {
    receiveMessages(target, (message) => {
      slotsLeft = slotCount
      receive(message)
    })
    addSlots(target)
  }

  function afterTurn(callback: () => void): void {
    append(later, callback)
    port2.postMessage(null)
  }

  const runSoon = urgentTasks() ?? afterTurn
  return {
    afterMicrotasks: (callback) => () => {
      if (slotsLeft > due.length) append(due, callback)
      else runSoon(callback)
    },
    afterTurn,
    hasRoom: () => slotsLeft >= slotReserve,
    wake: () => false,
    listen,
  }
}

/** Queues tasks that come before all timers and messages; null where the browser has no such thing. */
function urgentTasks(): ((callback: () => void) => void) | null {
  const { scheduler } = globalThis as { scheduler?: TaskScheduler }
  if (typeof scheduler?.postTask !== 'function') return null
  const postTask = scheduler.postTask.bind(scheduler)
  return (callback) => void postTask(callback, { priority: 'user-blocking' })
}
