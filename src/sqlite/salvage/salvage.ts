/**
 * Saving what can still be read of a damaged file: its readable records go into a fresh one, and it is put aside with its
 * write-ahead log, unchanged.
 *
 * The fresh file is complete and on the disk before anything is renamed, and it gets its final name last: an interrupted
 * salvage is either begun anew (the damaged file is still in its place) or finished (it no longer is).
 */
import { StorageError } from '../../errors.ts'
import type { SalvagedStore, SalvageReport } from '../../storage/salvage-report.ts'
import type { ObjectStoreSchema } from '../../storage/schema.ts'
import type { StorageTransaction } from '../../storage/storage.ts'
import { Connection } from '../binding/connection.ts'
import { checkTables } from './check-tables.ts'
import { SqliteDatabase } from '../database.ts'
import {
  companionsOf,
  configure,
  openDatabaseFile,
  type OpenedFile,
  type Place,
  removeDatabaseFile,
} from '../database-file.ts'
import { DamagedTables, type FoundRecord } from './damaged-tables.ts'
import { fileError } from '../../files/file-error.ts'
import { type DatabaseRows, readDatabaseRows } from '../schema/schema-rows.ts'

/** Captured at load: at a time that a test has stopped, one quarantine would overwrite another. */
const { now: timeOfDay } = Date

/** A damaged file. */
export interface SalvageTarget {
  readonly fileName: string
  readonly label: string
  /** The database's name. */
  readonly name: string
  readonly damage: StorageError
}

/** So many records are written in one transaction. */
const batchSize = 1_000

const rescueName = (fileName: string): string => `${fileName}-rescue`
const rescuedName = (fileName: string): string => `${fileName}-rescued`

/** The warning that says what was saved and lost, in words and as data. */
export type SalvageWarning = StorageError & { readonly report: SalvageReport }

/** Salvages a file that is closed. */
export async function salvage(place: Place, target: SalvageTarget): Promise<SalvageWarning> {
  const { fileName, label } = target
  const rescue = { fileName: rescueName(fileName), label: `Copy of ${label}` }
  await removeDatabaseFile(place, rescue)
  const stores = await copyReadable(place, target, rescue)
  try {
    await place.directory.rename(rescue.fileName, rescuedName(fileName))
  } catch (error) {
    throw fileError(label, 'renaming its copy', error)
  }
  const quarantine = await putAside(place, target)
  const warning = new StorageError(
    'corrupt',
    `${label} was damaged and has been salvaged: ${describe(stores)}; the damaged file was kept as ${quarantine}`,
    { code: 'ERR_IDB_SALVAGED', database: target.name, cause: target.damage },
  )
  return Object.assign(warning, { report: { quarantine, damage: target.damage.message, stores } })
}

/** Finishes a salvage that was interrupted when the damaged file was out of its place already. */
export async function finishSalvage(
  place: Place,
  { fileName, label }: Pick<SalvageTarget, 'fileName' | 'label'>,
): Promise<void> {
  const { directory, mount } = place
  const rescued = rescuedName(fileName)
  try {
    // With all that will be opened next, if it exists: they are prepared at the same time.
    await directory.prepare([fileName, ...companionsOf(fileName)])
    if (mount.exists(fileName)) return
    await directory.prepare([rescued])
    if (!mount.exists(rescued)) return
  } catch (error) {
    throw fileError(label, 'opening the file', error)
  }
  await putAside(place, { fileName, label })
}

/** The file that a salvage is to be finished for, if a file is what such a salvage has left; else null. */
export function salvagedFileName(fileName: string): string | null {
  const salvaged = fileName.replace(/-rescued$/, '')
  return fileName === rescuedName(salvaged) ? salvaged : null
}

/**
 * Removes the copy of a file that is still in its place, which an interrupted salvage has left: once that file is gone it would
 * be taken for what is to come in its place.
 */
export async function discardCopy(
  { directory }: Place,
  { fileName, label }: Pick<SalvageTarget, 'fileName' | 'label'>,
): Promise<void> {
  try {
    await directory.remove(rescuedName(fileName))
  } catch (error) {
    throw fileError(label, 'removing its copy', error)
  }
}

/** Moves the damaged files away, then the rescued one into their place. Gives the damaged file's new name. */
async function putAside(
  { directory, mount }: Place,
  { fileName, label }: Pick<SalvageTarget, 'fileName' | 'label'>,
): Promise<string> {
  const aside = `${fileName}-damaged-${timeOfDay()}`
  try {
    for (const name of [fileName, ...companionsOf(fileName)]) {
      await directory.prepare([name])
      if (mount.exists(name)) await directory.rename(name, name.replace(fileName, aside))
    }
    await directory.rename(rescuedName(fileName), fileName)
  } catch (error) {
    throw fileError(label, 'putting the damaged file aside', error)
  }
  return aside
}

/** What was saved of each store; null: not even the schema could be read. */
type SavedStores = readonly SalvagedStore[] | null

async function copyReadable(
  place: Place,
  target: SalvageTarget,
  rescue: { fileName: string; label: string },
): Promise<SavedStores> {
  await place.directory.prepare([target.fileName, ...companionsOf(target.fileName)])
  const damaged = openDamaged(place, target)
  try {
    const rows = damaged && readRows(damaged, target)
    const opened = await openDatabaseFile(place, { ...rescue, create: true })
    if (!opened) throw new Error('unreachable: a created file is missing')
    if (!damaged || !rows) {
      opened.connection.close()
      return null
    }
    const copy = databaseOver(place, { name: target.name, ...rescue, opened })
    try {
      const saved = copyRows({ damaged: new DamagedTables(damaged), rows, copy })
      copy.durability.sync()
      return saved
    } finally {
      await copy.close()
    }
  } finally {
    damaged?.abandon()
  }
}

function databaseOver(
  place: Place,
  target: { name: string; fileName: string; label: string; opened: OpenedFile },
): SqliteDatabase {
  try {
    return new SqliteDatabase({ place, ...target, ...unheard })
  } catch (error) {
    target.opened.connection.abandon()
    throw error
  }
}

const unheard = {
  salvaged: null,
  onReported: () => {},
  onVersionCommitted: () => {},
  onClosed: () => {},
  onDamage: () => {},
  queue: (task: () => Promise<void>) => task(),
  onWarning: () => {},
}

/** null when SQLite cannot make anything of it. */
function openDamaged(place: Place, { fileName, label }: SalvageTarget): Connection | null {
  try {
    const connection = new Connection(place.engine, { path: place.mount.pathOf(fileName), label })
    configure(connection, place.isPersistent)
    return connection
  } catch (error) {
    return nullIfCorrupt(error)
  }
}

/** null when the schema cannot be read, or is another database's. */
function readRows(damaged: Connection, { name, label }: SalvageTarget): DatabaseRows | null {
  try {
    checkTables(damaged, label)
    const rows = readDatabaseRows(damaged)
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
  const { lost, hasGap } = damaged.readStore(store, put)
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

function describe(stores: SavedStores): string {
  if (stores === null) return 'nothing could be read'
  const sum = (count: (store: SalvagedStore) => number): number =>
    stores.reduce((total, store) => total + count(store), 0)
  const lost = sum((store) => store.lost)
  const gaps = sum((store) => (store.hasGap ? 1 : 0))
  const saved = `${sum((store) => store.saved)} records in ${stores.length} object stores were saved`
  const known = lost > 0 ? `, ${lost} were lost` : ''
  const unknown = gaps > 0 ? `, an unknown number was lost in ${gaps} of the stores` : ''
  return `${saved}${known}${unknown}` + (lost + gaps === 0 ? ', none was lost' : '')
}
