import {
  aFactory,
  aFunction,
  anObject,
  aSignal,
  aStream,
  aText,
  checkArguments,
  optional,
} from '../arguments/check-arguments.ts'
import { importBackup } from './backup/import-backup.ts'
import { isSqlite } from './backup/open-backup.ts'
import type { Imported, ImportOptions } from './import-options.ts'
import { type Lines, linesOf, piecesOf, startOf } from './lines.ts'
import { ofDatabase } from './of-database.ts'
import { type ImportedBatch, readExport } from './read-export.ts'
import { streamGiven } from './stream-given.ts'
import { importStaged, totalOf } from './staging/staged-import.ts'
import { incomingLines } from './staging/staged-lines.ts'
import { refuseTaken, writeDatabase } from './write-database.ts'

/**
 * Makes a database of what `exportDatabase()` or `backup()` has written, in any IndexedDB. It appears as a whole, in one transaction: an import
 * that fails, is aborted or interrupted leaves none. The one that it is to replace is deleted once all records have arrived and
 * were tried in another database, just before that transaction. What fails from then on leaves them where `resume` finds them, and
 * says so; a `signal` stops only the wait for other connections to close. What fails after the file's first line names the database, in
 * its message and in the facts of its cause.
 *
 * @throws DataError for a file that is damaged, cut off, or no export; the code of its cause says which
 * @throws ConstraintError where there is a database by that name, without `replace`
 * @throws InvalidStateError with `replace` or `resume`, while another import of that name is at work
 */
export async function importDatabase(
  stream: ReadableStream<Uint8Array> | Blob,
  options: ImportOptions,
): Promise<Imported> {
  checkArguments('importDatabase()', {
    stream: [stream, aStream],
    options: [options, anObject],
    'options.indexedDB': [options?.indexedDB, aFactory],
    'options.name': [options?.name, optional(aText)],
    'options.onBlocked': [options?.onBlocked, optional(aFunction)],
    'options.signal': [options?.signal, optional(aSignal)],
    'options.onProgress': [options?.onProgress, optional(aFunction)],
  })
  const pieces = piecesOf(streamGiven(stream), options.signal)
  try {
    options.signal?.throwIfAborted()
    const { start, all } = await startOf(pieces)
    return isSqlite(start) ? await importBackup(all, options) : await importText(all, options)
  } finally {
    await pieces.return(undefined)
  }
}

async function importText(
  pieces: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<Imported> {
  const lines = linesOf(pieces)
  try {
    return options.resume || options.replace
      ? await importStaged(await incomingLines(lines), options)
      : await importLines(lines, options)
  } finally {
    await lines.return(undefined)
  }
}

async function importLines(
  lines: AsyncGenerator<Lines>,
  options: ImportOptions,
): Promise<Imported> {
  const { indexedDB, signal, onProgress } = options
  const { description, batches } = await readExport(lines)
  const name = options.name ?? description.name
  await refuseTaken(indexedDB, name)
  const total = totalOf(description)
  let records = 0
  const stored = (batch: ImportedBatch): void => {
    records += batch.records.length
    onProgress?.({ phase: 'stored', records, total, bytes: batch.bytes })
  }
  try {
    await writeDatabase(indexedDB, name, { description, batches: batches() }, { signal, stored })
  } catch (error) {
    throw ofDatabase(error, name)
  }
  return { name, version: description.version, records }
}
