/** Closing a database: its log copied into its file, if that is safe, and what is left over removed. */
import { fileError } from '../files/file-error.ts'
import type { DatabaseFile } from '../files/database-files.ts'
import type { Connection } from './binding/connection.ts'
import type { CheckpointMode } from './care/checkpoint.ts'
import type { Syncs } from './care/syncs.ts'
import { type MountedDirectory, removeDatabaseFile, removeEmptied } from './database-file.ts'
import type { SqlTransaction } from './sql-transaction.ts'
import type { SqliteTransaction } from './transaction.ts'

/** A database that is being closed. */
export interface ClosingDatabase {
  readonly place: MountedDirectory
  readonly file: DatabaseFile
  readonly connection: Connection
  readonly sql: SqlTransaction
  /** The one still open; null: none is. */
  readonly transaction: SqliteTransaction | null
  readonly syncs: Syncs
  readonly hasQuota: boolean
  readonly checkpoint: (mode: CheckpointMode) => void
  /** The committed version; 0: no upgrade was ever committed. */
  readonly version: number
  /** Called when damage was met in the file. */
  readonly onDamage: () => void
}

/** Closes the connection, even if its log cannot be copied. */
export async function closeConnection(database: ClosingDatabase): Promise<void> {
  const { place, connection } = database
  let isCopied = false
  try {
    isCopied = await copyLog(database)
  } finally {
    if (!isCopied) connection.abandon()
  }
  if (!isCopied) return
  if (place.isPersistent) connection.close()
  else giveBack(database)
}

function giveBack({ place, file, connection }: ClosingDatabase): void {
  try {
    place.engine.spareConnections.giveBack(connection)
  } catch (error) {
    throw fileError(file.label, 'closing the file', error)
  }
}

/** Leaves nothing in the log; false where it has to stay for the next opening to find. */
async function copyLog(database: ClosingDatabase): Promise<boolean> {
  const { place, connection, sql, syncs } = database
  rollBackOrAbandon(database)
  if (connection.hasMetDamage) database.onDamage()
  if (connection.hasMetDamage || sql.holdsRemains || syncs.presence.isLost) return false
  sql.leave()
  if (!place.isPersistent) return true
  if (database.version === 0) return false
  if (syncs.hasLost) {
    syncs.makeGood()
    return false
  }
  try {
    // As long as log and file have it both, others that share a quota lack the room.
    if (!database.hasQuota) await syncs.copyLogLater(connection)
    // Explicitly, as closing would keep an error of its checkpoint to itself.
    database.checkpoint('TRUNCATE')
  } catch (error) {
    syncs.makeGood()
    throw error
  }
  return true
}

/** What cannot be rolled back now goes with the connection. */
function rollBackOrAbandon({ transaction, sql }: ClosingDatabase): void {
  try {
    transaction?.rollback()
  } catch (error) {
    if (!sql.holdsRemains) throw error
  }
}

/** Removes what a closed database leaves: the file of one never upgraded, else what SQLite has emptied beside it. */
export async function removeLeftovers(database: ClosingDatabase): Promise<void> {
  const { place, file, connection, syncs, version } = database
  // Nothing is tidied then: it stays as it was found.
  if (connection.hasMetDamage || syncs.presence.isLost) return
  if (version === 0) await removeDatabaseFile(place, file)
  else await removeEmptied(place, file)
}
