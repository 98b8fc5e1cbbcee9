/** Names, key paths and options, and the operations that change a schema. */
import fc from 'fast-check'
import type { Encoded, Op } from '../program.ts'
import { constants } from './choices.ts'

export const storeName = fc.oneof(
  { weight: 12, arbitrary: constants('a', 'b') },
  { weight: 1, arbitrary: constants('c', 'gone', '') },
)
export const indexName = fc.oneof(
  { weight: 12, arbitrary: constants('i', 'j') },
  { weight: 1, arbitrary: constants('k', 'gone', '') },
)

export const keyPath: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 8, arbitrary: constants('id', 'x', 'y', 'n.id') },
  { weight: 3, arbitrary: fc.constant<Encoded>(['array', 'x', 'y']) },
  {
    weight: 1,
    arbitrary: constants<Encoded[]>(
      '',
      'x.length',
      ['array', 'id'],
      ['array'],
      ['array', 'x', ''],
      '1a',
      'a..b',
      ['array', ['array', 'x']],
      null,
    ),
  },
)

export const storeOptions: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Encoded>(['undefined']) },
  { weight: 2, arbitrary: fc.constant<Encoded>(['object', ['autoIncrement', true]]) },
  { weight: 3, arbitrary: keyPath.map((it): Encoded => ['object', ['keyPath', it]]) },
  {
    weight: 2,
    arbitrary: keyPath.map((it): Encoded => ['object', ['keyPath', it], ['autoIncrement', true]]),
  },
)

export const indexOptions: fc.Arbitrary<Encoded> = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 }))
  .map(([unique, multiEntry]): Encoded => [
    'object',
    ['unique', unique === 0],
    ['multiEntry', multiEntry === 0],
  ])

export const schemaOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('createObjectStore' as const),
      store: storeName,
      options: storeOptions,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('deleteObjectStore' as const), store: storeName }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('createIndex' as const),
      store: storeName,
      index: indexName,
      keyPath,
      options: indexOptions,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deleteIndex' as const),
      store: storeName,
      index: indexName,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('renameObjectStore' as const),
      store: storeName,
      name: storeName,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('renameIndex' as const),
      store: storeName,
      index: indexName,
      name: indexName,
    }),
  },
)
