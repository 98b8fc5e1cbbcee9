/** Deleting a database. */
import type { DeleteListener } from '../../protocol/protocol.ts'
import { closeConnections } from './close-connections.ts'
import type { NamedDatabase } from './named-database.ts'
import type { QueuedRequest } from './queued-request.ts'

/**
 * Deletes the database once its connections are closed, and answers the request.
 *
 * @throws StorageError, or AbortError when the request is cancelled
 * https://w3c.github.io/IndexedDB/#delete-a-database
 */
export async function deleteDatabase(
  named: NamedDatabase,
  listener: DeleteListener,
  request: QueuedRequest,
): Promise<void> {
  const database = named.opened
  if (database) {
    const blocked = (): void => listener.blocked(database.storage.schema.version)
    await closeConnections(database, { newVersion: null, request, blocked })
    await named.close()
  }
  listener.deleted(await named.delete())
}
