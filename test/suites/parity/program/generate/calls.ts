/** Methods with their arguments. */
import fc from 'fast-check'
import type { Encoded } from '../program.ts'
import { anyKey, count, direction, optionalQuery, query, value } from '../values.ts'
import { constants, tuple } from './choices.ts'

const retrievalOptions: fc.Arbitrary<Encoded> = fc
  .record({ query: optionalQuery, count, direction }, { requiredKeys: [] })
  .map((it): Encoded => ['object', ...Object.entries(it)])

/** Methods with their arguments; those of reading exist on stores and indexes. */
export const readCall: fc.Arbitrary<{ method: string; args: readonly Encoded[] }> = fc.oneof(
  fc.record({ method: constants('get', 'getKey'), args: tuple(query) }),
  fc.record({ method: constants('getAll', 'getAllKeys'), args: tuple(optionalQuery, count) }),
  fc.record({
    method: constants('getAll', 'getAllKeys', 'getAllRecords'),
    args: tuple(retrievalOptions),
  }),
  fc.record({ method: fc.constant('count'), args: fc.oneof(tuple(), tuple(optionalQuery)) }),
)

export const writeCall: fc.Arbitrary<{ method: string; args: readonly Encoded[] }> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ method: constants('put', 'add'), args: tuple(value, anyKey) }),
  },
  { weight: 5, arbitrary: fc.record({ method: constants('put', 'add'), args: tuple(value) }) },
  { weight: 2, arbitrary: fc.record({ method: fc.constant('delete'), args: tuple(query) }) },
  { weight: 1, arbitrary: fc.constant({ method: 'clear', args: [] }) },
)

export const cursorCall = fc.record({
  method: constants('openCursor', 'openKeyCursor'),
  args: fc.oneof(
    { weight: 4, arbitrary: tuple(optionalQuery, direction) },
    { weight: 1, arbitrary: tuple(optionalQuery) },
  ),
})
