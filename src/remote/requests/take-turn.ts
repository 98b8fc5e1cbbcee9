/** Waiting for other processes, whose requests have the same database. */
import { queueIdleTimer } from '../../event-loop/turn.ts'
import type { QueuedRequest } from '../../host/requests/queued-request.ts'
import type { Statement } from '../wire/statement.ts'
import type { Wire } from '../wire/wire.ts'

/** For how long it waits before it gives way to being cancelled. */
const briefMs = 500

/** Who waits. */
export interface Turn {
  readonly wire: Wire
  readonly request: QueuedRequest
  /** What begins the transaction. */
  readonly begin: Statement
}

/**
 * Begins a transaction and has `find` take a database's lock in it. Others may have that for any length of time: the server waits for
 * it within a statement, so that it has nothing to report as an error, and gives that up where the request is cancelled.
 *
 * @throws AbortError when the request is cancelled, StatementError; the wire is in the middle of the transaction then
 */
export async function takeTurn<Found>(
  { wire, request, begin }: Turn,
  find: () => Promise<Found>,
): Promise<Found> {
  const finding = Promise.all([wire.ask(begin), find()]).then(([, found]) => found)
  const settled = finding.then(
    () => {},
    () => {},
  )
  if (await lasts(settled)) {
    request.block()
    try {
      await request.orCancelled([settled])
    } catch (error) {
      await Promise.race([wire.cancel(), settled])
      throw error
    }
  }
  return finding
}

/** Whether something has not happened within a moment. */
async function lasts(settled: Promise<void>): Promise<boolean> {
  let stopTimer = (): void => {}
  const late = new Promise<boolean>((resolve) => {
    stopTimer = queueIdleTimer(() => resolve(true), briefMs)
  })
  const isLate = await Promise.race([settled.then(() => false), late])
  stopTimer()
  return isLate
}
