/** The first statements of a request that changes a database, which it has to itself. */
import { exceptionOf } from '../../errors.ts'
import type { Lease } from '../pool.ts'
import type { HostServices } from '../services.ts'
import { sqlState } from '../wire/problem.ts'
import { StatementError } from '../wire/wire.ts'

/** What they gave. */
export interface Entered<Result> {
  /** The number that the commit leaves. */
  readonly token: number
  readonly result: Result
}

/**
 * Notes a number for the commit to be, and has `work` send statements after that.
 *
 * @throws AbortError where this process was thought gone, StatementError
 */
export async function enterAlone<Result>(
  { sql, session }: HostServices,
  lease: Lease,
  name: string,
  work: () => Promise<Result>,
): Promise<Entered<Result>> {
  const token = lease.nextToken()
  const noted = [session.client, lease.slot, token]
  try {
    const [, result] = await Promise.all([
      lease.wire.ask(sql.transactions.enterUpgrade, noted),
      work(),
    ])
    return { token, result }
  } catch (error) {
    const isGone = error instanceof StatementError && error.problem.code === sqlState.divisionByZero
    throw isGone ? exceptionOf(session.displaced({ name })) : error
  }
}
