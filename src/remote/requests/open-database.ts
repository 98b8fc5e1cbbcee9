/** Opening a connection to a database, upgraded if it has a lower version than asked for. */
import { checkNameLength } from '../../protocol/protocol.ts'
import type { Lease } from '../pool.ts'
import { beginStrict, rollback } from '../sql/transaction-statements.ts'
import { againAfterLoss } from '../after-loss.ts'
import { findDatabase } from './find-database.ts'
import { type Opening, placeConnection, versionFailure } from './place-connection.ts'
import { upgradeDatabase } from './upgrade-database.ts'
import { takeTurn } from './take-turn.ts'
import { withLease } from './with-lease.ts'

/**
 * Opens a connection, and answers the request.
 *
 * @throws StatementError, StorageError, UnknownError for too long a name, AbortError when the request is cancelled
 * https://w3c.github.io/IndexedDB/#open-a-database-connection
 */
export async function openDatabaseConnection(opening: Opening): Promise<void> {
  const { named } = opening
  checkNameLength(named.services.limits, "A database's name", named.name)
  const isAnswered = await againAfterLoss(() =>
    withLease(named.services.pool, (lease) => openAsItIs(opening, lease)),
  )
  if (!isAnswered) await upgradeDatabase(opening)
}

/** Whether the request is answered: else the database has to be made, or upgraded. */
async function openAsItIs(opening: Opening, lease: Lease): Promise<boolean> {
  const { named, requested, listener, request } = opening
  const { sql } = named.services
  const turn = { wire: lease.wire, request, begin: beginStrict }
  const found = await takeTurn(turn, () =>
    findDatabase(lease.wire, sql.schemas, named.name, { alone: false }),
  )
  const oldVersion = found?.schema.version ?? 0
  const version = requested ?? (oldVersion || 1)
  if (found && oldVersion === version) {
    listener.opened(await placeConnection(named, lease, found))
    return true
  }
  await lease.wire.ask(rollback)
  if (oldVersion <= version) return false
  listener.failed(versionFailure(named.name, { oldVersion, version }))
  return true
}
