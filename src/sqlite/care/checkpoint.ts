/** Copying a write-ahead log into its database file. */
import type { Connection } from '../binding/connection.ts'
import type { VfsFile } from '../../files/vfs.ts'
import type { WriteAheadLogFile } from '../mount/write-ahead-log-file.ts'

/** `TRUNCATE` empties the log's file too; after `PASSIVE` it is overwritten from its start. */
export type CheckpointMode = 'PASSIVE' | 'TRUNCATE'

/** Copies the whole log, durably. Does nothing where there is none. No transaction may be open. */
export function checkpoint(
  connection: Connection,
  log: WriteAheadLogFile | undefined,
  mode: CheckpointMode,
): void {
  if (!log) return
  log.checkpoint(() => {
    const isBlocked = connection.readNumber(`PRAGMA wal_checkpoint(${mode})`) !== 0
    if (isBlocked) throw new Error('unreachable: another connection holds the log')
  })
}

/** To sync more than this takes longer than to hand it to another thread. */
const longLogBytes = 64 * 1024

/**
 * Copies a long log without blocking the thread for as long as the disk takes; does nothing where that is not possible. The
 * log stays, for `checkpoint()` to empty: nothing may be written meanwhile.
 */
export async function checkpointLater(
  connection: Connection,
  log: WriteAheadLogFile | undefined,
  file: VfsFile | undefined,
): Promise<void> {
  if (!log?.syncLater || !file?.syncLater || log.pendingBytes() < longLogBytes) return
  await log.syncLater()
  // The log is on the disk, and stays there until the file is: SQLite need not sync in between.
  connection.execute('PRAGMA synchronous = OFF;')
  try {
    checkpoint(connection, log, 'PASSIVE')
  } finally {
    connection.execute('PRAGMA synchronous = NORMAL;')
  }
  await file.syncLater()
}
