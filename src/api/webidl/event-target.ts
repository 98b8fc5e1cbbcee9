/**
 * The EventTarget face of requests, transactions and databases. They are EventTargets by their prototype chain; the
 * listeners lie in the core objects, since the platform's own EventTarget knows no event path.
 */
import { bareCopy, defineHidden } from '../../base/own-property.ts'
import {
  type Target,
  addListener,
  dispatchNow,
  eventHandler,
  removeListener,
  setEventHandler,
} from '../../events/dispatch.ts'
import { domException } from '../../errors.ts'
import { assertStackRoom } from '../../base/stack-room.ts'
import { defineInterface, requireArguments, toDOMString } from './webidl.ts'

/** Captured at load: a test environment may replace the global later. */
const { EventTarget: NativeEventTarget } = globalThis

type TargetOf = (handle: unknown) => Target

/** The platform's interface, which these classes are declared to implement. */
export type EventTargetMembers = Pick<
  EventTarget,
  'addEventListener' | 'removeEventListener' | 'dispatchEvent'
>

/**
 * Makes a class an event target: `targetOf` gives the core object of a handle, and throws TypeError for anything else.
 * `events` are the types that get an event handler attribute (`onsuccess`).
 */
export function defineEventTarget(
  target: { readonly prototype: object },
  targetOf: TargetOf,
  { name: interfaceName, events }: { name: string; events: readonly string[] },
): void {
  const { prototype } = target
  for (const type of events) defineEventHandler(prototype, type, targetOf)
  defineInterface(target, interfaceName)
  for (const [name, value] of Object.entries(listenerMethods(targetOf))) {
    defineHidden(prototype, name, value)
  }
  Object.setPrototypeOf(prototype, NativeEventTarget.prototype)
  Object.setPrototypeOf(target, NativeEventTarget)
}

/** Adds event handler attributes to a class that inherits from an event target. */
export function defineEventHandlers(
  { prototype }: { readonly prototype: object },
  targetOf: TargetOf,
  events: readonly string[],
): void {
  for (const type of events) defineEventHandler(prototype, type, targetOf)
}

/** https://html.spec.whatwg.org/#event-handler-idl-attributes */
function defineEventHandler(prototype: object, type: string, targetOf: TargetOf): void {
  const name = `on${type}`
  const accessor = {
    get [name](): unknown {
      return eventHandler(targetOf(this), type)
    },
    set [name](value: unknown) {
      setEventHandler(targetOf(this), type, isCallback(value) ? value : null)
    },
  }
  const descriptor = Object.getOwnPropertyDescriptor(accessor, name)
  if (!descriptor) throw new Error('unreachable: the accessor was just defined')
  Object.defineProperty(prototype, name, bareCopy(descriptor))
}

function listenerMethods(targetOf: TargetOf): EventTargetMembers {
  return {
    addEventListener(type: string, callback: unknown, options?: unknown): void {
      requireArguments(arguments.length, 2, 'addEventListener')
      assertStackRoom()
      const target = targetOf(this)
      const { capture, once, signal } = listenerOptions(options)
      if (!isListener(callback) || signal?.aborted) return
      const name = toDOMString(type)
      addListener(target, name, callback, { capture, once })
      const remove = (): void => removeListener(target, name, callback, capture)
      signal?.addEventListener('abort', remove, { once: true })
    },
    removeEventListener(type: string, callback: unknown, options?: unknown): void {
      requireArguments(arguments.length, 2, 'removeEventListener')
      const target = targetOf(this)
      const { capture } = listenerOptions(options)
      if (isListener(callback)) removeListener(target, toDOMString(type), callback, capture)
    },
    dispatchEvent(event: Event): boolean {
      requireArguments(arguments.length, 1, 'dispatchEvent')
      assertStackRoom()
      const target = targetOf(this)
      if (!(event instanceof Event)) throw new TypeError('The argument is not an Event')
      if (event.eventPhase !== 0) throw beingDispatched(event)
      return dispatchNow(target, event)
    },
  }
}

function beingDispatched({ type }: Event): DOMException {
  return domException('InvalidStateError', `Event "${type}" is already being dispatched`)
}

/** https://dom.spec.whatwg.org/#event-flatten-more */
function listenerOptions(options: unknown): {
  capture: boolean
  once: boolean
  signal: AbortSignal | undefined
} {
  if (typeof options !== 'object' || options === null) {
    return { capture: Boolean(options), once: false, signal: undefined }
  }
  const { capture, once, signal } = options as AddEventListenerOptions // Checked by use.
  return { capture: Boolean(capture), once: Boolean(once), signal }
}

function isCallback(value: unknown): value is (event: Event) => unknown {
  return typeof value === 'function'
}

/** Null is allowed by the standard and does nothing. */
function isListener(
  value: unknown,
): value is ((event: Event) => unknown) | { handleEvent(event: Event): unknown } {
  if (value === null || value === undefined) return false
  if (typeof value === 'object' || typeof value === 'function') return true
  throw new TypeError('The listener is not a function or an object')
}
