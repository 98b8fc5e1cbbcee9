/** A connection to the server for the length of a request. */
import type { Lease, Pool } from '../pool.ts'

/**
 * Has `work` done with a connection, which is given back afterwards; one whose work has failed is closed, as it may be in the middle of a
 * transaction.
 *
 * @throws what `work` throws
 */
export async function withLease<Result>(
  pool: Pool,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  const lease = await pool.acquireForRequest()
  try {
    const result = await work(lease)
    lease.wire.whenIdle(() => pool.release(lease))
    return result
  } catch (error) {
    lease.wire.cutOff()
    pool.release(lease)
    throw error
  }
}
