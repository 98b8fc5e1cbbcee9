/** Writing what can still be read of a damaged file into a fresh one. */
import { StorageError } from '../../errors.ts'
import type { DatabaseFile, NamedFile } from '../../files/database-files.ts'
import type { DatabaseLife } from '../../files/file-engine.ts'
import type { SavedStores } from '../../files/file-engine.ts'
import { fileError } from '../../files/file-error.ts'
import { encodeRange, onlyKey } from '../../keys/key-range.ts'
import type { SalvagedStore } from '../../storage/salvage-report.ts'
import type { ObjectStoreSchema } from '../../storage/schema.ts'
import type { StorageTransaction } from '../../storage/storage.ts'
import { Connection } from '../binding/connection.ts'
import { checkTables } from './check-tables.ts'
import { SqliteDatabase } from '../database.ts'
import {
  configure,
  type OpenedSqliteFile,
  openOrCreateDatabaseFile,
  type MountedDirectory,
  removeEmptied,
} from '../database-file.ts'
import { companionsOf } from '../file-name.ts'
import { DamagedTables, type FoundRecord } from './damaged-tables.ts'
import { PageFile } from './page-file.ts'
import { ScatteredRows } from './scattered-rows.ts'
import { readDamagedRows } from './damaged-schema.ts'
import { type DatabaseRows, readDatabaseRows, readNameRow } from '../schema/schema-rows.ts'

/** How many records are written in one transaction. */
const batchSize = 1_000

/**
 * Reads a closed file; the copy is whole and on the disk when this resolves. null: not even the schema could be read. `guesses`: object
 * stores may then have names that no program gave them, and lack their indexes.
 */
export async function copyReadable(
  place: MountedDirectory,
  target: NamedFile,
  rescue: DatabaseFile,
  { guesses = false }: { guesses?: boolean } = {},
): Promise<SavedStores> {
  await prepareDamaged(place, target)
  const damaged = openDamaged(place, target)
  try {
    const rows = damaged && readRows(damaged, target, guesses)
    const opened = await openOrCreateDatabaseFile(place, rescue)
    if (!damaged || !rows) {
      opened.connection.close()
      await removeEmptied(place, rescue)
      return null
    }
    const copy = databaseOver(place, { name: target.name, ...rescue }, opened)
    try {
      const scattered = scatteredRows(place, damaged, { fileName: target.fileName, rows })
      const saved = copyRows({ damaged: new DamagedTables(damaged, scattered), rows, copy })
      copy.durability.sync()
      return saved
    } finally {
      await copy.close()
    }
  } finally {
    damaged?.abandon()
  }
}

/** The name that stands in a damaged file; null where it cannot be read either. */
export async function readDamagedName(
  place: MountedDirectory,
  target: DatabaseFile,
): Promise<string | null> {
  await prepareDamaged(place, target)
  const damaged = openDamaged(place, target)
  try {
    return damaged && readNameRow(damaged)
  } catch (error) {
    return nullIfCorrupt(error)
  } finally {
    damaged?.abandon()
  }
}

async function prepareDamaged(
  { directory }: MountedDirectory,
  target: DatabaseFile,
): Promise<void> {
  try {
    await directory.prepare([target.fileName, ...companionsOf(target.fileName)])
  } catch (error) {
    throw fileError(target.label, 'opening the file', error)
  }
}

function databaseOver(
  place: MountedDirectory,
  file: NamedFile,
  opened: OpenedSqliteFile,
): SqliteDatabase {
  try {
    return new SqliteDatabase({ place, file, opened, life: lifeOfCopy })
  } catch (error) {
    opened.connection.abandon()
    throw error
  }
}

/** The directory learns nothing of a copy. */
const lifeOfCopy: DatabaseLife = {
  salvaged: null,
  onReported: () => {},
  onVersionCommitted: () => {},
  onClosed: () => {},
  onDamage: () => {},
  queue: (task) => task(),
  onWarning: () => {},
}

/** null when SQLite cannot make anything of it. */
function openDamaged(
  place: MountedDirectory,
  { fileName, label }: DatabaseFile,
): Connection | null {
  try {
    const connection = new Connection(place.engine, { path: place.mount.pathOf(fileName), label })
    configure(connection, place.isPersistent)
    return connection
  } catch (error) {
    return nullIfCorrupt(error)
  }
}

function scatteredRows(
  { mount }: MountedDirectory,
  damaged: Connection,
  { fileName, rows }: { fileName: string; rows: DatabaseRows },
): ScatteredRows {
  const database = mount.openFile(fileName)
  if (!database) throw new Error('unreachable: an open file is not known')
  const files = { database, log: mount.writeAheadLog(fileName) ?? null }
  return new ScatteredRows(new PageFile(damaged, files), rows.schema.stores.keys())
}

/** null when the schema cannot be read, or is another database's. */
function readRows(
  damaged: Connection,
  { name, label }: NamedFile,
  guesses: boolean,
): DatabaseRows | null {
  try {
    checkTables(damaged, label)
    const rows = guesses ? readDamagedRows(damaged, name) : readDatabaseRows(damaged)
    return rows.name === name ? rows : null
  } catch (error) {
    return nullIfCorrupt(error)
  }
}

function nullIfCorrupt(error: unknown): null {
  if (error instanceof StorageError && error.code === 'corrupt') return null
  throw error
}

interface Copying {
  readonly damaged: DamagedTables
  readonly rows: DatabaseRows
  readonly copy: SqliteDatabase
}

function copyRows({ damaged, rows, copy }: Copying): SavedStores {
  const { schema, currentNumbers } = rows
  const stores = [...schema.stores.values()]
  const transaction = copy.begin()
  transaction.changeSchema({ type: 'setVersion', version: schema.version })
  for (const store of stores) copySchema(transaction, store)
  for (const [storeId, number] of currentNumbers) transaction.setCurrentNumber(storeId, number)
  // Whether a commit of before was made cannot be told any more.
  if (damaged.hasMarks()) copy.marks.noteLoss()
  transaction.commit()
  return stores.map((store) => copyStore(damaged, store, copy))
}

function copyStore(
  damaged: DamagedTables,
  store: ObjectStoreSchema,
  copy: SqliteDatabase,
): SalvagedStore {
  let saved = 0
  let transaction: StorageTransaction = copy.begin()
  const put = (record: FoundRecord): boolean => {
    if (!putFound(transaction, store.id, record)) return false
    saved++
    if (saved % batchSize === 0) transaction = nextBatch(copy, transaction)
    return true
  }
  const has = (key: Uint8Array): boolean => copy.count(store.id, 0, encodeRange(onlyKey(key))) > 0
  const { lost, hasGap } = damaged.readStore(store, { put, has })
  transaction.commit()
  return { name: store.name, saved, lost, hasGap }
}

function copySchema(transaction: StorageTransaction, store: ObjectStoreSchema): void {
  transaction.changeSchema({ type: 'createObjectStore', store: { ...store, indexes: new Map() } })
  for (const index of store.indexes.values()) {
    transaction.changeSchema({ type: 'createIndex', storeId: store.id, index })
  }
}

/** False when the record contradicts one saved before. */
function putFound(transaction: StorageTransaction, storeId: number, record: FoundRecord): boolean {
  try {
    transaction.put({ storeId, ...record, overwrite: true })
    return true
  } catch (error) {
    if (error instanceof StorageError && error.code === 'constraint') return false
    throw error
  }
}

function nextBatch(copy: SqliteDatabase, transaction: StorageTransaction): StorageTransaction {
  transaction.commit()
  while (copy.care.pendingBytes() > 0 && copy.care.housekeep());
  return copy.begin()
}
