/**
 * What is particular to workerd, the runtime of Cloudflare Workers. A leaf: every room may import it.
 *
 * There a message, an immediate and a tick come among the microtasks; only a timer comes after them, in about 20 µs. It goes with
 * the request that has set it when that is answered before, and what it was to call stays due: the next one that is set, for
 * another request, has it called.
 */
import { append } from './own-property.ts'

/** Captured at load: fake timers of a test framework must not freeze the queue. */
const { setTimeout } = globalThis

/** Whether this is workerd; what it calls itself is documented. */
export const isWorkerd: boolean = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

const due: (() => void)[] = []

/** Calls back in a turn of the event loop, after those that are due already. */
export function queueTimerTurn(callback: () => void): void {
  append(due, callback)
  wakeTimerTurns()
}

/** Whether a timer was set since script was last called. */
let isWoken = false

/**
 * Sees to it that what is due is called while this request lasts. One timer for each stretch of script is enough, and there
 * must not be more than 10,000 of them.
 */
export function wakeTimerTurns(): void {
  if (due.length === 0 || isWoken) return
  isWoken = true
  void Promise.resolve().then(() => (isWoken = false))
  setTimeout(runDue, 0)
}

function runDue(): void {
  const callback = due.shift()
  isWoken = false
  wakeTimerTurns()
  callback?.()
}
