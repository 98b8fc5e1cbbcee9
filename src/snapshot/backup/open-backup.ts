import { aStream, checkArguments } from '../../arguments/check-arguments.ts'
import type { IDBFactory } from '../../api/global/interfaces.ts'
import type { Disposable } from '../../api/global/standard-types.ts'
import { piecesOf } from '../lines.ts'
import { streamGiven } from '../stream-given.ts'

/** A database file, opened; it can be declared by `await using`. */
export type OpenedBackup = BackupMembers & Disposable

interface BackupMembers {
  /** A factory with that one database, which is a copy: nothing that is done there reaches the file. */
  readonly indexedDB: IDBFactory
  /** The name of the database. */
  readonly name: string
  readonly version: number
  /** How long the file is. */
  readonly bytes: number
  /** Closes it, and removes the copy. */
  close(): Promise<void>
}

/**
 * Opens what `backup()` has given, or any database file of this package, to be read and compared. It is copied into the system's
 * directory for temporary files, in pages into memory, and all its pages are checked.
 *
 * @throws UnknownError for a file that is damaged, or no database of this package; the code of its cause says which
 */
export async function openBackup(stream: ReadableStream<Uint8Array> | Blob): Promise<OpenedBackup> {
  checkArguments('openBackup()', { stream: [stream, aStream] })
  return openPieces(piecesOf(streamGiven(stream)))
}

/** The same for its pieces. */
export async function openPieces(pieces: AsyncIterable<Uint8Array>): Promise<OpenedBackup> {
  // Not before it is needed: exports and imports of any IndexedDB do without an engine.
  const { openFileHere } = await import('../../platform/backup-file.ts')
  const { indexedDB, name, version, bytes, close } = await openFileHere(pieces)
  const opened = { indexedDB, name, version, bytes, close }
  const dispose: typeof Symbol.asyncDispose =
    Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')
  return { ...opened, [dispose]: close } as OpenedBackup // It has all of its members.
}

const magic = 'SQLite format 3\0'

/** Whether the bytes are the first of an SQLite file. */
export function isSqlite(bytes: Uint8Array): boolean {
  return [...magic].every((character, i) => character.charCodeAt(0) === bytes[i])
}
