/**
 * What `console.log()` shows of an object in Node, Bun and Deno: its attributes are on its prototype, where inspection does not look.
 * Browsers show getters by themselves.
 */
import { defineHidden } from '../../base/own-property.ts'

/** https://nodejs.org/api/util.html#utilinspectcustom; Bun asks by it as well. */
const nodeSymbol = Symbol.for('nodejs.util.inspect.custom')
const denoSymbol = Symbol.for('Deno.customInspect')

interface InspectOptions {
  readonly depth?: number | null
  /** Deno's alone. */
  readonly currentDepth?: number
}

type Inspect = (value: unknown, options?: InspectOptions) => string

/** Has the attributes of that name shown; one that cannot be read now is left out. */
export function defineInspection(
  { prototype }: { readonly prototype: object },
  name: string,
  attributes: readonly string[],
): void {
  const show = (handle: object, inspect: Inspect, options: InspectOptions): string => {
    const { depth = 2, currentDepth = 0 } = options
    const left = depth === null ? null : depth - currentDepth
    if (left !== null && left < 0) return `[${name}]`
    const inner = { ...options, depth: left, currentDepth: 0 }
    return `${name} ${inspect(shownOf(handle, attributes), inner)}`
  }
  // Node says how deep it still goes beside the options, which say how deep it was to go; Deno how deep it has gone, among them.
  function nodeInspect(this: object, depth: number | null, options: object, inspect: Inspect) {
    return show(this, inspect, { ...options, depth, currentDepth: 0 })
  }
  function denoInspect(this: object, inspect: Inspect, options: InspectOptions = {}) {
    return show(this, inspect, options)
  }
  for (const [symbol, value] of [
    [nodeSymbol, nodeInspect],
    [denoSymbol, denoInspect],
  ] as const) {
    defineHidden(prototype, symbol, value)
  }
}

/** Plain values: of a list its names alone. */
function shownOf(handle: object, attributes: readonly string[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const attribute of attributes) {
    try {
      const value: unknown = Reflect.get(handle, attribute)
      const isNames = attribute.endsWith('Names')
      shown[attribute] = isNames ? Array.from(value as Iterable<string>) : value // A DOMStringList.
    } catch {
      // A request's result before it is done; and a prototype has none of its attributes.
    }
  }
  return shown
}
