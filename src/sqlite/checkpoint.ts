/** Copying a write-ahead log into its database file. */
import type { Connection } from './binding/connection.ts'
import type { WriteAheadLogFile } from './write-ahead-log-file.ts'

/** `TRUNCATE` empties the log's file too; after `PASSIVE` it is overwritten from its start. */
export type CheckpointMode = 'PASSIVE' | 'TRUNCATE'

/** Copies the whole log, durably. Does nothing where there is none. No transaction may be open. */
export function checkpoint(
  connection: Connection,
  log: WriteAheadLogFile | undefined,
  mode: CheckpointMode,
): void {
  if (!log) return
  const isBlocked = connection.readNumber(`PRAGMA wal_checkpoint(${mode})`) !== 0
  if (isBlocked) throw new Error('unreachable: another connection holds the log')
  log.noteCheckpoint()
}
