/** Deleting a database. */
import type { QueuedRequest } from '../../host/requests/queued-request.ts'
import type { DeleteListener } from '../../protocol/protocol.ts'
import type { FoundDatabase } from '../database.ts'
import type { Lease } from '../pool.ts'
import { beginStrict } from '../sql/transaction-statements.ts'
import { commitOn } from '../session/commit.ts'
import { againAfterLoss } from '../after-loss.ts'
import { closeOthers } from './close-others.ts'
import { commitAndTell } from './commit-and-tell.ts'
import { enterAlone } from './enter-alone.ts'
import { findDatabase } from './find-database.ts'
import { takeTurn } from './take-turn.ts'
import type { NamedDatabase } from './named-database.ts'
import { withLease } from './with-lease.ts'

/**
 * Deletes the database once its connections are closed, and answers the request.
 *
 * @throws StatementError, AbortError when the request is cancelled, or the connection to the server is lost in it
 * https://w3c.github.io/IndexedDB/#delete-a-database
 */
export async function deleteDatabase(
  named: NamedDatabase,
  listener: DeleteListener,
  request: QueuedRequest,
): Promise<void> {
  const deleting = { named, listener, request, hasFound: false }
  const oldVersion = await againAfterLoss(
    () => withLease(named.services.pool, (lease) => deleteWith(lease, deleting)),
    () => !deleting.hasFound,
  )
  listener.deleted(oldVersion)
}

interface Deleting {
  readonly named: NamedDatabase
  readonly listener: DeleteListener
  readonly request: QueuedRequest
  /** Whether connections may have been asked to close. */
  hasFound: boolean
}

/** Gives the version that it had; 0: there was none. */
async function deleteWith(lease: Lease, deleting: Deleting): Promise<number> {
  const { services, name } = deleting.named
  const { schemas } = services.sql
  const turn = { wire: lease.wire, request: deleting.request, begin: beginStrict }
  const found = await takeTurn(turn, () => findDatabase(lease.wire, schemas, name, { alone: true }))
  if (!found) {
    await commitOn(lease.wire)
    return 0
  }
  deleting.hasFound = true
  await closeAll(lease, deleting, found)
  const { token } = await enterAlone(services, lease, name, () =>
    Promise.all([
      lease.wire.ask(schemas.raiseStores, [found.id]),
      lease.wire.ask(schemas.deleteDatabase, [found.id]),
    ]),
  )
  await commitAndTell(services.session, lease, token)
  return found.schema.version
}

/** Has the connections to the database closed. */
function closeAll(
  lease: Lease,
  { named: { services, connections }, listener, request }: Deleting,
  { id, schema: { version } }: FoundDatabase,
): Promise<void> {
  return closeOthers({
    services,
    lease,
    db: id,
    connections,
    oldVersion: version,
    newVersion: null,
    request,
    blocked: (blockers) => listener.blocked(version, null, blockers),
  })
}
