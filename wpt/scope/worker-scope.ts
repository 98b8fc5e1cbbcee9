/** The members of a dedicated worker's global that the harness or a test uses and a server runtime lacks. */
import type { ScopeOptions } from './options.ts'
import { FileReader } from './file-reader.ts'
import { loadScript } from './scripts.ts'
import { standIns } from './stand-ins.ts'
import { createWorkerClass } from './worker.ts'
import { XMLHttpRequest } from './xml-http-request.ts'

/**
 * Makes the global a worker's; `receive` gets what it posts to the page that started it. Gives back what an event for
 * the global is dispatched on.
 */
export function installWorkerScope(
  options: ScopeOptions,
  receive: (message: unknown) => void,
): EventTarget {
  const events = new EventTarget()
  inheritFromWorkerScope()
  define({
    self: globalThis,
    location: workerLocation(options.url),
    isSecureContext: true,
    crossOriginIsolated: true,
    META_TITLE: options.title,
    GLOBAL: { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false },
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
    postMessage: (message: unknown) => receive(structuredClone(message)),
    importScripts: (...urls: string[]) => urls.forEach((url) => loadScript(options, { url })),
    fetch: relativeFetch(options.url),
    XMLHttpRequest,
    FileReader,
    Worker: createWorkerClass(options),
    ...standIns(),
  })
  reportExceptions(events)
  return events
}

/** As assignment by the platform: replaceable, not enumerable. */
function define(members: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(globalThis, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: false,
    })
  }
}

/** `self instanceof DedicatedWorkerGlobalScope` is how the harness knows where it is. */
function inheritFromWorkerScope(): void {
  class WorkerGlobalScope extends EventTarget {}
  // One class under both names: what belongs to every worker's global lies on the prototype next to the global.
  define({ WorkerGlobalScope, DedicatedWorkerGlobalScope: WorkerGlobalScope })
  Object.setPrototypeOf(globalThis, WorkerGlobalScope.prototype)
  // Deno has it; a worker has not, and the harness would take the global for a page's.
  Reflect.deleteProperty(globalThis, 'Window')
}

function workerLocation(url: string): object {
  const { href, origin, protocol, host, hostname, port, pathname, search, hash } = new URL(url)
  const members = { href, origin, protocol, host, hostname, port, pathname, search, hash }
  return { ...members, toString: () => href }
}

function relativeFetch(base: string): typeof fetch {
  const { fetch } = globalThis
  return (input, init) => fetch(typeof input === 'string' ? new URL(input, base) : input, init)
}

/** An uncaught error becomes an event at the global, as in a browser; the harness listens. */
function reportExceptions(events: EventTarget): void {
  process.on('uncaughtException', (error: unknown) => {
    // Deno dispatches the event itself; it only ends the process where there is no listener here.
    if ('Deno' in globalThis) return
    const message = `Uncaught ${String(error)}`
    events.dispatchEvent(eventWith('error', { error, message, filename: '', lineno: 0, colno: 0 }))
  })
  process.on('unhandledRejection', (reason, promise) => {
    events.dispatchEvent(eventWith('unhandledrejection', { reason, promise }))
  })
}

function eventWith(type: string, members: object): Event {
  return Object.assign(new Event(type, { cancelable: true }), members)
}
