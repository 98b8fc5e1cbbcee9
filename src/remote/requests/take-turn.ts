/** Waiting for other processes, whose requests have the same database. */
import { exceptionOf } from '../../errors.ts'
import { closedBefore, type QueuedRequest } from '../../host/requests/queued-request.ts'
import { rollback, waitBriefly, waitPatiently } from '../sql/transaction-statements.ts'
import { sqlState } from '../wire/problem.ts'
import type { Statement } from '../wire/statement.ts'
import { StatementError, type Wire } from '../wire/wire.ts'

/** Who waits, and for which database. */
export interface Turn {
  readonly wire: Wire
  readonly request: QueuedRequest
  readonly name: string
  /** What begins the transaction. */
  readonly begin: Statement
}

/**
 * Begins a transaction and has `find` take a database's lock in it. Others may have that for any length of time: it is tried for a moment
 * at a time, so that a request which is cancelled waits no longer.
 *
 * @throws AbortError when the request is cancelled, StatementError
 */
export async function takeTurn<Found>(
  { wire, request, name, begin }: Turn,
  find: () => Promise<Found>,
): Promise<Found> {
  for (;;) {
    const begun = [wire.ask(begin), wire.ask(waitBriefly)]
    const finding = find()
    const all = Promise.all([...begun, wire.ask(waitPatiently)])
    all.catch(() => {}) // What `find` fails with is the reason.
    try {
      const found = await finding
      await all
      return found
    } catch (error) {
      if (!hasWaited(error)) throw error
    }
    await wire.ask(rollback)
    request.block()
    if (request.isCancelled) throw exceptionOf(closedBefore(name))
  }
}

function hasWaited(error: unknown): boolean {
  return error instanceof StatementError && error.problem.code === sqlState.lockNotAvailable
}
