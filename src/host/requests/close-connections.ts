/** Asking the connections to a database to go, which an upgrade and a deletion begin with. */
import type { Connection } from '../connection.ts'
import type { Database } from '../database.ts'
import type { QueuedRequest } from './queued-request.ts'

/** Who asks, and for what. */
export interface Closing {
  /** null: the database is to be deleted. */
  readonly newVersion: number | null
  readonly request: QueuedRequest
  /** Called when some have not gone once all have been asked. */
  readonly blocked: () => void
}

/**
 * Fires `versionchange` at all connections, and waits until they are closed.
 *
 * @throws AbortError when the request is cancelled meanwhile
 */
export async function closeConnections(
  database: Database<Connection>,
  { newVersion, request, blocked }: Closing,
): Promise<void> {
  const connections = [...database.connections]
  const asked = connections.filter((connection) => !connection.closePending)
  const oldVersion = database.storage.schema.version
  await request.orCancelled(
    asked.map((connection) => connection.deliverVersionChange(oldVersion, newVersion)),
  )
  // Deviates from browsers: Firefox does not fire it when the last of several connections has closed itself.
  if (connections.some((connection) => database.connections.has(connection))) {
    blocked()
    request.block()
  }
  await request.orCancelled(connections.map((connection) => connection.closed))
}
