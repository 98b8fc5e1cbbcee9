import { createContext, runInContext, runInThisContext } from 'node:vm'
import { describe, test } from 'vitest'
import { roundTrip } from './round-trip.ts'
import { assertSameStructure } from './structure.ts'

const sources = [
  '({ a: [1, { b: 2 }] })',
  '[1, , 3]',
  'new Date(5)',
  '/x/gi',
  'new Map([[1, {}]])',
  'new Set([[], 2])',
  'Object(1n)',
  'Object("s")',
  'Object(false)',
  'new Uint8Array([1, 2]).buffer',
  'new Float64Array([1, 2])',
  'new DataView(new ArrayBuffer(4), 1)',
  'new (class A { x = 1 })()',
]

describe('objects of another realm', () => {
  const realm = createContext({})
  for (const source of sources) {
    test(`${source} becomes an object of this realm`, () => {
      const foreign: unknown = runInContext(source, realm)
      const own: unknown = runInThisContext(source)
      assertSameStructure(roundTrip(foreign), source.includes('class') ? { x: 1 } : own)
    })
  }

  test('an error becomes one of this realm, by its name', () => {
    const error: unknown = runInContext('new TypeError("m", { cause: 1 })', realm)
    const expected = Object.assign(new TypeError('m', { cause: 1 }))
    expected.stack = (error as Error).stack as string // a string in every runtime that has it
    assertSameStructure(roundTrip(error), expected)
  })
})
