/** A session that the others thought gone comes back. */
import type { OpenConnection } from './open-connection.ts'
import type { Sql } from '../sql/sql.ts'
import { inTransaction } from '../wire/in-transaction.ts'
import { textIn } from '../wire/statement.ts'
import type { Wire } from '../wire/wire.ts'

/** What is to be there again. */
export interface Reviving {
  readonly wire: Wire
  readonly sql: Sql
  readonly client: string
  readonly slots: readonly number[]
  readonly connections: readonly OpenConnection[]
}

/**
 * Makes its rows again, all with a few statements, however many there are. Gives the connections that it still has: those to databases that
 * were upgraded or deleted meanwhile, or are about to be, it has lost.
 */
export async function revive(reviving: Reviving): Promise<Set<string>> {
  const { wire, sql, client, slots, connections } = reviving
  const { sessions } = sql
  const placed = [
    connections.map(({ id }) => id),
    client,
    connections.map(({ database }) => database.id),
    connections.map(({ database }) => database.epoch),
  ]
  return inTransaction(wire, async () => {
    await wire.ask(sessions.begin, [client])
    await wire.ask(sessions.renew, [client, slots])
    const kept = await wire.ask(sessions.reconnect, placed)
    return new Set(kept.map((row) => textIn(row, 0)))
  })
}
