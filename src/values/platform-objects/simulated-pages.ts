/**
 * Classes of pages that a library simulates in JavaScript (jsdom, happy-dom), and of polyfills. Some have no tag: nothing
 * but their name and members, or the window that has them, tells them from classes of script's, whose instances are
 * stored as ordinary objects and would lose all they hold.
 */
import { runsOutsideOfPages } from './brands.ts'
import { getOwnPropertyDescriptor, getPrototypeOf, sourceText } from './intrinsics.ts'

/** The interfaces that most others inherit from, and Blobs: a class by such a name that has these members is one, and so is what inherits from it. */
const roots = new Map<string, readonly string[]>([
  ['EventTarget', ['addEventListener', 'removeEventListener', 'dispatchEvent']],
  ['Event', ['composedPath', 'preventDefault', 'stopPropagation']],
  ['Blob', ['size', 'slice']],
  ['File', ['size', 'slice']],
])

interface Page {
  readonly window: WeakRef<object>
  /** The properties it had when it became known: what script adds later is script's. */
  readonly names: ReadonlySet<string>
}

let pages: readonly Page[] = []

// Tests run inside of simulated pages; a real one has tags everywhere.
if (runsOutsideOfPages && typeof globalThis.document === 'object') rememberPage(globalThis)

/** From now on the classes of this window are known. */
export function rememberPage(window: object): void {
  const alive = pages.filter((page) => page.window.deref() !== undefined)
  if (alive.some((page) => page.window.deref() === window)) return
  const names = new Set(Object.getOwnPropertyNames(window))
  pages = [...alive, { window: new WeakRef(window), names }]
}

/** The name of the interface whose prototype in a simulated page, or in a polyfill, this is; null if it is none. */
export function simulatedInterface(prototype: object): string | null {
  const constructor = dataProperty(prototype, 'constructor')
  if (typeof constructor !== 'function') return null
  const name = dataProperty(constructor, 'name')
  if (typeof name !== 'string') return null
  const root = rootOf(prototype)
  if (root !== null) return root === 'Blob' || root === 'File' ? root : name
  return isOfPage(name, constructor) ? name : null
}

/** The name of the root that this is the prototype of, or inherits from; null if there is none. */
function rootOf(prototype: object): string | null {
  for (let it: object | null = prototype; it !== null; it = getPrototypeOf(it) as object | null) {
    const constructor = dataProperty(it, 'constructor')
    const name = typeof constructor === 'function' && dataProperty(constructor, 'name')
    const members = typeof name === 'string' ? roots.get(name) : undefined
    if (members?.every((member) => member in prototype)) return String(name)
  }
  return null
}

/** The language's own classes, which a window has too, are not written in JavaScript. */
function isOfPage(name: string, constructor: object): boolean {
  return (
    pages.some(
      ({ window, names }) => names.has(name) && memberOf(window.deref(), name) === constructor,
    ) && !sourceText(constructor).endsWith('{ [native code] }')
  )
}

function dataProperty(object: object, name: string): unknown {
  return getOwnPropertyDescriptor(object, name)?.value
}

/** What an object of a simulated page has under a name; undefined where its getter refuses it. */
export function memberOf(value: object | undefined, name: string): unknown {
  try {
    return (value as Record<string, unknown> | undefined)?.[name] // any object may be asked for any name
  } catch {
    // The answer, not a failure: the object only has the prototype of its class.
    return undefined
  }
}
