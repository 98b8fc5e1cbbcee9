/** Where in a value something lies. Runs no script of the value's. */
import { append } from '../../base/own-property.ts'
import { brandOf, isProxy } from '../platform-objects/brands.ts'
import {
  getOwnPropertyDescriptor,
  isArray,
  mapForEach,
  ownKeys,
  setForEach,
} from '../platform-objects/intrinsics.ts'

/** A part of the value: what it lies in, and how to get there. */
interface Part {
  readonly value: unknown
  readonly outer: Part | null
  readonly step: string
}

/** How many parts are looked at. */
const mostParts = 100_000

/** The path to the first place of `thing`, such as `value.user["on click"]`; null where it was not found. */
export function pathTo(root: unknown, thing: unknown): string | null {
  try {
    return search({ value: root, outer: null, step: 'value' }, thing)
  } catch {
    // A Proxy, where the runtime cannot tell one.
    return null
  }
}

function search(root: Part, thing: unknown): string | null {
  const seen = new Set<object>()
  const parts = [root]
  for (let part = parts.pop(); part && seen.size < mostParts; part = parts.pop()) {
    const { value } = part
    if (value === thing) return pathOf(part)
    if (typeof value !== 'object' || value === null || isProxy(value) || seen.has(value)) continue
    seen.add(value)
    for (const child of childrenOf(value, part).reverse()) append(parts, child)
  }
  return null
}

function pathOf(part: Part): string {
  const steps: string[] = []
  for (let it: Part | null = part; it; it = it.outer) append(steps, it.step)
  return steps.reverse().join('')
}

function childrenOf(object: object, outer: Part): Part[] {
  const children: Part[] = []
  const add = (value: unknown, step: string): void => append(children, { value, outer, step })
  const brand = brandOf(object)
  if (brand === 'Map') addEntries(object, add)
  else if (brand === 'Set')
    setForEach(object, (value) => add(value, `.values()[${children.length}]`))
  else if (brand === 'other' || brand === 'Array') addProperties(object, add)
  return children
}

type Add = (value: unknown, step: string) => void

function addEntries(map: object, add: Add): void {
  let count = 0
  mapForEach(map, (value, key) => {
    const isSimple = typeof key === 'string' || typeof key === 'number'
    add(key, `.keys()[${count}]`)
    add(value, isSimple ? `.get(${JSON.stringify(key)})` : `.values()[${count}]`)
    count++
  })
}

/** Those that a getter gives are not asked for. */
function addProperties(object: object, add: Add): void {
  for (const key of ownKeys(object)) {
    const property = getOwnPropertyDescriptor(object, key)
    if (!property || !('value' in property)) continue
    add(property.value, isArray(object) && isIndex.test(key) ? `[${key}]` : stepOf(key))
  }
}

const isIndex = /^\d+$/
const isIdentifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

function stepOf(key: string): string {
  return isIdentifier.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
