/** Deleting a database. */
import type { QueuedRequest } from '../../host/requests/queued-request.ts'
import type { DeleteListener } from '../../protocol/protocol.ts'
import type { Lease } from '../pool.ts'
import { beginStrict, commit } from '../sql/transaction-statements.ts'
import { closeOthers } from './close-others.ts'
import { findDatabase } from './find-database.ts'
import type { NamedDatabase } from './named-database.ts'
import { withLease } from './with-lease.ts'

/**
 * Deletes the database once its connections are closed, and answers the request.
 *
 * @throws StatementError, AbortError when the request is cancelled
 * https://w3c.github.io/IndexedDB/#delete-a-database
 */
export async function deleteDatabase(
  named: NamedDatabase,
  listener: DeleteListener,
  request: QueuedRequest,
): Promise<void> {
  const { services } = named
  const oldVersion = await withLease(services.pool, request, (lease) =>
    deleteWith(lease, { named, listener, request }),
  )
  listener.deleted(oldVersion)
}

interface Deleting {
  readonly named: NamedDatabase
  readonly listener: DeleteListener
  readonly request: QueuedRequest
}

/** Gives the version that it had; 0: there was none. */
async function deleteWith(lease: Lease, { named, listener, request }: Deleting): Promise<number> {
  const { services, name, connections } = named
  const { schemas } = services.sql
  const [, found] = await Promise.all([
    lease.wire.ask(beginStrict),
    findDatabase(lease.wire, schemas, name, { alone: true }),
  ])
  if (!found) {
    await lease.wire.ask(commit)
    return 0
  }
  const oldVersion = found.schema.version
  await closeOthers({
    services,
    lease,
    db: found.id,
    connections,
    oldVersion,
    newVersion: null,
    request,
    blocked: () => listener.blocked(oldVersion, null),
  })
  await lease.wire.ask(schemas.raiseStores, [found.id])
  await lease.wire.ask(schemas.deleteDatabase, [found.id])
  await lease.wire.ask(commit)
  return oldVersion
}
