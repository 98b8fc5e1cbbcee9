/** Transactions: how they are opened and what is done in them. */
import fc from 'fast-check'
import type { Encoded, Op, Reaction } from '../program.ts'
import { compact, constants, sometimes, tuple } from './choices.ts'
import { endOp, innermost, listenerOps, transactionOps } from './operations.ts'
import { storeName } from './schema.ts'

export const reaction: fc.Arbitrary<Reaction | undefined> = sometimes(
  4,
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Reaction>('prevent') },
    { weight: 1, arbitrary: constants<Reaction[]>('stop', 'throw', 'prevent and throw') },
  ),
)

const scope: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 4, arbitrary: constants<Encoded[]>('a', 'b') },
  { weight: 8, arbitrary: fc.constant<Encoded>(['array', 'a', 'b']) },
  {
    weight: 1,
    arbitrary: constants<Encoded[]>(['array'], ['array', 'a', 'gone'], 'c', [
      'array',
      'b',
      'a',
      'b',
    ]),
  },
)

const mode: fc.Arbitrary<Encoded | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Encoded>('readwrite') },
  { weight: 4, arbitrary: fc.constant<Encoded>('readonly') },
  { weight: 1, arbitrary: constants<Encoded[]>('versionchange', 'x', ['undefined']) },
)

const transactionOptions: fc.Arbitrary<Encoded | undefined> = sometimes(
  3,
  constants('strict', 'relaxed', 'default', 'x').map((it): Encoded => [
    'object',
    ['durability', it],
  ]),
)

export const transactionMembers = {
  do: fc.constant('transaction' as const),
  stores: scope,
  mode,
  options: transactionOptions,
  transactionError: reaction,
}

/** Ops in which further transactions start; they take effect in `chain` rounds. */
export const nestedTransaction: fc.Arbitrary<Op> = fc
  .record({ ...transactionMembers, ops: listenerOps({ inner: innermost }, 4) })
  .map((it) => compact(it) as Op) // compact removes undefined

export const chainOps: fc.Arbitrary<readonly Op[]> = fc
  .tuple(
    transactionOps,
    fc.record({
      do: fc.constant('request' as const),
      store: storeName,
      method: fc.constant('count'),
      args: tuple(),
      success: fc.tuple(nestedTransaction, fc.oneof(nestedTransaction, endOp)),
    }),
  )
  .map(([ops, request]): readonly Op[] => [...ops, request])
