import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/rendering/json.ts'
import { jsonText } from '../../../src/rendering/json-text.ts'
import { parseValue } from '../../../src/rendering/parse-value.ts'
import { renderValue } from '../../../src/rendering/render-value.ts'

/** A value in `depth` others. */
type Nest = (inner: unknown) => unknown

const nests: Record<string, Nest> = {
  arrays: (inner) => [0, inner, 2],
  objects: (inner) => ({ a: 0, inner, b: 2 }),
  'objects with a "$"': (inner) => ({ $: 0, inner }),
  'arrays with a property': (inner) => Object.assign([0], { inner }),
  maps: (inner) => new Map([['inner', inner]]),
  'keys of maps': (inner) => new Map([[inner, 'inner']]),
  sets: (inner) => new Set([0, inner, 2]),
  errors: (cause) => Object.assign(new Error('outer', { cause }), { stack: '' }),
}

function nested(depth: number, nest: Nest, inner: unknown = 1): unknown {
  let value = inner
  for (let i = 0; i < depth; i++) value = nest(value)
  return value
}

/** The one part of a value that is no primitive; undefined: there is none. */
function partOf(value: object): unknown {
  if (value instanceof Error) return value.cause
  const parts = value instanceof Map || value instanceof Set ? [...value].flat() : []
  return [...parts, ...Object.values(value)].find((it) => typeof it === 'object')
}

function depthOf(value: unknown): number {
  let depth = 0
  for (let it = value; typeof it === 'object' && it !== null; it = partOf(it)) depth++
  return depth
}

const through = (value: unknown): unknown =>
  parseValue(JSON.parse(jsonText(renderValue(value))) as Json)

describe('a value nested thousands deep', () => {
  const cases = Object.keys(nests).map((name) => [name, 3_000] as const)
  test.each([...cases, ['arrays', 100_000], ['objects', 100_000]] as const)(
    'of %s (%d) is rendered and parsed whole',
    (name, depth) => {
      const value = nested(depth, nests[name] as Nest)
      expect(depthOf(through(value))).toBe(depth)
    },
  )

  test('keeps that it holds one object twice', () => {
    const shared = { it: 'shared' }
    const value = nested(3_000, (inner) => [inner], [shared, { again: shared }])
    let read = through(value) as unknown[]
    while (Array.isArray(read[0])) read = read[0] as unknown[]
    const [first, second] = read as [object, { again: object }]
    expect(first).toEqual(shared)
    expect(second.again).toBe(first)
  })
})

test('the text of what is too deep for JSON.stringify() is what that writes', () => {
  const member = { a: [1, 'ü"', null, true, [], {}], '"': { $: 'undefined' }, left: undefined }
  const depth = 100_000
  const deep = nested(depth, (inner) => [inner], member) as Json
  const expected = `${'['.repeat(depth)}${JSON.stringify(member)}${']'.repeat(depth)}`
  expect(jsonText(deep) === expected).toBe(true)
})
