/**
 * Turns of the event loop: how the host yields, and the clock it looks at. The primitives are captured when the module
 * loads, so that a test framework's fake timers cannot freeze a database.
 */
import { queueImmediate } from '../base/node-callbacks.ts'
import { append } from '../base/own-property.ts'
import { isWorkerd, queueTimerTurn } from '../base/workerd.ts'

interface Timers {
  setTimeout: (callback: () => void, delayMs: number) => unknown
  clearTimeout: (timer: unknown) => void
}

const { MessageChannel: NativeMessageChannel, setTimeout: nativeSetTimeout } =
  globalThis as Timers & {
    // Platform types say it is always there; some test environments lack it.
    MessageChannel?: typeof MessageChannel
  }

/** Timers of the pages and edge-runtimes that test runners simulate are numbers, which keep the process alive. */
const { setTimeout: setIdleTimeout, clearTimeout: clearIdleTimeout } =
  (globalThis.process?.getBuiltinModule?.('node:timers') ?? globalThis) as Timers

const { performance: nativePerformance } = globalThis
const nativeNow = nativePerformance.now

/** Milliseconds on a clock that never goes back. */
export function now(): number {
  return nativeNow.call(nativePerformance)
}

/** Runs `callback` in a later turn of the event loop, after pending I/O and timers had their chance; keeps the process alive until then. */
export const queueTurn: (callback: () => void) => void = chooseQueueTurn()

/** Runs `callback` after `delayMs`, 24 days at most, unless what it gives is called before; does not keep the process alive. */
export function queueIdleTimer(callback: () => void, delayMs: number): () => void {
  // A timer that is set for longer fires at once.
  const timer = setIdleTimeout(callback, Math.min(delayMs, longestTimerMs))
  unref(timer)
  return () => clearIdleTimeout(timer)
}

/** Keeps the process alive until what it gives is called, where nothing else does: no timer, port or file stands for what is awaited. */
export function keepAlive(): () => void {
  const timer = setIdleTimeout(() => {}, longestTimerMs)
  return () => clearIdleTimeout(timer)
}

/** What keeps a thread that is about to end. */
export interface LateEnd {
  /** To be called when something may be awaited from now on. */
  look(): void
  stop(): void
}

/**
 * Keeps a thread that is about to end alive as long as `isAwaiting()` says so: for what is awaited from others while no port or
 * file stands for it. It costs nothing before, but in Deno's workers, which end without asking.
 */
export function endLater(isAwaiting: () => boolean): LateEnd {
  const { process, Deno, DedicatedWorkerGlobalScope } = globalThis as Ends
  if (Deno && DedicatedWorkerGlobalScope) return stayAwake(isAwaiting)
  if (lateEnds.size === 0) process?.on?.('beforeExit', pauseIfAwaiting)
  lateEnds.add(isAwaiting)
  const stop = (): void => {
    lateEnds.delete(isAwaiting)
    if (lateEnds.size === 0) process?.off?.('beforeExit', pauseIfAwaiting)
  }
  return { look: () => {}, stop }
}

/** All that may keep this thread; they have one listener together, as Node warns of more than ten. */
const lateEnds = new Set<() => boolean>()

function pauseIfAwaiting(): void {
  for (const isAwaiting of lateEnds) {
    if (isAwaiting()) return void setIdleTimeout(() => {}, endingPauseMs)
  }
}

interface Ends {
  readonly process?: Partial<NodeJS.Process>
  readonly Deno?: unknown
  readonly DedicatedWorkerGlobalScope?: unknown
}

function stayAwake(isAwaiting: () => boolean): LateEnd {
  let timer: unknown = null
  const stay = (): void => {
    timer ??= setIdleTimeout(look, endingPauseMs)
  }
  const look = (): void => {
    timer = null
    if (isAwaiting()) stay()
  }
  stay()
  return { look: stay, stop: () => clearIdleTimeout(timer) }
}

/** How long a process that could end waits for what is still awaited, again and again. */
const endingPauseMs = 5

/** What timers can be set for: 24 days. */
const longestTimerMs = 2 ** 31 - 1

/** Lets the process end while `waiting` (a timer or a port) is still waiting. Browsers need and have no such thing. */
export function unref(waiting: unknown): void {
  callIfPresent(waiting, 'unref')
}

/** Keeps the process alive while `waiting` is waiting. */
export function ref(waiting: unknown): void {
  callIfPresent(waiting, 'ref')
}

function chooseQueueTurn(): (callback: () => void) => void {
  if (isWorkerd) return queueTimerTurn
  if (queueImmediate) return queueImmediate
  if (NativeMessageChannel) return portTurns(new NativeMessageChannel())
  return (callback) => void nativeSetTimeout(callback, 0)
}

/** A message to oneself is the shortest turn a browser has: its timers wait 4 ms once they nest. */
function portTurns({ port1, port2 }: MessageChannel): (callback: () => void) => void {
  const waiting: (() => void)[] = []
  port1.onmessage = () => {
    const callback = waiting.shift()
    if (waiting.length === 0) unref(port1)
    callback?.()
  }
  unref(port1)
  return (callback) => {
    append(waiting, callback)
    ref(port1)
    port2.postMessage(null)
  }
}

function callIfPresent(target: unknown, method: 'ref' | 'unref'): void {
  if (typeof target !== 'object' || target === null) return
  // Node's timers and ports have both methods; numbers and browser ports have neither.
  const call = (target as { [method: string]: unknown })[method]
  if (typeof call === 'function') call.call(target)
}
