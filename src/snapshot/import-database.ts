import type { IDBFactory } from '../api/global/interfaces.ts'
import type { Progress } from './export-database.ts'
import { cutFile, type DatabaseDescription, readHeader } from './header.ts'
import { type Lines, linesOf } from './lines.ts'
import { readExport } from './read-export.ts'
import { resultOf } from '../requests/result-of.ts'
import { openStaging, type Staging, stagingName } from './staging.ts'
import { refuseTaken, writeDatabase } from './write-database.ts'

/** How far an import is. */
export interface ImportProgress extends Progress {
  /** Whether the records have been put by (with `resume` or `replace`), or stored in the database. */
  readonly phase: 'staged' | 'stored'
}

export interface ImportOptions {
  readonly indexedDB: IDBFactory
  /** The database's name. Default: the one it was exported under. */
  readonly name?: string | undefined
  /**
   * Whether a database by that name is replaced. It stays until the imported one is whole; then its connections are asked to
   * close, as by `deleteDatabase()`, and until they have, the import waits. Default: false.
   */
  readonly replace?: boolean | undefined
  /**
   * Whether what has arrived is kept when the import is interrupted, so that the same call with the same file goes on from there.
   * It is kept in a database of its own, whose name ends in ` (import)`. Default: false.
   */
  readonly resume?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

/** What was imported. */
export interface Imported {
  readonly name: string
  readonly version: number
  readonly records: number
}

/**
 * Makes a database of what `exportDatabase()` has written, in any IndexedDB. It appears as a whole, in one transaction: an import
 * that fails, is aborted or interrupted leaves none. The one that it is to replace is deleted once all records have arrived, just
 * before that transaction; a process that is killed in between leaves them where `resume` finds them.
 *
 * @throws DataError for a file that is damaged, cut off, or no export; the code of its cause says which
 * @throws ConstraintError where there is a database by that name, without `replace`
 */
export async function importDatabase(
  stream: ReadableStream<Uint8Array>,
  options: ImportOptions,
): Promise<Imported> {
  const lines = linesOf(stream)
  try {
    options.signal?.throwIfAborted()
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

async function deleteExisting(
  indexedDB: IDBFactory,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deleted = resultOf(indexedDB.deleteDatabase(name))
  if (!signal) return void (await deleted)
  await Promise.race([deleted, abortOf(signal)])
}

/** Rejects when it comes, or has come. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
