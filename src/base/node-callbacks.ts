/**
 * Ways of Node, Bun and Deno to be called back, taken when the module loads, so that a test framework's fake timers cannot freeze
 * what waits for them. A leaf: every room may import it.
 *
 * Engine: before Node calls a tick, or what was given to `queueMicrotask`, it notes at place 0 of an array what that belongs to. If
 * script has put a setter there on Array.prototype and it throws, the callback is lost. Immediates then do in place of ticks (they are
 * noted at place 1, where a setter that throws ends all immediates and timers of the thread), and reactions of promises, which are
 * not noted, in place of `queueMicrotask`.
 */
const { prototype } = Array

const {
  process,
  // Jest keeps it, though not Node's modules, from the pages it simulates.
  setImmediate = process?.getBuiltinModule?.('node:timers').setImmediate,
} = globalThis as {
  // Platform types say that these are always there; browsers lack them.
  process?: {
    nextTick?: (callback: () => void) => void
    getBuiltinModule?: (id: 'node:timers') => typeof import('node:timers')
  }
  setImmediate?: (callback: () => void) => unknown
}
const nextTick = process?.nextTick

const settled = Promise.resolve()
const { then } = Promise.prototype

/** Calls back in a microtask: a third cheaper than `queueMicrotask`, which Node wraps in a resource each time. */
export function queueReaction(callback: () => void): void {
  void then.call(settled, callback)
}

/** Calls back after timers and I/O had their chance; null where the platform has no such call. */
export const queueImmediate: ((callback: () => void) => void) | null = setImmediate
  ? (callback) => void setImmediate(callback)
  : null

/** Calls back before timers and I/O; when called in a microtask, once there are no more of them. Null as above. */
export const queueTick: ((callback: () => void) => void) | null =
  nextTick && queueImmediate
    ? (callback) => {
        if (0 in prototype) queueImmediate(callback)
        else nextTick(callback)
      }
    : null

const { queueMicrotask } = globalThis

/**
 * Calls back in a tick, or where there are none in a microtask; what `callback` throws is an uncaught exception there. What
 * throws in the `queueMicrotask` of a page that happy-dom simulates is kept by that page.
 */
export function queueUncaught(callback: () => void): void {
  if (queueTick) queueTick(callback)
  else queueMicrotask(callback)
}
