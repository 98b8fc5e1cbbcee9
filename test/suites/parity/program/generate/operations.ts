/** What transactions and listeners do. */
import fc from 'fast-check'
import type { Op } from '../program.ts'
import { constants } from './choices.ts'
import { type Depths, noOps, requestOp } from './requests.ts'

export const endOp: fc.Arbitrary<Op> = constants<Op[]>(
  { do: 'abort' },
  { do: 'commit' },
  { do: 'close' },
)

export const lookOp: fc.Arbitrary<Op> = constants<Op[]>({ do: 'inspect' }, { do: 'peek' })

/** Operations of listeners, then of theirs; the innermost have none. */
export const innermost = listenerOps({ inner: noOps }, 3)
export const middle = listenerOps({ inner: innermost }, 3)

export function listenerOps(depths: Depths, maxLength: number): fc.Arbitrary<readonly Op[]> {
  return fc.array(
    fc.oneof(
      { weight: 14, arbitrary: requestOp(depths) },
      { weight: 2, arbitrary: endOp },
      { weight: 1, arbitrary: constants<Op[]>({ do: 'throw' }) },
      { weight: 2, arbitrary: lookOp },
      { weight: 1, arbitrary: depths.inner.map((ops): Op => ({ do: 'microtask', ops })) },
    ),
    { maxLength },
  )
}

export const transactionOps = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: requestOp({ inner: middle }) },
    { weight: 1, arbitrary: endOp },
    { weight: 2, arbitrary: lookOp },
    { weight: 1, arbitrary: middle.map((ops): Op => ({ do: 'microtask', ops })) },
  ),
  { minLength: 1, maxLength: 10 },
)
