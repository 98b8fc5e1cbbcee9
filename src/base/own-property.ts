/**
 * Properties made whatever script has put on the platform's prototypes. A plain assignment would call a setter there, and a
 * descriptor is read through its prototype chain too. The descriptors here are used again and again.
 */

const { create, defineProperty, prototype } = Object

/** The same descriptor twice. */
interface Descriptor {
  /**
   * With a prototype. Engine: V8 reads all members of such an object at once, those of one without a prototype one by one, which
   * takes half as long again.
   */
  readonly plain: PropertyDescriptor
  /** For when script has given every object a `get` or `set`. */
  readonly bare: PropertyDescriptor
}

function descriptor(enumerable: boolean): Descriptor {
  const plain = { value: undefined, writable: true, enumerable, configurable: true }
  const bare = create(null) as PropertyDescriptor // It is filled here.
  bare.value = undefined
  bare.writable = true
  bare.enumerable = enumerable
  bare.configurable = true
  return { plain, bare }
}

const visible = descriptor(true)
const hidden = descriptor(false)

/** Defines a property as an assignment would make it, of an object that has none or one that can be changed. */
export function defineOwn(object: object, name: PropertyKey, value: unknown): void {
  define(object, name, value, visible)
}

/** The same, not enumerable: as methods are. */
export function defineHidden(object: object, name: PropertyKey, value: unknown): void {
  define(object, name, value, hidden)
}

function define(object: object, name: PropertyKey, value: unknown, how: Descriptor): void {
  const used = 'get' in prototype || 'set' in prototype ? how.bare : how.plain
  used.value = value
  try {
    defineProperty(object, name, used)
  } finally {
    // Nothing may keep it alive.
    used.value = undefined
  }
}

/** Like `push`, which would call a setter that a prototype has for the index. */
export function append<Item>(list: Item[], item: Item): void {
  const { length } = list
  if (length in list) defineOwn(list, length, item)
  else list.push(item)
}

/** Sets an element; those before it that are missing become undefined. */
export function setElement<Item>(list: (Item | undefined)[], index: number, item: Item): void {
  while (list.length < index) append(list, undefined)
  if (index < list.length) list[index] = item
  else append(list, item)
}

/** A copy that has the same own enumerable properties and nothing else: what is absent is undefined. */
export function bareCopy<Source extends object>(source: Source): Source {
  return { __proto__: null, ...source } as Source // The type does not know of prototypes.
}
