/** Why a value is no key, in words. Runs no script. */
import { bytesOf, dateValueOf, isArrayExoticObject } from '../internal-slots.ts'

/** What may be a key, as a message ends. */
export const keysAre = 'a key is a number, a string, a Date, binary data, or an array of keys'

/** How deep arrays are looked into. */
const deepest = 8

/** What a value that is no key is: `null`, `NaN`, `an object`, `an array with undefined at [2]`. */
export function whyNoKey(value: unknown): string {
  return flawOf(value, new Set()) ?? 'an array that holds itself'
}

/** null where none is found. `arrays`: those it lies in, and those that have been looked into. */
function flawOf(value: unknown, arrays: Set<unknown>): string | null {
  switch (typeof value) {
    case 'string':
      return null
    case 'number':
      return value === value ? null : 'NaN'
    case 'object':
      return value === null ? 'null' : flawOfObject(value, arrays)
    case 'undefined':
      return 'undefined'
    case 'boolean':
      return `the boolean ${value}`
    default:
      return `a ${typeof value}`
  }
}

function flawOfObject(value: object, arrays: Set<unknown>): string | null {
  const ms = dateValueOf(value)
  if (ms !== null) return ms === ms ? null : 'an invalid Date'
  const bytes = bytesOf(value)
  if (bytes !== undefined) return bytes ? null : 'a detached buffer'
  return isArrayExoticObject(value) ? flawOfArray(value, arrays) : 'an object'
}

function flawOfArray(value: unknown[], arrays: Set<unknown>): string | null {
  if (arrays.has(value) || arrays.size === deepest) return null
  arrays.add(value)
  for (let i = 0; i < value.length; i++) {
    const property = Object.getOwnPropertyDescriptor(value, i)
    if (!property) return `an array with a hole at [${i}]`
    const flaw = flawOf(property.value, arrays)
    if (flaw !== null)
      return property.get ? `an array with a getter at [${i}]` : `an array with ${flaw} at [${i}]`
  }
  return null
}
