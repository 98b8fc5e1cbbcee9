/** A session that the others thought gone comes back. */
import type { OpenConnection } from './open-connection.ts'
import type { Sql } from '../sql/sql.ts'
import { inTransaction } from '../wire/in-transaction.ts'
import { numberIn } from '../wire/statement.ts'
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
 * Makes its rows again. Gives the connections that it still has: those to databases that were upgraded or deleted meanwhile, or are about
 * to be, it has lost.
 */
export async function revive({ wire, sql, client, slots, connections }: Reviving) {
  const { sessions, schemas, transactions } = sql
  const kept = new Set<string>()
  await inTransaction(wire, async () => {
    await wire.ask(sessions.begin, [client])
    for (const slot of slots) await wire.ask(transactions.makeSlot, [client, slot])
    for (const { id, database } of connections) {
      const [row] = await wire.ask(schemas.findNow, [database.id])
      if (!row || numberIn(row, 2) !== database.epoch) continue
      await wire.ask(sessions.connect, [id, client, database.id, database.epoch])
      kept.add(id)
    }
  })
  return kept
}
