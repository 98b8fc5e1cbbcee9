/** Opening a connection to a database, upgraded if it has a lower version than asked for. */
import { type Failure, failure } from '../../errors.ts'
import type { Blocker } from '../../protocol/blockers.ts'
import type { OpenListener } from '../../protocol/protocol.ts'
import { closeConnections } from './close-connections.ts'
import type { Connection } from '../connection.ts'
import type { NamedDatabase } from './named-database.ts'
import type { QueuedRequest } from './queued-request.ts'
import type { Outcome } from '../transaction.ts'
import { upgradeDatabase } from './upgrade-database.ts'

/** What was asked for, and who is told. */
export interface Opening {
  /** undefined: the current version, or 1 for a new database. */
  readonly requested: number | undefined
  readonly listener: OpenListener
  readonly request: QueuedRequest
}

/**
 * Opens a connection, and answers the request.
 *
 * @throws StorageError, UnknownError for too long a name, or AbortError when the request is cancelled
 * https://w3c.github.io/IndexedDB/#open-a-database-connection
 */
export async function openDatabaseConnection(
  named: NamedDatabase,
  { requested, listener, request }: Opening,
): Promise<void> {
  const database = await named.open()
  const { name, schema } = database.storage
  const oldVersion = schema.version
  const version = requested ?? (oldVersion || 1)
  if (oldVersion > version) return listener.failed(versionFailure(name, { oldVersion, version }))
  if (oldVersion === version) return answerOpened(named.connect(database), listener)
  const asking = (): void => listener.asking?.()
  const blocked = (blockers: readonly Blocker[]): void =>
    listener.blocked(oldVersion, version, blockers)
  await closeConnections(database, { newVersion: version, request, asking, blocked })
  // By it the realm asks the next owner for the outcome; a file that is missing then was deleted.
  if (request.outlivesOwner) database.identify({ isUpgrading: false })
  const connection = named.connect(database)
  await upgradeDatabase(connection, {
    version,
    upgradeNeeded: (...upgrade) => listener.upgradeNeeded(...upgrade),
    // At once, or the answers to what a `complete` listener asks for would come first.
    finished: (outcome) => answerUpgraded(connection, outcome, listener),
  })
}

function answerOpened(connection: Connection, listener: OpenListener): void {
  listener.opened(connection)
  connection.noteOpened()
}

/** The request's answer once its upgrade transaction has ended. */
function answerUpgraded(connection: Connection, outcome: Outcome, listener: OpenListener): void {
  const { name, schema } = connection
  if (outcome === 'aborted') {
    connection.close()
    const message = `The upgrade of database "${name}" to version ${schema.version} was aborted`
    return listener.failed(failure('AbortError', message))
  }
  // Both sides know: its realm has closed it, or it was closed by force. The request is answered here.
  if (connection.closePending) return listener.failed(closedFailure(name))
  answerOpened(connection, listener)
}

function versionFailure(
  name: string,
  { oldVersion, version }: { oldVersion: number; version: number },
): Failure {
  const message = `Database "${name}" has version ${oldVersion}, which is higher than the requested ${version}; open it without a version, or with ${oldVersion} or a higher one`
  const facts = { database: name, version: oldVersion, requestedVersion: version }
  return failure('VersionError', message, { code: 'ERR_IDB_VERSION_TOO_LOW', ...facts })
}

function closedFailure(name: string): Failure {
  return failure('AbortError', `The connection to database "${name}" was closed`)
}
