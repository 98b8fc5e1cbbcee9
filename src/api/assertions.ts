/** Checks that open many methods. Each throws what the specification says; callers keep its order. */
import type { Source } from '../core/handles.ts'
import type { Transaction } from '../core/transaction.ts'
import { domException } from '../errors.ts'
import { assertStackRoom } from '../stack-room.ts'

/** The first thing each call of a transaction does. @throws TransactionInactiveError, or see `assertStackRoom` */
export function assertActive(transaction: Transaction): void {
  assertStackRoom()
  if (transaction.state === 'active') return
  const reason = transaction.state === 'finished' ? 'has finished' : 'is not active'
  throw domException('TransactionInactiveError', `The transaction ${reason}`)
}

/** @throws ReadOnlyError */
export function assertWritable(transaction: Transaction): void {
  if (transaction.mode !== 'readonly') return
  throw domException('ReadOnlyError', 'The transaction is read-only')
}

/** @throws InvalidStateError when the object store or index, or the index's object store, was deleted. */
export function assertNotDeleted(source: Source): void {
  if (!source.isDeleted) return
  const kind = source.indexId === 0 ? 'Object store' : 'Index'
  throw domException('InvalidStateError', `${kind} "${source.name}" has been deleted`)
}

/** @throws InvalidStateError outside an upgrade transaction. */
export function assertUpgrading({ upgrade }: Transaction): void {
  if (upgrade) return
  throw domException(
    'InvalidStateError',
    'The schema can be changed in an upgrade transaction (onupgradeneeded) only',
  )
}
