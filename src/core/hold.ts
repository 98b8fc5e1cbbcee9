/** A request that asks nothing, and so keeps its transaction alive for as long as its answer is kept back. */
import type { Hold } from '../base/hold.ts'
import { Request, type ResultReader } from './request.ts'
import { assertActive, type Transaction } from './transaction.ts'

const reader: ResultReader = {
  operation: 'hold',
  takesRecords: false,
  record() {},
  result: () => undefined,
}

/**
 * Holds a transaction, until it is let go of or something else is asked of it.
 *
 * @throws TransactionInactiveError
 */
export function holdTransaction(transaction: Transaction): Hold<Request> {
  assertActive(transaction)
  const request = new Request(transaction, transaction, reader)
  const hold: Hold<Request> = {
    request,
    release() {
      if (transaction.hold !== hold) return
      transaction.hold = null
      transaction.answer(request)
    },
  }
  // Neither counted nor explained: it is no request of script.
  transaction.hold?.release()
  transaction.requests.add(request)
  transaction.unprocessed++
  transaction.hold = hold
  return hold
}
