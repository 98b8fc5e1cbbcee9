/**
 * Events: targets, listeners, and the dispatch along request → transaction → connection. The platforms' own EventTarget
 * has no parent chain and no microtask checkpoint between two listeners, so dispatch is ours: a machine that makes one
 * call into script per step.
 */
import { arriveAt, beginDispatch, endDispatch, isImmediatelyStopped } from './event.ts'
import { reportException } from './report-exception.ts'
import type { Task } from './task-queue.ts'

type Callback = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

/** https://dom.spec.whatwg.org/#concept-event-listener */
interface Listener {
  readonly type: string
  callback: Callback
  readonly capture: boolean
  readonly once: boolean
  /** An event handler IDL attribute (`onsuccess`): its return value counts. */
  readonly isAttribute: boolean
  /** Whether it was removed, perhaps by an earlier listener of the same event. */
  removed: boolean
}

/** A core object that events are fired at; `handle` is what script sees of it. */
export abstract class Target {
  /** The script-visible object; null until script has seen one, and then nobody can have added a listener. */
  handle: object | null = null
  /** null: never had a listener. Replaced when it changes, so that an event on its way can go by the list it found. */
  listeners: readonly Listener[] | null = null
  /** The next target of the path; null at its end. */
  abstract get parent(): Target | null
}

/** https://dom.spec.whatwg.org/#add-an-event-listener */
export function addListener(
  target: Target,
  type: string,
  callback: Callback,
  { capture = false, once = false }: { capture?: boolean; once?: boolean },
): void {
  const isKnown = target.listeners?.some((it) => isListener(it, type, callback, capture))
  if (isKnown) return
  append(target, { type, callback, capture, once, isAttribute: false, removed: false })
}

/** https://dom.spec.whatwg.org/#remove-an-event-listener */
export function removeListener(
  target: Target,
  type: string,
  callback: Callback,
  capture: boolean,
): void {
  const listener = target.listeners?.find((it) => isListener(it, type, callback, capture))
  if (listener) drop(target, listener)
}

/** The value of an event handler IDL attribute. https://html.spec.whatwg.org/#event-handler-idl-attributes */
export function eventHandler(target: Target, type: string): Callback | null {
  return target.listeners?.find((it) => it.isAttribute && it.type === type)?.callback ?? null
}

/** Sets an event handler IDL attribute; a new value keeps the place of the old one. */
export function setEventHandler(target: Target, type: string, callback: Callback | null): void {
  const listener = target.listeners?.find((it) => it.isAttribute && it.type === type)
  if (callback === null) {
    if (listener) drop(target, listener)
  } else if (listener) {
    listener.callback = callback
  } else {
    append(target, {
      type,
      callback,
      capture: false,
      once: false,
      isAttribute: true,
      removed: false,
    })
  }
}

/** Whether an event of this type at `target` would reach any listener. */
export function isObserved(target: Target, type: string): boolean {
  for (let it: Target | null = target; it; it = it.parent) {
    if (!it.listeners) continue
    for (const listener of it.listeners) if (listener.type === type) return true
  }
  return false
}

/** One event on its way: each `step()` calls at most one listener. */
export class Dispatch implements Task {
  readonly event: Event
  /** https://w3c.github.io/IndexedDB/#fire-success-event: legacyOutputDidListenersThrowFlag */
  threw = false
  readonly #type: string
  readonly #path: readonly Target[]
  /** Where the event is: 0 … n-1 captures from the outside in, n … 2n-1 bubbles from the inside out. */
  #stage = 0
  /** The listeners of the current target as they were when the event got there; null before it does. */
  #listeners: readonly Listener[] | null = null
  #next = 0

  constructor(target: Target, event: Event) {
    this.event = event
    this.#type = event.type
    this.#path = pathFrom(target)
    beginDispatch(event, this.#path)
  }

  step(): 'over' | 'called' {
    while (this.#stage < this.#path.length * 2) {
      if (this.#callNextListener()) return 'called'
      this.#stage++
      this.#listeners = null
    }
    endDispatch(this.event)
    return 'over'
  }

  /** False when the current target has no listener left for this event. */
  #callNextListener(): boolean {
    const { event } = this
    const depth = this.#path.length
    const isCapture = this.#stage < depth
    const place = isCapture ? depth - 1 - this.#stage : this.#stage - depth
    const target = this.#path[place]
    if (!target) throw new Error('unreachable: a stage outside the event path')
    if (!this.#listeners) {
      if (!target.listeners) return false
      // At the target both stages count; on the way back up only bubbling events do.
      if (event.cancelBubble || (!isCapture && place > 0 && !event.bubbles)) return false
      this.#listeners = target.listeners
      this.#next = 0
    }
    for (; this.#next < this.#listeners.length; this.#next++) {
      const listener = this.#listeners[this.#next]
      if (!listener || listener.removed || listener.capture !== isCapture) continue
      if (listener.type !== this.#type || isImmediatelyStopped(event)) continue
      this.#next++
      this.#call(target, listener, place === 0 ? 2 : isCapture ? 1 : 3)
      return true
    }
    return false
  }

  /** https://dom.spec.whatwg.org/#concept-event-listener-inner-invoke */
  #call(target: Target, listener: Listener, eventPhase: number): void {
    const { event } = this
    if (listener.once) drop(target, listener)
    arriveAt(event, target.handle, eventPhase)
    try {
      const { callback } = listener
      if (typeof callback !== 'function') callback.handleEvent(event)
      else if (callback.call(target.handle, event) === false && listener.isAttribute) {
        event.preventDefault()
      }
    } catch (error) {
      this.threw = true
      reportException(error)
    }
  }
}

/** The targets from `target` outwards. Each length is written out, as a list that grows takes the room of seventeen. */
function pathFrom(target: Target): readonly Target[] {
  const { parent } = target
  if (!parent) return [target]
  const outermost = parent.parent
  return outermost ? [target, parent, outermost] : [target, parent]
}

/** Dispatches an event without checkpoints, as script's own `dispatchEvent()` does. */
export function dispatchNow(target: Target, event: Event): boolean {
  const dispatch = new Dispatch(target, event)
  while (dispatch.step() === 'called');
  return !event.defaultPrevented
}

function isListener(it: Listener, type: string, callback: Callback, capture: boolean): boolean {
  return !it.isAttribute && it.callback === callback && it.type === type && it.capture === capture
}

function append(target: Target, listener: Listener): void {
  target.listeners = target.listeners ? [...target.listeners, listener] : [listener]
}

function drop(target: Target, listener: Listener): void {
  listener.removed = true
  target.listeners = target.listeners?.filter((it) => it !== listener) ?? null
}
