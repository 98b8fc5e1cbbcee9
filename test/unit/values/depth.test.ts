import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import { roundTrip } from './round-trip.ts'

const fullDepth = 100_000
/** Errors take long to make and to ask for their stacks. */
const causeDepth = 2_000

const wrappers: Record<string, { wrap(inner: unknown): unknown; unwrap(outer: never): unknown }> = {
  arrays: { wrap: (inner) => [inner], unwrap: (outer: unknown[]) => outer[0] },
  objects: { wrap: (a) => ({ a, b: 1 }), unwrap: (outer: { a: unknown }) => outer.a },
  'sparse arrays': {
    wrap: (x) => Object.assign([], { x }),
    unwrap: (outer: { x: unknown }) => outer.x,
  },
  Maps: { wrap: (v) => new Map([[1, v]]), unwrap: (outer: Map<number, unknown>) => outer.get(1) },
  'Map keys': {
    wrap: (k) => new Map([[k, 1]]),
    unwrap: (outer: Map<unknown, unknown>) => [...outer.keys()][0],
  },
  Sets: { wrap: (v) => new Set([v]), unwrap: (outer: Set<unknown>) => [...outer][0] },
  causes: { wrap: (cause) => errorWith(cause), unwrap: (outer: Error) => outer.cause },
}

function errorWith(cause: unknown): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const error = new Error('', { cause })
  Error.stackTraceLimit = stackTraceLimit
  return error
}

describe('nesting', () => {
  for (const [name, { wrap, unwrap }] of Object.entries(wrappers)) {
    const depth = name === 'causes' ? causeDepth : fullDepth
    test(`${depth} levels of ${name} survive`, () => {
      let value: unknown = 'innermost'
      for (let i = 0; i < depth; i++) value = wrap(value)
      let clone = roundTrip(value)
      for (let i = 0; i < depth; i++) clone = unwrap(clone as never)
      assert.equal(clone, 'innermost')
    })
  }
})
