/**
 * The events this package fires: real `Event`s, whose target, phase and path are ours to set. Events of script's own making
 * get the same properties on the instance when they are dispatched at one of our targets.
 */

import { defineHidden } from '../base/own-property.ts'
import type { EventPath } from './event-path.ts'

let setPath: (event: DatabaseEvent, path: EventPath) => void
let setPlace: (event: DatabaseEvent, handle: object | null, eventPhase: number) => void
let wasStopped: (event: DatabaseEvent) => boolean

/** An event whose way is decided by `Dispatch`. */
export class DatabaseEvent extends Event {
  #path: EventPath | null = null
  #currentTarget: object | null = null
  #eventPhase = 0
  #stopped = false

  static {
    setPath = (event, path) => {
      event.#path = path
      event.#stopped = false
    }
    setPlace = (event, handle, eventPhase) => {
      event.#currentTarget = handle
      event.#eventPhase = eventPhase
    }
    wasStopped = (event) => event.#stopped
  }

  override get target(): EventTarget | null {
    return (this.#path?.target.handle ?? null) as EventTarget | null // Handles are EventTargets by their prototype chain.
  }

  override get srcElement(): EventTarget | null {
    return this.target
  }

  override get currentTarget(): EventTarget | null {
    return this.#currentTarget as EventTarget | null // As above.
  }

  override get eventPhase(): number {
    return this.#eventPhase
  }

  override composedPath(): EventTarget[] {
    return (this.#currentTarget ? this.#path?.handles() : []) as EventTarget[] // As above.
  }

  override stopImmediatePropagation(): void {
    super.stopImmediatePropagation()
    this.stopPropagation()
    this.#stopped = true
  }
}

// Script sees a plain Event: the class is an implementation detail.
defineHidden(DatabaseEvent.prototype, 'constructor', Event)

/** The way of an event of a class with more than `Event` has, which shows it by the same properties as `DatabaseEvent`. */
export class EventWay {
  #path: EventPath | null = null
  currentTarget: object | null = null
  eventPhase = 0
  isStopped = false

  get target(): object | null {
    return this.#path?.target.handle ?? null
  }

  /** What `composedPath()` gives. */
  handles(): (object | null)[] {
    return this.currentTarget ? (this.#path?.handles() ?? []) : []
  }

  begin(path: EventPath): void {
    this.#path = path
    this.isStopped = false
  }

  arriveAt(handle: object | null, eventPhase: number): void {
    this.currentTarget = handle
    this.eventPhase = eventPhase
  }
}

let wayOf: (event: Event) => EventWay | null = () => null

/** Has the events of one such class find their ways; `find` gives null for those of others. */
export function findWaysBy(find: (event: Event) => EventWay | null): void {
  wayOf = find
}

/** Other events that were stopped with stopImmediatePropagation. */
const stoppedOthers = new WeakSet<Event>()

/** Prepares an event for its way along `path`. */
export function beginDispatch(event: Event, path: EventPath): void {
  if (event instanceof DatabaseEvent) return setPath(event, path)
  const way = wayOf(event)
  if (way) return way.begin(path)
  const stopImmediatePropagation = (): void => {
    stoppedOthers.add(event)
    event.stopPropagation()
  }
  const target = path.target.handle
  defineHidden(event, 'target', target)
  defineHidden(event, 'srcElement', target)
  defineHidden(event, 'composedPath', () => (event.currentTarget ? path.handles() : []))
  defineHidden(event, 'stopImmediatePropagation', stopImmediatePropagation)
}

/** The event is now at `handle`. */
export function arriveAt(event: Event, handle: object | null, eventPhase: number): void {
  if (event instanceof DatabaseEvent) return setPlace(event, handle, eventPhase)
  const way = wayOf(event)
  if (way) return way.arriveAt(handle, eventPhase)
  defineHidden(event, 'currentTarget', handle)
  defineHidden(event, 'eventPhase', eventPhase)
}

/** The event has been everywhere. */
export function endDispatch(event: Event): void {
  arriveAt(event, null, 0)
  if (!(event instanceof DatabaseEvent)) stoppedOthers.delete(event)
}

/** Whether no further listener may be called. */
export function isImmediatelyStopped(event: Event): boolean {
  if (event instanceof DatabaseEvent) return wasStopped(event)
  return wayOf(event)?.isStopped ?? stoppedOthers.has(event)
}
