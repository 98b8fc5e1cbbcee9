/** Finding out what became of a commit whose answer was lost. */
import type { Pool } from '../pool.ts'
import { beginStrict, type TransactionStatements } from '../sql/transaction-statements.ts'
import { numberIn } from '../wire/statement.ts'
import { isLoss, type Wire } from '../wire/wire.ts'
import { commitOn } from './commit.ts'

/** `absent`: it was not made, and never will be. `unknown`: the server cannot be reached, or has forgotten the session. */
export type FoundOutcome = 'committed' | 'absent' | 'unknown'

interface Asking {
  readonly pool: Pool
  readonly statements: TransactionStatements
  readonly client: string
}

/** How often it is asked for, where the connection is lost in asking. */
const mostAttempts = 30

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
      if (!isLoss(error)) return 'unknown'
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
 * The lock waits for the transaction, should it still be under way. Where it was not made, the number left is higher than its own: what it
 * was made of may still lie in the server's buffers, and must fail if it is read later. Where it was made, its own stays, as the answer to
 * this may be lost, too; writing it again waits until those have it that are to have it.
 */
async function lookAt(
  wire: Wire,
  { statements, client, slot, token }: Omit<Asking, 'pool'> & { slot: number; token: number },
): Promise<FoundOutcome> {
  await wire.ask(beginStrict)
  const [row] = await wire.ask(statements.readSlot, [client, slot])
  await wire.ask(statements.fenceSlot, [client, slot, token])
  const isSure = await commitOn(wire)
  if (!row || !isSure) return 'unknown'
  return numberIn(row, 0) === token ? 'committed' : 'absent'
}
