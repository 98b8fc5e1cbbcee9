/**
 * Events: targets, listeners, and the dispatch along request → transaction → connection. The platforms' own EventTarget
 * has no parent chain and no microtask checkpoint between two listeners, so dispatch is ours: a machine that makes one
 * call into script per step.
 */
import { EventPath } from './event-path.ts'
import { arriveAt, beginDispatch, endDispatch, isImmediatelyStopped } from './event.ts'
import { reportException } from './report-exception.ts'

type Callback = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

/** https://dom.spec.whatwg.org/#concept-event-listener */
class Listener {
  readonly type: string
  callback: Callback
  readonly capture: boolean
  readonly once: boolean
  /** An event handler IDL attribute (`onsuccess`): its return value counts. */
  readonly isAttribute: boolean
  /** Whether it was removed, perhaps by an earlier listener of the same event. */
  removed = false
  /** Ascending in the order of adding. */
  readonly number = ++lastNumber
  /** The one added after it; one that was removed still leads on. */
  next: Listener | null = null

  constructor(type: string, callback: Callback, options: ListenerOptions) {
    this.type = type
    this.callback = callback
    this.capture = options.capture
    this.once = options.once
    this.isAttribute = options.isAttribute
  }
}

/** All of them: one that were absent would be looked for on the prototype. */
interface ListenerOptions {
  readonly capture: boolean
  readonly once: boolean
  readonly isAttribute: boolean
}

const attribute: ListenerOptions = { capture: false, once: false, isAttribute: true }

/** The number of the listener added last, to whatever target. */
let lastNumber = 0

/** A core object that events are fired at; `handle` is what script sees of it. */
export abstract class Target {
  /** The script-visible object; null until script has seen one, and then there can be no listener. */
  handle: object | null = null
  /** The first of the listeners, which are linked; null when there is none. (No array: see `event-path.ts`.) */
  listeners: Listener | null = null
  /** The next target of the path; null at its end. */
  abstract get parent(): Target | null
}

/** https://dom.spec.whatwg.org/#add-an-event-listener */
export function addListener(
  target: Target,
  type: string,
  callback: Callback,
  { capture, once }: { capture: boolean; once: boolean },
): void {
  if (listenerOf(target, type, callback, capture)) return
  append(target, new Listener(type, callback, { capture, once, isAttribute: false }))
}

/** https://dom.spec.whatwg.org/#remove-an-event-listener */
export function removeListener(
  target: Target,
  type: string,
  callback: Callback,
  capture: boolean,
): void {
  const listener = listenerOf(target, type, callback, capture)
  if (listener) drop(target, listener)
}

/** The value of an event handler IDL attribute. https://html.spec.whatwg.org/#event-handler-idl-attributes */
export function eventHandler(target: Target, type: string): Callback | null {
  return attributeListener(target, type)?.callback ?? null
}

/** Sets an event handler IDL attribute; a new value keeps the place of the old one. */
export function setEventHandler(target: Target, type: string, callback: Callback | null): void {
  const listener = attributeListener(target, type)
  if (callback === null) {
    if (listener) drop(target, listener)
  } else if (listener) {
    listener.callback = callback
  } else {
    append(target, new Listener(type, callback, attribute))
  }
}

/** Whether an event of this type at `target` would reach any listener. */
export function isObserved(target: Target, type: string): boolean {
  for (let it: Target | null = target; it; it = it.parent) {
    for (let listener = it.listeners; listener; listener = listener.next) {
      if (listener.type === type) return true
    }
  }
  return false
}

/** One event on its way: each `step()` calls at most one listener. */
export class Dispatch {
  readonly event: Event
  /** https://w3c.github.io/IndexedDB/#fire-success-event: legacyOutputDidListenersThrowFlag */
  threw = false
  readonly #type: string
  readonly #path: EventPath<Target>
  /** Where the event is: 0 … n-1 captures from the outside in, n … 2n-1 bubbles from the inside out. */
  #stage = 0
  /** Whether the event has got to the current target. */
  #hasArrived = false
  /** The next listener of the current target; null: none is left. */
  #next: Listener | null = null
  /** Listeners above this number were added after the event had got to the current target. */
  #lastNumber = 0

  constructor(target: Target, event: Event) {
    this.event = event
    this.#type = event.type
    this.#path = new EventPath(target)
    beginDispatch(event, this.#path)
  }

  step(): 'over' | 'called' {
    while (this.#stage < this.#path.length * 2) {
      if (this.#callNextListener()) return 'called'
      this.#stage++
      this.#hasArrived = false
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
    const target = this.#path.at(place)
    if (!target) throw new Error('unreachable: a stage outside the event path')
    if (!this.#hasArrived) {
      if (!target.listeners) return false
      // At the target both stages count; on the way back up only bubbling events do.
      if (event.cancelBubble || (!isCapture && place > 0 && !event.bubbles)) return false
      this.#hasArrived = true
      this.#next = target.listeners
      this.#lastNumber = lastNumber
    }
    for (let listener = this.#next; listener; listener = listener.next) {
      if (listener.number > this.#lastNumber) break
      if (listener.removed || listener.capture !== isCapture) continue
      if (listener.type !== this.#type || isImmediatelyStopped(event)) continue
      this.#next = listener.next
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

/** Dispatches an event without checkpoints, as script's own `dispatchEvent()` does. */
export function dispatchNow(target: Target, event: Event): boolean {
  const dispatch = new Dispatch(target, event)
  while (dispatch.step() === 'called');
  return !event.defaultPrevented
}

function listenerOf(
  target: Target,
  type: string,
  callback: Callback,
  capture: boolean,
): Listener | null {
  for (let it = target.listeners; it; it = it.next) {
    if (it.isAttribute || it.callback !== callback) continue
    if (it.type === type && it.capture === capture) return it
  }
  return null
}

function attributeListener(target: Target, type: string): Listener | null {
  for (let it = target.listeners; it; it = it.next) {
    if (it.isAttribute && it.type === type) return it
  }
  return null
}

function append(target: Target, listener: Listener): void {
  let last = target.listeners
  if (!last) {
    target.listeners = listener
    return
  }
  while (last.next) last = last.next
  last.next = listener
}

function drop(target: Target, listener: Listener): void {
  listener.removed = true
  if (target.listeners === listener) {
    target.listeners = listener.next
    return
  }
  let before = target.listeners
  while (before && before.next !== listener) before = before.next
  if (before) before.next = listener.next
}
