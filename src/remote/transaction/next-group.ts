/** Takes operations from a queue that can be executed together. */
import { append } from '../../base/own-property.ts'
import type { Fifo } from '../../base/fifo.ts'
import type { ObjectStoreSchema, Operation, PutOperation } from '../../protocol/protocol.ts'
import { type StorageLimits } from '../../storage/limits.ts'
import { storeOf } from '../../storage/schema.ts'
import type { Ground, Group, Pending } from './ground.ts'
import { nextKey, noNumberLeft, noteStored } from './put-operation.ts'
import {
  adding,
  type KeyedPut,
  KeySet,
  looking,
  mayLookTogether,
  type PendingPut,
  type PutKind,
  putKind,
  storing,
} from './puts.ts'
import { counting, getting, isGet, scanning } from './reads.ts'
import { clearing, removingKeys, removingRange } from './removals.ts'
import { changingSchema } from './schema-changes.ts'

/** How many operations become one statement at most, and how many bytes of values. */
const mostTogether = 1_000
const mostBytesTogether = 4 * 1024 * 1024

/** What is known when a group is to be taken. */
export interface Taking {
  readonly queue: Fifo<Pending>
  readonly ground: Ground
  readonly limits: StorageLimits
  /** Whether statements before are not answered yet. */
  readonly isAwaiting: boolean
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

type Type = Operation['type']
type Of<Name extends Type> = Pending<Extract<Operation, { readonly type: Name }>>

function isOf<Name extends Type>(pending: Pending, type: Name): pending is Of<Name> {
  return pending.operation.type === type
}

/** Takes those of a type from the head of the queue for as long as they fit. */
function taken<Name extends Type>(
  queue: Fifo<Pending>,
  type: Name,
  fits: (pending: Of<Name>) => boolean,
): Of<Name>[] {
  const group: Of<Name>[] = []
  for (let next = queue.first(); next && group.length < mostTogether; next = queue.first()) {
    if (!isOf(next, type) || !fits(next)) break
    append(group, next)
    queue.shift()
  }
  return group
}

function nextPuts(
  { queue, ground, isAwaiting }: Omit<Taking, 'limits'>,
  first: PendingPut,
): Group | null {
  const store = storeOf(ground.schema, first.operation.storeId)
  // The answer to its lock tells the number.
  if (store.autoIncrement && !ground.numbers.has(store.id)) return null
  const kind = putKind(store, first.operation)
  const fits = fitting(store, kind)
  if (kind === 'look') return looking(store, takenToLook(queue, fits))
  const puts = takenWithKeys(ground, queue, { store, fits })
  if (puts.length > 0) return kind === 'store' ? storing(store, puts) : adding(store, puts)
  return isAwaiting ? null : failing(queue, store)
}

/** Whether a put may join those before it. Called for each in turn. */
function fitting(store: ObjectStoreSchema, kind: PutKind): (operation: PutOperation) => boolean {
  let sizeBytes = 0
  return (operation) => {
    if (operation.storeId !== store.id || putKind(store, operation) !== kind) return false
    const isFirst = sizeBytes === 0
    sizeBytes += operation.value.length
    return isFirst || sizeBytes <= mostBytesTogether
  }
}

function takenToLook(
  queue: Fifo<Pending>,
  fits: (operation: PutOperation) => boolean,
): readonly PendingPut[] {
  let isAlone = false
  let count = 0
  return taken(queue, 'put', ({ operation }) => {
    const together = mayLookTogether(operation)
    if (isAlone || (count > 0 && !together) || !fits(operation)) return false
    isAlone = !together
    count++
    return true
  })
}

interface Wanted {
  readonly store: ObjectStoreSchema
  readonly fits: (operation: PutOperation) => boolean
}

/** Gives those without a key the next one; no key comes twice. */
function takenWithKeys(
  { numbers }: Ground,
  queue: Fifo<Pending>,
  { store, fits }: Wanted,
): readonly KeyedPut[] {
  const puts: KeyedPut[] = []
  const keys = new KeySet()
  taken(queue, 'put', (pending) => {
    if (!fits(pending.operation)) return false
    const key = pending.operation.key ?? nextKey(numbers, store)
    if (!key || keys.has(key)) return false
    keys.add(key)
    noteStored(numbers, store, key)
    append(puts, { pending, key })
    return true
  })
  return puts
}

/** The put at the head has no key, and its store no number left. */
function failing(queue: Fifo<Pending>, store: ObjectStoreSchema): Group {
  const pending = queue.shift()
  return {
    mayFail: true,
    isBarrier: false,
    run(ground, over) {
      if (pending) ground.failed(pending, noNumberLeft(store))
      over()
    },
  }
}
