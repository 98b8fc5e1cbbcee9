/** Takes operations from a queue that can be executed together. */
import type { StorageLimits } from '../../storage/limits.ts'
import type { Group, Pending } from './ground.ts'
import { nextPuts, type TakingPuts } from './puts/next-puts.ts'
import { counting, getting, isGet, scanning } from './reads.ts'
import { clearing, removingKeys, removingRange } from './removals.ts'
import { changingSchema } from './schema-changes.ts'
import { isOf, taken } from './taken.ts'

/** What is known when a group is to be taken. */
export interface Taking extends TakingPuts {
  readonly limits: StorageLimits
}

/** The next operations that go together; null: there are none, or they have to wait for answers. */
export function nextGroup({ queue, ground, limits, isAwaiting }: Taking): Group | null {
  const first = queue.first()
  if (!first) return null
  if (isOf(first, 'put')) return nextPuts({ queue, ground, isAwaiting }, first)
  if (isOf(first, 'scan') && isGet(first.operation)) {
    const { storeId, indexId, withValues } = first.operation
    return getting(
      taken(queue, 'scan', ({ operation: next }) => {
        const isSame = next.storeId === storeId && next.indexId === indexId
        return isSame && next.withValues === withValues && isGet(next)
      }),
    )
  }
  if (isOf(first, 'deleteRange') && first.operation.range.upper === null) {
    const { storeId } = first.operation
    return removingKeys(
      storeId,
      taken(queue, 'deleteRange', ({ operation: next }) => {
        return next.storeId === storeId && next.range.upper === null
      }),
    )
  }
  queue.shift()
  return singleGroup(first, limits)
}

function singleGroup(pending: Pending, limits: StorageLimits): Group {
  if (isOf(pending, 'scan')) return scanning(pending)
  if (isOf(pending, 'count')) return counting(pending)
  if (isOf(pending, 'deleteRange')) return removingRange(pending)
  if (isOf(pending, 'clear')) return clearing(pending)
  if (isOf(pending, 'changeSchema')) return changingSchema(pending, limits)
  throw new Error('unreachable: an operation of an unknown type')
}
