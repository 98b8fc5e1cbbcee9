/** Finding out what became of a commit whose answer was lost. */
import type { Pool } from '../pool.ts'
import { beginStrict, commit, type TransactionStatements } from '../sql/transaction-statements.ts'
import { numberIn } from '../wire/statement.ts'
import { StatementError, type Wire } from '../wire/wire.ts'

/** `absent`: it was not made, and never will be. `unknown`: the server cannot be reached, or has forgotten the session. */
export type FoundOutcome = 'committed' | 'absent' | 'unknown'

interface Asking {
  readonly pool: Pool
  readonly statements: TransactionStatements
  readonly client: string
}

/** How often it is asked for, where the connection is lost in asking. */
const mostAttempts = 10

/** Never rejects. */
export async function findOutcome(
  asking: Asking,
  slot: number,
  token: number,
): Promise<FoundOutcome> {
  for (let i = 0; i < mostAttempts; i++) {
    try {
      return await askFor(asking, slot, token)
    } catch (error) {
      if (!(error instanceof StatementError && error.problem.isLoss)) return 'unknown'
    }
  }
  return 'unknown'
}

async function askFor({ pool, statements, client }: Asking, slot: number, token: number) {
  const lease = await pool.acquire()
  try {
    return await lookAt(lease.wire, { statements, client, slot, token })
  } finally {
    lease.wire.whenIdle(() => pool.release(lease))
  }
}

/**
 * The lock waits for the transaction, should it still be under way. The number left is higher than its own: what it was made of may
 * still lie in the server's buffers, and must fail if it is read later.
 */
async function lookAt(
  wire: Wire,
  { statements, client, slot, token }: Omit<Asking, 'pool'> & { slot: number; token: number },
): Promise<FoundOutcome> {
  await wire.ask(beginStrict)
  const [row] = await wire.ask(statements.readSlot, [client, slot])
  await wire.ask(statements.fenceSlot, [client, slot, token + 1])
  await wire.ask(commit)
  if (!row) return 'unknown'
  return numberIn(row, 0) === token ? 'committed' : 'absent'
}
