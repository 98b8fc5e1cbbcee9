/** Operations that delete records. */
import type { Operation } from '../../protocol/protocol.ts'
import { intervalOf } from '../sql/scan-statements.ts'
import { byteaArray } from '../wire/arrays.ts'
import type { Statement, Value } from '../wire/statement.ts'
import type { Ground, Group, Pending } from './ground.ts'

type PendingRemoval = Pending<Operation & { readonly type: 'deleteRange' }>

/** Deletions of single keys of that store. */
export function removingKeys(storeId: number, pendings: readonly PendingRemoval[]): Group {
  const keys = pendings.map(({ operation }) => operation.range.lower)
  return removing(pendings, ({ records, db }) => [
    records.removeKeys,
    [db, storeId, byteaArray(keys)],
  ])
}

/** One deletion of a range. */
export function removingRange(pending: PendingRemoval): Group {
  const { storeId, range } = pending.operation
  const { lower, upper } = intervalOf(range)
  return removing([pending], ({ records, db }) => [
    records.removeRange,
    [db, storeId, lower, upper],
  ])
}

/** The deletion of all records of a store. */
export function clearing(pending: Pending<Operation & { readonly type: 'clear' }>): Group {
  const { storeId } = pending.operation
  return removing([pending], ({ records, db }) => [records.clear, [db, storeId]])
}

function removing(
  pendings: readonly Pending[],
  how: (ground: Ground) => [Statement, readonly Value[]],
): Group {
  return {
    mayFail: false,
    isBarrier: false,
    run(ground, over) {
      ground.line.send(...how(ground), () => {
        for (const pending of pendings) ground.done(pending)
        over()
      })
    },
  }
}
