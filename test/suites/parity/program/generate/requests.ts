/** Requests with what their listeners do. */
import fc from 'fast-check'
import type { Encoded, Op, RequestOp } from '../program.ts'
import { anyKey, value } from '../values.ts'
import { cursorCall, readCall, writeCall } from './calls.ts'
import { compact, constants, sometimes, tuple } from './choices.ts'
import { indexName, storeName } from './schema.ts'

/** Operations of transactions, with listeners that perform others down to a depth. */
export interface Depths {
  /** The next level of listeners. */
  readonly inner: fc.Arbitrary<readonly Op[]>
}

export const noOps = fc.constant<readonly Op[]>([])

const optionalIndex = sometimes(4, indexName)
const stale = sometimes(1, fc.constant(true))

export function requestOp({ inner }: Depths): fc.Arbitrary<Op> {
  const listeners = { success: sometimes(3, inner), error: sometimes(5, errorOps(inner)) }
  const common = { do: fc.constant('request' as const), store: storeName, stale, ...listeners }
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record({ ...common, call: writeCall })
        .map(({ call, ...op }): Op => compact({ ...op, ...call } as RequestOp)), // compact removes undefined
    },
    {
      weight: 4,
      arbitrary: fc
        .record({ ...common, index: optionalIndex, call: readCall })
        .map(({ call, ...op }): Op => compact({ ...op, ...call } as RequestOp)),
    },
    {
      weight: 4,
      arbitrary: fc
        .record({
          ...common,
          index: optionalIndex,
          call: cursorCall,
          positions: fc.array(positionOps(inner), { maxLength: 6 }),
        })
        .map(({ call, ...op }): Op => compact({ ...op, ...call } as RequestOp)),
    },
  )
}

function errorOps(inner: fc.Arbitrary<readonly Op[]>): fc.Arbitrary<readonly Op[]> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant<readonly Op[]>([{ do: 'prevent' }]) },
    { weight: 1, arbitrary: fc.constant<readonly Op[]>([{ do: 'stop' }]) },
    { weight: 1, arbitrary: fc.constant<readonly Op[]>([{ do: 'prevent' }, { do: 'throw' }]) },
    { weight: 2, arbitrary: inner.map((ops): readonly Op[] => [{ do: 'prevent' }, ...ops]) },
  )
}

/** A change of the record at a cursor's position. */
function changeOp(inner: fc.Arbitrary<readonly Op[]>): fc.Arbitrary<Op> {
  return fc.oneof(
    fc
      .record({
        do: fc.constant('cursor' as const),
        method: fc.constant('update' as const),
        args: tuple(value),
        error: sometimes(5, errorOps(inner)),
      })
      .map((it): Op => compact(it) as Op), // compact removes undefined
    fc.constant<Op>({ do: 'cursor', method: 'delete', args: [] }),
  )
}

const stepOp: fc.Arbitrary<Op> = fc
  .oneof(
    { weight: 6, arbitrary: fc.constant({ method: 'continue' as const, args: [] as Encoded[] }) },
    {
      weight: 2,
      arbitrary: fc.record({ method: fc.constant('continue' as const), args: tuple(anyKey) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        method: fc.constant('advance' as const),
        args: tuple(constants<Encoded[]>(1, 1, 2, 3, 0, -1, 'x', 2 ** 32)),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        method: fc.constant('continuePrimaryKey' as const),
        args: tuple(anyKey, anyKey),
      }),
    },
  )
  .map((it): Op => ({ do: 'cursor', ...it }))

/** Some work at a cursor's position, then most often a step. */
function positionOps(inner: fc.Arbitrary<readonly Op[]>): fc.Arbitrary<readonly Op[]> {
  return fc
    .tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant<readonly Op[]>([]) },
        { weight: 2, arbitrary: changeOp(inner).map((it) => [it]) },
        { weight: 1, arbitrary: inner },
      ),
      fc.oneof(
        { weight: 8, arbitrary: stepOp.map((it) => [it]) },
        { weight: 1, arbitrary: fc.tuple(stepOp, stepOp) },
        { weight: 1, arbitrary: noOps },
      ),
    )
    .map(([work, steps]) => [...work, ...steps])
}
