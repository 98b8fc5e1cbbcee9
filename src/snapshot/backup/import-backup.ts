/** Making a database of a database file. */
import type { DatabaseDescription } from '../header.ts'
import type { Imported, ImportOptions } from '../import-options.ts'
import { ofDatabase } from '../of-database.ts'
import { startReading, type Reading } from '../read-database.ts'
import type { ImportedBatch, ImportedRecord } from '../read-export.ts'
import { type FillOptions, importStaged, type Incoming } from '../staging/staged-import.ts'
import type { Staging } from '../staging/staging.ts'
import { refuseTaken, writeDatabase } from '../write-database.ts'
import { Fingerprint } from './fingerprint.ts'
import { type OpenedBackup, openPieces } from './open-backup.ts'

/** As `importDatabase()`, of which it is a part. */
export async function importBackup(
  pieces: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<Imported> {
  if (options.name !== undefined && !options.replace)
    await refuseTaken(options.indexedDB, options.name)
  const fingerprint = new Fingerprint()
  const backup = await openPieces(seenBy(fingerprint, pieces))
  try {
    return await importOpened(backup, fingerprint.text, options)
  } finally {
    await backup.close()
  }
}

async function* seenBy(
  fingerprint: Fingerprint,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    fingerprint.add(piece)
    yield piece
  }
}

async function importOpened(
  backup: OpenedBackup,
  identity: string,
  options: ImportOptions,
): Promise<Imported> {
  const reading = await startReading(backup.indexedDB, backup.name)
  try {
    const { description } = reading
    const batches = batchesOf(reading, backup.bytes)
    return options.replace
      ? await importStaged(incomingRecords({ description, batches, identity }), options)
      : await importBatches({ description, batches }, options)
  } finally {
    reading.end()
  }
}

interface Batches {
  readonly description: DatabaseDescription
  readonly batches: AsyncGenerator<ImportedBatch>
}

async function importBatches(
  { description, batches }: Batches,
  { name = description.name, indexedDB, signal, onProgress }: ImportOptions,
): Promise<Imported> {
  await refuseTaken(indexedDB, name)
  const total = description.stores.reduce((sum, { count = 0 }) => sum + count, 0)
  let records = 0
  const stored = (batch: ImportedBatch): void => {
    records += batch.records.length
    onProgress?.({ phase: 'stored', records, total, bytes: batch.bytes })
  }
  try {
    await writeDatabase(indexedDB, name, { description, batches }, { signal, stored })
  } catch (error) {
    throw ofDatabase(error, name)
  }
  return { name, version: description.version, records }
}

type Records = readonly ImportedRecord[]

/** As values, not as text: they are put by whatever their types. */
function incomingRecords({
  description,
  batches,
  identity,
}: Batches & { readonly identity: string }): Incoming<Records> {
  return {
    description,
    identity,
    fill: (staging, options) => fill(staging, batches, options),
    async read(staging) {
      return { description, batches: stagedBatches(staging) }
    },
  }
}

async function fill(
  staging: Staging<Records>,
  batches: AsyncGenerator<ImportedBatch>,
  { known, signal, staged }: FillOptions,
): Promise<void> {
  let count = 0
  for await (const { records, bytes } of batches) {
    signal?.throwIfAborted()
    const content = records.slice(Math.max(0, known - count))
    count += records.length
    if (content.length === 0) continue
    await staging.keep({ content, count, bytes })
    staged(count, bytes)
  }
  signal?.throwIfAborted()
}

async function* stagedBatches(staging: Staging<Records>): AsyncGenerator<ImportedBatch> {
  for await (const { content, bytes } of staging.pieces()) yield { records: content, bytes }
}

async function* batchesOf(
  { description: { stores }, records: read }: Reading,
  bytes: number,
): AsyncGenerator<ImportedBatch> {
  for await (const batch of read()) {
    const records = batch.map(({ store, key, value }) => ({
      store,
      key: stores[store]?.keyPath === null ? key : undefined,
      value,
    }))
    yield { records, bytes }
  }
}
