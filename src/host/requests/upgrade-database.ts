/** Upgrading a database to a new version. */
import type { OpenListener } from '../../protocol/protocol.ts'
import type { Connection } from '../connection.ts'
import type { Outcome, Transaction } from '../transaction.ts'

/** How an upgrade goes. */
export interface Upgrade {
  readonly version: number
  readonly upgradeNeeded: OpenListener['upgradeNeeded']
  /** Called in the moment in which the upgrade transaction has told its end. */
  readonly finished: (outcome: Outcome) => void
}

/**
 * Runs the upgrade transaction of a new connection, the only one there is; resolves when it is over.
 *
 * @throws StorageError when it cannot start; then the connection is closed again
 * https://w3c.github.io/IndexedDB/#upgrade-a-database
 */
export async function upgradeDatabase(
  connection: Connection,
  { version, upgradeNeeded, finished }: Upgrade,
): Promise<void> {
  const oldVersion = connection.schema.version
  await new Promise<void>((resolve) => {
    const transaction = startUpgrade(connection, version, (outcome) => {
      finished(outcome)
      resolve()
    })
    upgradeNeeded(connection, transaction, oldVersion)
  })
}

function startUpgrade(
  connection: Connection,
  version: number,
  finished: (outcome: Outcome) => void,
): Transaction {
  try {
    return connection.startUpgrade(version, finished)
  } catch (error) {
    connection.close()
    throw error
  }
}
