/** A connection to a database that has the version that was asked for. */
import { type Failure, failure } from '../../errors.ts'
import type { QueuedRequest } from '../../host/requests/queued-request.ts'
import type { OpenListener } from '../../protocol/protocol.ts'
import type { RemoteConnection } from '../connection.ts'
import type { FoundDatabase } from '../database.ts'
import type { Lease } from '../pool.ts'
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
    await Promise.all([lease.wire.ask(sql.sessions.connect, row), lease.wire.ask(commit)])
  } catch (error) {
    connection.close()
    throw error
  }
  connection.isPlaced = true
  return connection
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
