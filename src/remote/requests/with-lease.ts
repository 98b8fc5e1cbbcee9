/** A connection to the server for the length of a request. */
import type { QueuedRequest } from '../../host/requests/queued-request.ts'
import type { Lease, Pool } from '../pool.ts'

/**
 * Has `work` done with a connection, which is given back afterwards; one whose work has failed, or whose request is cancelled, is closed, as
 * it may be in the middle of a transaction.
 *
 * @throws AbortError when the request is cancelled, and what `work` throws
 */
export async function withLease<Result>(
  pool: Pool,
  request: QueuedRequest,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  const lease = await pool.acquireForRequest()
  const working = work(lease)
  try {
    await request.orCancelled([working.then(() => {})])
  } catch (error) {
    working.catch(() => {}) // It fails as the connection is closed.
    lease.wire.cutOff()
    throw error
  }
  lease.wire.whenIdle(() => pool.release(lease))
  return working
}
