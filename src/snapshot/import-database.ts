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
import { cutFile, type DatabaseDescription, readHeader } from './header.ts'
import type { Imported, ImportOptions } from './import-options.ts'
import { type Lines, linesOf, piecesOf, startOf } from './lines.ts'
import { readExport } from './read-export.ts'
import { streamGiven } from './stream-given.ts'
import { openStaging, type Staging, stagingName } from './staging.ts'
import { deleteExisting, refuseTaken, writeDatabase } from './write-database.ts'

/**
 * Makes a database of what `exportDatabase()` or `backup()` has written, in any IndexedDB. It appears as a whole, in one transaction: an import
 * that fails, is aborted or interrupted leaves none. The one that it is to replace is deleted once all records have arrived, just
 * before that transaction; a process that is killed in between leaves them where `resume` finds them.
 *
 * @throws TypeError for anything but a stream or a Blob, and options that name the factory
 * @throws DataError for a file that is damaged, cut off, or no export; the code of its cause says which
 * @throws ConstraintError where there is a database by that name, without `replace`
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
    'options.signal': [options?.signal, optional(aSignal)],
    'options.onProgress': [options?.onProgress, optional(aFunction)],
  })
  const pieces = piecesOf(streamGiven(stream))
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
      ? await importStaged(lines, options)
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
  await writeDatabase(
    indexedDB,
    name,
    { description, batches: batches() },
    {
      signal,
      stored(batch) {
        records += batch.records.length
        onProgress?.({ phase: 'stored', records, total, bytes: batch.bytes })
      },
    },
  )
  return { name, version: description.version, records }
}

/** The number of records; null where a store does not say. */
function totalOf({ stores }: DatabaseDescription): number | null {
  return stores.reduce<number | null>(
    (all, { count }) => (all === null || count === undefined ? null : all + count),
    0,
  )
}

/**
 * By way of a database of its own: so that an interrupted import goes on where it was, and one that replaces another database
 * does not touch it before all has arrived.
 */
async function importStaged(
  lines: AsyncGenerator<Lines>,
  options: ImportOptions,
): Promise<Imported> {
  const { indexedDB, signal, onProgress, resume = false, replace = false } = options
  const first = await lines.next()
  if (first.done) throw cutFile(0)
  const description = readHeader(first.value.lines[0] ?? '')
  const name = options.name ?? description.name
  if (!replace) await refuseTaken(indexedDB, name)
  const total = totalOf(description)
  const staging = await openStaging(indexedDB, stagingName(name), { resume })
  try {
    await staging.fill(first.value, lines, {
      signal,
      // The first line is none of a record.
      staged: (count, bytes) => onProgress?.({ phase: 'staged', records: count - 1, total, bytes }),
    })
    if (replace) {
      await checkAll(staging)
      await deleteExisting(indexedDB, name, signal)
    }
    const imported = await importLines(staging.lines(), { ...options, name })
    await staging.remove()
    return imported
  } catch (error) {
    if (resume && !isDamage(error)) staging.leave()
    else await staging.remove()
    throw error
  }
}

/** Reads it to its end, where all that is wrong with it shows. */
async function checkAll(staging: Staging): Promise<void> {
  const { batches } = await readExport(staging.lines())
  for await (const batch of batches()) void batch
}

/** Whether the file is of no use: it would fail there each time. */
function isDamage(error: unknown): boolean {
  const { code } = (Object(error) as { cause?: { code?: unknown } }).cause ?? {}
  return code === 'ERR_IDB_CORRUPT' || code === 'ERR_IDB_FOREIGN_FILE'
}
