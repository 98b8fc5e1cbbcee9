/**
 * The microtask checkpoint: calls back when every microtask has run, before anything else of this package does. One
 * way per platform, each captured at load, so that a test framework's fake timers cannot freeze the queue.
 *
 * Node, Bun and Deno: a tick requested inside a microtask runs only when the microtask queue is empty. It starves timers
 * and I/O, so once in a while a turn of the event loop is taken instead. Pages and workers: see `page-checkpoint.ts`; workerd: `timer-checkpoint.ts`.
 */
import type { CheckpointPlatform } from './checkpoint-platform.ts'
import { PageCheckpoint } from './page-checkpoint.ts'
import { queueImmediate, queueReaction, queueTick } from '../base/node-callbacks.ts'
import { receiveMessages } from './receive-messages.ts'
import { isWorkerd } from '../base/workerd.ts'
import { timerCheckpoint } from './timer-checkpoint.ts'

/** How long callbacks may follow each other before the event loop gets a turn. Measured: 0.25 costs 8-18 %, 4 saves 5 %. */
const turnAfterMs = 1

/** How many checkpoints pass between two looks at the clock, which costs a fifth of one. */
const checkpointsPerClock = 16

const now: () => number = performance.now.bind(performance)
const platform = choosePlatform()

let lastTurnMs = 0
let checkpointsLeft = 0

/**
 * Gives a function that has `callback` called when all microtasks have run, however long the event loop has been waiting.
 * It is made once and used for every dispatch: a closure for each would be garbage for each.
 */
export const afterMicrotasks = (callback: () => void): (() => void) =>
  platform.afterMicrotasks(callback)

/**
 * Gives a function that has `callback` called soon: after the checkpoint that is coming where no task of its own is needed for that,
 * else in a microtask. What is cleaned up at the checkpoint comes before it.
 */
export const afterCheckpoint = (callback: () => void): (() => void) =>
  platform.afterCheckpoint(callback)

/** Called when something waits for a callback that is coming: see `CheckpointPlatform`. */
export const wake = (look: () => void): boolean => platform.wake(look)

/** Whether the event loop has waited long enough; asks the clock only now and then. */
export function isTurnDue(): boolean {
  if (!platform.hasRoom()) return true
  if (--checkpointsLeft > 0) return false
  checkpointsLeft = checkpointsPerClock
  return now() - lastTurnMs >= turnAfterMs
}

/** Calls back after a turn of the event loop. */
export function takeTurn(callback: () => void): void {
  platform.afterTurn(() => {
    lastTurnMs = now()
    callback()
  })
}

/**
 * Has `receive` called with the messages that come to `target`, which has no other listeners. What it queues is run in the same
 * turn of the event loop where the platform can have microtasks run in between: a turn costs about 20 µs in a page.
 */
export function listenToMessages(target: EventTarget, receive: (message: unknown) => void): void {
  platform.listen(target, (message) => {
    lastTurnMs = now()
    checkpointsLeft = checkpointsPerClock
    receive(message)
  })
}

function choosePlatform(): CheckpointPlatform {
  if (isWorkerd) return timerCheckpoint()
  if (!queueTick || !queueImmediate) return new PageCheckpoint()
  return processCheckpoint(queueTick, queueImmediate)
}

type Queue = (callback: () => void) => void

function processCheckpoint(queueTick: Queue, queueImmediate: Queue): CheckpointPlatform {
  let isWaking = false
  const afterMicrotasks = (callback: () => void) => {
    const requestTick = (): void => queueTick(callback)
    return () => queueReaction(requestTick)
  }
  return {
    afterMicrotasks,
    // Ticks come in the order in which they were requested.
    afterCheckpoint: afterMicrotasks,
    afterTurn: queueImmediate,
    hasRoom: () => true,
    // Engine: a tick is lost when script puts a throwing setter on Array.prototype once it was asked for.
    wake(look) {
      if (isWaking) return false
      queueImmediate(() => {
        isWaking = false
        look()
      })
      isWaking = true
      return true
    },
    listen: receiveMessages,
  }
}
