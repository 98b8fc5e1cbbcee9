/** Deleting a database. */
import { type Failure, failure } from '../../errors.ts'
import type { Blocker } from '../../protocol/blockers.ts'
import type { DeleteListener } from '../../protocol/protocol.ts'
import { closeConnections } from './close-connections.ts'
import type { NamedDatabase } from './named-database.ts'
import type { QueuedRequest } from './queued-request.ts'

/**
 * Deletes the database once its connections are closed, and answers the request. One that a former owner has carried out for the same
 * mark is only answered: there may be another database of that name by now.
 *
 * @throws StorageError, or AbortError when the request is cancelled
 * https://w3c.github.io/IndexedDB/#delete-a-database
 */
export async function deleteDatabase(
  named: NamedDatabase,
  listener: DeleteListener,
  request: QueuedRequest,
): Promise<void> {
  const mark = request.markToFind
  if (mark) {
    const done = await named.deletedFor(mark)
    if (done === 'unknown') return listener.failed(unknownDeletion(named.name))
    if (done !== null) return listener.deleted(done)
  }
  const database = named.opened
  if (database) {
    const asking = (): void => listener.asking?.()
    const blocked = (blockers: readonly Blocker[]): void =>
      listener.blocked(database.storage.schema.version, null, blockers)
    await closeConnections(database, { newVersion: null, request, asking, blocked })
    await named.close()
  }
  listener.deleted(await named.delete(request.markToNote))
}

function unknownDeletion(name: string): Failure {
  const message = `The owner of the storage ended while it deleted database "${name}", and it cannot be told any more whether it has; look whether it is there, and whose it is, before deleting it again`
  return failure('AbortError', message, { code: 'ERR_IDB_OUTCOME_UNKNOWN', database: name })
}
