import type { Place } from '../explain/place.ts'
import type { Operation } from '../protocol/protocol.ts'
import type { Request } from './request.ts'
import { assertActive } from './transaction.ts'

/**
 * Places a request and has its operation executed: the steps up to the operation itself. The answer reaches the request, is
 * processed by `Transaction.processed()`, and becomes a result and an event in `request-events.ts`.
 * https://w3c.github.io/IndexedDB/#async-execute-request
 *
 * @throws TransactionInactiveError when script in a key has ended the transaction
 */
export function executeRequest(request: Request, operation: Operation): Request {
  const { transaction } = request
  // Spec issue: script in a key comes after the checks of the method, and the request would never end.
  assertActive(transaction)
  transaction.isMidCall = true
  placeRequest(request)
  transaction.execute(operation, request)
  transaction.isMidCall = false
  return request
}

/**
 * Puts a request at the end of its transaction's request list, without executing anything yet. `known`: where the program asks for it;
 * null: that is to be found out. Gives the place; null where none is noted.
 */
export function placeRequest(request: Request, known: Place | null = null): Place | null {
  const { transaction } = request
  transaction.hold?.release()
  transaction.requests.add(request)
  transaction.unprocessed++
  const place = transaction.trace?.asked(transaction.unprocessed, known) ?? null
  transaction.span?.asked(request)
  return place
}
