/** Which types of the platform an object is of, as its prototypes tell. */
import { append } from '../../base/own-property.ts'
import { isWorkerd } from '../../base/workerd.ts'
import { getOwnPropertyDescriptor, getPrototypeOf, weakMapGet } from './intrinsics.ts'
import { rememberPage, simulatedInterface } from './simulated-pages.ts'

const none: readonly string[] = []

/** What was found for a prototype: a class does not become another. */
let known = new WeakMap<object, readonly string[]>()

/** From now on the objects of this window's classes are known as platform objects. */
export function knowPage(window: object): void {
  rememberPage(window)
  known = new WeakMap()
}

/**
 * The names of the platform interfaces, and of the language's own types with internal slots, that `value` is an object of,
 * the most derived first; none for ordinary objects, instances of script's classes among them. Such a type shows by its
 * prototype: there is a constant `Symbol.toStringTag`, which classes that script writes give with a getter, if at all.
 */
export function interfaceNames(value: object): readonly string[] {
  const prototype = getPrototypeOf(value) as object | null
  if (prototype === null) return none
  const found = weakMapGet(known, prototype)
  if (found !== undefined) return found
  const names = namesFrom(prototype)
  known.set(prototype, names)
  return names
}

/** Names of types whose prototypes are named, too, and whose objects were recognised, or not, by their slots. */
const recognisedBySlots = new Set(['Map', 'Set', 'ArrayBuffer', 'DataView', 'BigInt', 'Symbol'])

/** The name among them that an object is refused by; null if it is an ordinary one. */
export function refusedName(names: readonly string[]): string | null {
  for (const name of names) if (!recognisedBySlots.has(name)) return name
  return null
}

function namesFrom(first: object): readonly string[] {
  const names: string[] = []
  for (let it: object | null = first; it !== null; it = getPrototypeOf(it) as object | null) {
    const tag = getOwnPropertyDescriptor(it, Symbol.toStringTag)
    // Engine: in workerd the platform's own are writable, too.
    const isTagged = tag && typeof tag.value === 'string' && (!tag.writable || isWorkerd)
    const name = isTagged ? (tag.value as string) : simulatedInterface(it)
    if (name !== null) append(names, name)
  }
  return names
}
