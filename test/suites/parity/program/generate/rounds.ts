/** Rounds of steps. */
import fc from 'fast-check'
import type { Encoded, Op, Reaction, Round } from '../program.ts'
import { anyKey } from '../values.ts'
import { constants } from './choices.ts'
import { innermost, listenerOps, transactionOps } from './operations.ts'
import { noOps, requestOp } from './requests.ts'
import { indexName, indexOptions, keyPath, storeOptions } from './schema.ts'
import { blocked, connectionNumber, db, openStep, transactionStep } from './steps.ts'
import { chainOps } from './transactions.ts'

const smallVersion: fc.Arbitrary<Encoded | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: constants<Encoded[]>(0, -1, 1.5, 'x', 2 ** 53, ['undefined'], null) },
)

const workRound: fc.Arbitrary<Round> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: transactionStep(transactionOps) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('more' as const),
          db,
          transaction: fc.nat({ max: 5 }),
          ops: listenerOps({ inner: innermost }, 3),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('close' as const),
          db,
          connection: connectionNumber,
        }),
      },
      { weight: 1, arbitrary: openStep(fc.constant(undefined)) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('compare' as const), a: anyKey, b: anyKey }),
      },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((steps): Round => ({ kind: 'parallel', steps }))

const versionRound: fc.Arbitrary<Round> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: openStep(smallVersion) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('delete' as const), db, blocked }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('close' as const),
          db,
          connection: connectionNumber,
        }),
      },
      { weight: 2, arbitrary: transactionStep(transactionOps) },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((steps): Round => ({ kind: 'parallel', steps }))

const chainRound: fc.Arbitrary<Round> = fc
  .oneof(
    { weight: 4, arbitrary: transactionStep(chainOps) },
    { weight: 1, arbitrary: openStep(smallVersion) },
  )
  .map((step): Round => ({ kind: 'chain', steps: [step] }))

/** A schema that gives most operations something to work on. */
export const firstRound: fc.Arbitrary<Round> = fc
  .record({
    a: storeOptions,
    b: storeOptions,
    indexes: fc.array(
      fc.record({
        do: fc.constant('createIndex' as const),
        store: constants('a', 'b'),
        index: indexName,
        keyPath,
        options: indexOptions,
      }),
      { minLength: 1, maxLength: 4 },
    ),
    records: fc.array(requestOp({ inner: noOps }), { maxLength: 6 }),
    reaction: constants<Reaction[]>('prevent', 'prevent', 'prevent', 'nothing'),
  })
  .map(({ a, b, indexes, records, reaction: connectionError }): Round => {
    const upgrade: readonly Op[] = [
      { do: 'createObjectStore', store: 'a', options: a },
      { do: 'createObjectStore', store: 'b', options: b },
      ...indexes,
      ...records,
    ]
    const step = { do: 'open' as const, db: 0, version: 1, upgrade, success: [], connectionError }
    return { kind: 'parallel', steps: [step] }
  })

export const round = fc.oneof(
  { weight: 6, arbitrary: workRound },
  { weight: 2, arbitrary: versionRound },
  { weight: 2, arbitrary: chainRound },
)
