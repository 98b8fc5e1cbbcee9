/** Making a database of a database file. */
import type { DatabaseDescription } from '../header.ts'
import type { Imported, ImportOptions } from '../import-options.ts'
import { startReading, type DatabaseRecord } from '../read-database.ts'
import type { ImportedBatch } from '../read-export.ts'
import { deleteExisting, refuseTaken, writeDatabase } from '../write-database.ts'
import { type OpenedBackup, openPieces } from './open-backup.ts'

/** As `importDatabase()`, of which it is a part. */
export async function importBackup(
  pieces: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<Imported> {
  if (options.name !== undefined && !options.replace)
    await refuseTaken(options.indexedDB, options.name)
  const backup = await openPieces(pieces)
  try {
    return await importOpened(backup, options)
  } finally {
    await backup.close()
  }
}

async function importOpened(backup: OpenedBackup, options: ImportOptions): Promise<Imported> {
  const { indexedDB, signal, onProgress } = options
  const name = options.name ?? backup.name
  if (!options.replace) await refuseTaken(indexedDB, name)
  const reading = await startReading(backup.indexedDB, backup.name)
  try {
    const { description } = reading
    if (options.replace) await deleteExisting(indexedDB, name, signal)
    const { bytes } = backup
    const total = description.stores.reduce((sum, { count = 0 }) => sum + count, 0)
    let records = 0
    const batches = batchesOf(description, reading.records(), bytes)
    await writeDatabase(
      indexedDB,
      name,
      { description, batches },
      {
        signal,
        stored(batch) {
          records += batch.records.length
          onProgress?.({ phase: 'stored', records, total, bytes })
        },
      },
    )
    return { name, version: description.version, records }
  } finally {
    reading.end()
  }
}

async function* batchesOf(
  { stores }: DatabaseDescription,
  read: AsyncIterable<readonly DatabaseRecord[]>,
  bytes: number,
): AsyncGenerator<ImportedBatch> {
  for await (const batch of read) {
    const records = batch.map(({ store, key, value }) => ({
      store,
      key: stores[store]?.keyPath === null ? key : undefined,
      value,
    }))
    yield { records, bytes }
  }
}
