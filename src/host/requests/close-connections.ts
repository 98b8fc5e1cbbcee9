/** Asking the connections to a database to go, which an upgrade and a deletion begin with. */
import type { Blocker } from '../../protocol/blockers.ts'
import type { Connection } from '../connection.ts'
import type { Database } from '../database.ts'
import { blockersAmong } from './blockers.ts'
import type { QueuedRequest } from './queued-request.ts'

/** Who asks, and for what. */
export interface Closing {
  /** null: the database is to be deleted. */
  readonly newVersion: number | null
  readonly request: QueuedRequest
  /** Called before any is asked. */
  readonly asking: () => void
  /** Called when some have not gone once all have been asked. */
  readonly blocked: (blockers: readonly Blocker[]) => void
}

/**
 * Fires `versionchange` at all connections, those that join meanwhile included, and waits until they are closed.
 *
 * @throws AbortError when the request is cancelled meanwhile
 */
export async function closeConnections(
  database: Database<Connection>,
  { newVersion, request, asking, blocked }: Closing,
): Promise<void> {
  // Most often there is none.
  if (database.connections.size === 0) return
  const oldVersion = database.storage.schema.version
  const asked = new Set<Connection>()
  request.isAsking = true
  while (database.connections.size > 0) {
    const connections = [...database.connections]
    const unasked = connections.filter((connection) => !asked.has(connection))
    for (const connection of unasked) asked.add(connection)
    const told = unasked.filter((connection) => !connection.closePending)
    const { mark } = request
    if (told.length > 0) asking()
    await request.orCancelled(
      told.map((connection) => connection.deliverVersionChange(oldVersion, newVersion, mark)),
    )
    if (unasked.length > 0) continue
    // Deviates from browsers: Firefox does not fire it when the last of several connections has closed itself.
    const open = connections.filter((connection) => !connection.closePending)
    if (!request.isBlocked) blocked(blockersAmong(open))
    request.block()
    const closed = connections.map((connection) => connection.closed)
    await request.orCancelled(closed, { orJoined: true })
  }
  request.isAsking = false
}
