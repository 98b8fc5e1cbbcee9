/** The commit of a request whose outcome has to be told. */
import { exceptionOf } from '../../errors.ts'
import type { Lease } from '../pool.ts'
import { lostConnection, unknownOutcome } from '../server-failures.ts'
import { commitOn } from '../session/commit.ts'
import type { Session } from '../session/session.ts'
import { isLoss } from '../wire/wire.ts'

/**
 * Commits what was begun with the lease's number `token`, and asks what became of it where the answer is lost.
 *
 * @throws AbortError where it was not committed, or no one can tell; StatementError where the server has refused
 */
export async function commitAndTell(session: Session, lease: Lease, token: number): Promise<void> {
  try {
    if (await commitOn(lease.wire)) return
  } catch (error) {
    if (!isLoss(error)) throw error
    const outcome = await session.outcomeOf(lease.slot, token)
    if (outcome === 'committed') return
    if (outcome === 'absent') throw exceptionOf(lostConnection())
  }
  throw exceptionOf(unknownOutcome())
}
