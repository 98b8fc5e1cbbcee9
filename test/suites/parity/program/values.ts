/** Arbitrary keys, ranges and values of programs; few different ones, so that they meet. */
import fc from 'fast-check'
import type { Encoded } from './program.ts'

type Arbitrary = fc.Arbitrary<Encoded>

const oneOf = (...items: readonly Encoded[]): Arbitrary => fc.constantFrom(...items)

const undefinedValue: Encoded = ['undefined']

const plainKey = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 }) },
  { weight: 3, arbitrary: oneOf('', 'a', 'b', 'ab', '\u0000', 'ü', '\uffff', '😀') },
)

/** No -0: Firefox gives 0 back where Chromium and the specification give -0. */
const oddKey = oneOf(
  ['number', 'Infinity'],
  ['number', '-Infinity'],
  1.5,
  -1,
  2 ** 53,
  2 ** 53 - 1,
  5e-324,
  ['date', 0],
  ['date', -1],
  ['date', 8.64e15],
  ['lone', 0xd800],
  ['lone', 0xdfff],
  ['bytes', 'ArrayBuffer'],
  ['bytes', 'ArrayBuffer', 0],
  ['bytes', 'Uint8Array', 0, 255],
  ['bytes', 'Part', 0, 255],
  ['bytes', 'DataView', 1],
  ['bytes', 'Float64Array', 0, 0, 0, 0, 0, 0, 0, 0],
  ['array'],
  ['array', ['array']],
  ['array', 1, 'a'],
  ['array', ['date', 0], ['array', 1]],
)

const invalidKey = oneOf(
  null,
  true,
  undefinedValue,
  ['number', 'NaN'],
  ['date', null],
  ['object'],
  ['holes'],
  ['cyclicArray'],
  ['array', 1, null],
  ['bigint', '1'],
  ['boxed', 1],
  ['boxed', 'a'],
  ['regexp', 'a', ''],
  ['function'],
  ['symbol'],
  ['detached'],
)

/** Valid ones only. */
const validKey: Arbitrary = fc.oneof(
  { weight: 8, arbitrary: plainKey },
  { weight: 2, arbitrary: oddKey },
  { weight: 1, arbitrary: fc.tuple(fc.constant('array'), plainKey, plainKey) },
)

export const anyKey: Arbitrary = fc.oneof(
  { weight: 14, arbitrary: validKey },
  { weight: 1, arbitrary: invalidKey },
)

const flag = fc.boolean()

const keyRange: Arbitrary = fc.oneof(
  fc.tuple(fc.constant('range'), fc.constant('only'), anyKey),
  fc.tuple(fc.constant('range'), fc.constantFrom('lowerBound', 'upperBound'), anyKey, flag),
  fc.tuple(fc.constant('range'), fc.constant('bound'), anyKey, anyKey, flag, flag),
  fc.tuple(
    fc.constant('range'),
    fc.constant('bound'),
    oneOf(0, ['date', -1]),
    oneOf('b', ['array', 9]),
    flag,
    flag,
  ),
)

/** What a method takes to find records by. */
export const query: Arbitrary = fc.oneof(
  { weight: 3, arbitrary: anyKey },
  { weight: 3, arbitrary: keyRange },
)

/** The same, often left open. */
export const optionalQuery: Arbitrary = fc.oneof(
  { weight: 3, arbitrary: oneOf(undefinedValue, null) },
  { weight: 2, arbitrary: query },
)

export const count: Arbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Encoded>(undefinedValue) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 1, arbitrary: oneOf(2 ** 32 - 1, 2 ** 32, -1, 1.9, '2', 'x', null, ['number', 'NaN']) },
)

export const direction: Arbitrary = fc.oneof(
  { weight: 8, arbitrary: oneOf('next', 'prev', 'nextunique', 'prevunique') },
  { weight: 1, arbitrary: oneOf(undefinedValue, 'up', null) },
)

const member = fc.oneof(
  { weight: 6, arbitrary: validKey },
  { weight: 2, arbitrary: oddKey },
  { weight: 1, arbitrary: invalidKey },
  {
    weight: 2,
    arbitrary: fc.array(anyKey, { maxLength: 3 }).map((it): Encoded => ['array', ...it]),
  },
)

const storable = (item: Encoded): boolean =>
  !['function', 'symbol', 'detached', 'undefined'].includes(tagOf(item))

/**
 * What a clone can hold; the few others have a place of their own. Nor undefined, over which browsers and the
 * specification differ when a key path leads to it.
 */
const clonableMember = member.filter(storable)

/** An object whose properties the key paths of the schema find, some of them missing. */
const record: Arbitrary = fc
  .record(
    {
      id: clonableMember,
      x: clonableMember,
      y: clonableMember,
      n: fc.oneof(
        clonableMember,
        fc.tuple(fc.constant('object'), fc.tuple(fc.constant('id'), clonableMember)),
      ),
    },
    { requiredKeys: [] },
  )
  .map((properties): Encoded => {
    const entries = Object.entries(properties)
    return ['object', ...entries.map(([name, item]): Encoded => [name, item ?? null])]
  })

const oddValue = oneOf(
  undefinedValue,
  null,
  0,
  ['number', '-0'],
  'text',
  ['array', 1, ['object', ['id', 1]]],
  ['cyclicObject'],
  ['holes'],
  ['map', 1, 'a'],
  ['set', 1, ['object']],
  ['regexp', 'a+', 'gi'],
  ['boxed', 1],
  ['boxed', 'text'],
  ['boxed', false],
  ['bigint', '123456789012345678901234567890'],
  ['error', 'text'],
  ['date', null],
  ['bytes', 'Part', 1, 2, 3],
  ['bytes', 'Float64Array', 0, 0, 0, 0, 0, 0, 240, 63],
  ['blob', 'text'],
  ['file', 'text'],
  ['object', ['id', 1], ['x', ['file', '']]],
  ['cause', ['object', ['id', 1]]],
  ['instance', ['map', 1]],
  ['object', ['id', ['instance', 1]]],
  ['extra', ['array', 1]],
)

/** Rare: Chromium looks at an explicit key only after the clone, so that most of these set a program aside. */
const unclonable = oneOf(
  ['function'],
  ['symbol'],
  ['detached'],
  ['throwing'],
  ['arguments', 1],
  ['segments'],
  ['object', ['id', ['function']]],
  ['object', ['id', 1], ['x', ['symbol']]],
  ['object', ['id', 1], ['x', ['arguments']]],
)

export const value: Arbitrary = fc.oneof(
  { weight: 100, arbitrary: record },
  { weight: 12, arbitrary: oddValue },
  { weight: 1, arbitrary: unclonable },
)

function tagOf(encoded: Encoded): string {
  return Array.isArray(encoded) ? String(encoded[0]) : ''
}
