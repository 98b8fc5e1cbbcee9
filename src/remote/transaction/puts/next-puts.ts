/** Takes puts from a queue that can be carried out together. */
import { append } from '../../../base/own-property.ts'
import type { Fifo } from '../../../base/fifo.ts'
import type { ObjectStoreSchema, PutOperation } from '../../../protocol/protocol.ts'
import { storeOf } from '../../../storage/schema.ts'
import type { Ground, Group, Pending } from '../ground.ts'
import { taken } from '../taken.ts'
import { KeySet } from './key-set.ts'
import { looking, mayLookTogether } from './looking.ts'
import {
  type KeyedPut,
  nextKey,
  noNumberLeft,
  noteStored,
  type PendingPut,
} from './put-operation.ts'
import { adding, type PutKind, putKind, storing } from './puts.ts'

/** How many bytes of values become one statement at most. */
const mostBytesTogether = 4 * 1024 * 1024

/** What is known when puts are to be taken. */
export interface TakingPuts {
  readonly queue: Fifo<Pending>
  readonly ground: Ground
  /** Whether statements before are not answered yet. */
  readonly isAwaiting: boolean
}

/** The puts from `first` on, the head of the queue, that go together; null: they have to wait for answers. */
export function nextPuts(
  { queue, ground, isAwaiting }: TakingPuts,
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
