/** A connection to a database that has the version that was asked for. */
import { type Failure, failure } from '../../errors.ts'
import type { QueuedRequest } from '../../host/requests/queued-request.ts'
import type { OpenListener } from '../../protocol/protocol.ts'
import type { RemoteConnection } from '../connection.ts'
import type { FoundDatabase } from '../database.ts'
import type { Lease } from '../pool.ts'
import type { Session } from '../session/session.ts'
import { commit } from '../sql/transaction-statements.ts'
import type { NamedDatabase } from './named-database.ts'

/** What was asked for, and who is told. */
export interface Opening {
  readonly named: NamedDatabase
  /** undefined: the current version, or 1 for a new database. */
  readonly requested: number | undefined
  readonly listener: OpenListener
  readonly request: QueuedRequest
}

/** Makes a connection to what was found and is locked, and commits its row. */
export async function placeConnection(
  named: NamedDatabase,
  lease: Lease,
  found: FoundDatabase,
): Promise<RemoteConnection> {
  const { sql, session } = named.services
  const connection = named.connect(found)
  try {
    const row = [connection.id, session.client, found.id, found.epoch]
    const [, , watched] = await Promise.all([
      lease.wire.ask(sql.sessions.connect, row),
      lease.wire.ask(commit),
      lease.wire.ask(sql.news.isWatched, [found.id, session.client]),
    ])
    if (watched.length > 0) noteWatched(connection, session)
  } catch (error) {
    connection.close()
    throw error
  }
  connection.isPlaced = true
  return connection
}

/** Others watch it. Where it was open already, some commits of this process may be on their way untold. */
function noteWatched({ database }: RemoteConnection, { news }: Session): void {
  if (database.connections.size === 1) database.isWatchedElsewhere = true
  else void news.look()
}

/** The database has a higher version. */
export function versionFailure(
  name: string,
  { oldVersion, version }: { oldVersion: number; version: number },
): Failure {
  const message = `Database "${name}" has version ${oldVersion}, which is higher than the requested ${version}; open it without a version, or with ${oldVersion} or a higher one`
  const facts = { database: name, version: oldVersion, requestedVersion: version }
  return failure('VersionError', message, { code: 'ERR_IDB_VERSION_TOO_LOW', ...facts })
}
