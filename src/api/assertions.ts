/** Checks that open many methods. Each throws what the specification says; callers keep its order. */
import { type Transaction, assertActive as assertStillActive } from '../core/transaction.ts'
import { domException } from '../errors.ts'
import { assertStackRoom } from '../base/stack-room.ts'

/** The first thing each call of a transaction does. @throws TransactionInactiveError, or see `assertStackRoom` */
export function assertActive(transaction: Transaction): void {
  assertStackRoom()
  assertStillActive(transaction)
}

/** @throws ReadOnlyError */
export function assertWritable(transaction: Transaction): void {
  if (transaction.mode !== 'readonly') return
  const message = "The transaction is read-only; to write, create it with the mode 'readwrite'"
  throw domException('ReadOnlyError', message)
}

/** @throws InvalidStateError outside an upgrade transaction. */
export function assertUpgrading({ upgrade }: Transaction): void {
  if (upgrade) return
  throw domException(
    'InvalidStateError',
    'The schema can only be changed in an upgrade transaction (onupgradeneeded)',
  )
}
