/**
 * Saving what can still be read of a damaged file: its readable records go into a fresh one, and it is put aside with its
 * write-ahead log, unchanged.
 *
 * The fresh file is complete and on the disk before anything is renamed, and it gets its final name last: an interrupted
 * salvage is either begun anew (the damaged file is still in its place) or finished (it no longer is).
 */
import { StorageError } from '../errors.ts'
import type { ObjectStoreSchema } from '../storage/schema.ts'
import { Connection } from './binding/connection.ts'
import { checkTables } from './check-tables.ts'
import { SqliteDatabase } from './database.ts'
import {
  companionsOf,
  configure,
  openDatabaseFile,
  type Place,
  removeDatabaseFile,
} from './database-file.ts'
import { DamagedTables, type FoundRecord } from './damaged-tables.ts'
import { fileError } from './result-code.ts'
import { type DatabaseRows, readDatabaseRows } from './schema-rows.ts'

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

/** Salvages a file that is closed, and gives the warning that says what was saved and lost. */
export async function salvage(place: Place, target: SalvageTarget): Promise<StorageError> {
  const { fileName, label } = target
  const rescue = { fileName: rescueName(fileName), label: `Copy of ${label}` }
  await removeDatabaseFile(place, rescue)
  const saved = await copyReadable(place, target, rescue)
  try {
    await place.directory.rename(rescue.fileName, rescuedName(fileName))
  } catch (error) {
    throw fileError(label, 'renaming its copy', error)
  }
  const quarantine = await putAside(place, target)
  return new StorageError(
    'corrupt',
    `${label} was damaged and has been salvaged: ${describe(saved)}; the damaged file was kept as ${quarantine}`,
    { cause: target.damage },
  )
}

/** Finishes a salvage that was interrupted when the damaged file was out of its place already. */
export async function finishSalvage(
  place: Place,
  { fileName, label }: Pick<SalvageTarget, 'fileName' | 'label'>,
): Promise<void> {
  const { directory, mount } = place
  const rescued = rescuedName(fileName)
  try {
    await directory.prepare([fileName])
    if (mount.exists(fileName)) return
    await directory.prepare([rescued])
    if (!mount.exists(rescued)) return
  } catch (error) {
    throw fileError(label, 'opening the file', error)
  }
  await putAside(place, { fileName, label })
}

/** Moves the damaged files away, then the rescued one into their place. Gives the damaged file's new name. */
async function putAside(
  { directory, mount }: Place,
  { fileName, label }: Pick<SalvageTarget, 'fileName' | 'label'>,
): Promise<string> {
  const aside = `${fileName}-damaged-${Date.now()}`
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

/** How much was saved, and what was not. */
interface Saved {
  /** null: not even the schema could be read. */
  readonly storeCount: number | null
  records: number
  /** Records known to have been there. */
  lost: number
  /** Stores with a stretch in the middle that could not be read; how many records it held is unknown. */
  gaps: number
}

async function copyReadable(
  place: Place,
  target: SalvageTarget,
  rescue: { fileName: string; label: string },
): Promise<Saved> {
  await place.directory.prepare([target.fileName, ...companionsOf(target.fileName)])
  const damaged = openDamaged(place, target)
  try {
    const rows = damaged && readRows(damaged, target)
    const opened = await openDatabaseFile(place, { ...rescue, create: true })
    if (!opened) throw new Error('unreachable: a created file is missing')
    if (!damaged || !rows) {
      opened.connection.close()
      return { storeCount: null, records: 0, lost: 0, gaps: 0 }
    }
    const copy = new SqliteDatabase({ place, name: target.name, ...rescue, opened, ...unheard })
    const saved = copyRows({ damaged: new DamagedTables(damaged), rows, copy })
    copy.sync()
    await copy.close()
    return saved
  } finally {
    damaged?.abandon()
  }
}

const unheard = {
  onVersionCommitted: () => {},
  onClosed: () => {},
  onDamage: () => {},
  queue: (task: () => Promise<void>) => task(),
  onWarning: () => {},
}

/** null when SQLite cannot make anything of it. */
function openDamaged(place: Place, { fileName, label }: SalvageTarget): Connection | null {
  let connection: Connection | null = null
  try {
    connection = new Connection(place.engine, { path: place.mount.pathOf(fileName), label })
    configure(connection, place.isPersistent)
    return connection
  } catch (error) {
    connection?.abandon()
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

function copyRows({ damaged, rows, copy }: Copying): Saved {
  const { schema, currentNumbers } = rows
  const saved: Saved = { storeCount: schema.stores.size, records: 0, lost: 0, gaps: 0 }
  copy.begin()
  copy.changeSchema({ type: 'setVersion', version: schema.version })
  for (const store of schema.stores.values()) copySchema(copy, store)
  for (const [storeId, number] of currentNumbers) copy.setCurrentNumber(storeId, number)
  for (const store of schema.stores.values()) {
    const put = (record: FoundRecord): boolean => {
      if (!putFound(copy, store.id, record)) return false
      saved.records++
      if (saved.records % batchSize === 0) commitBatch(copy)
      return true
    }
    const { lost, hasGap } = damaged.readStore(store, put)
    saved.lost += lost
    if (hasGap) saved.gaps++
  }
  copy.commit()
  return saved
}

function copySchema(copy: SqliteDatabase, store: ObjectStoreSchema): void {
  copy.changeSchema({ type: 'createObjectStore', store: { ...store, indexes: new Map() } })
  for (const index of store.indexes.values()) {
    copy.changeSchema({ type: 'createIndex', storeId: store.id, index })
  }
}

/** False when the record contradicts one saved before. */
function putFound(copy: SqliteDatabase, storeId: number, record: FoundRecord): boolean {
  try {
    copy.put({ storeId, ...record, overwrite: true })
    return true
  } catch (error) {
    if (error instanceof StorageError && error.code === 'constraint') return false
    throw error
  }
}

function commitBatch(copy: SqliteDatabase): void {
  copy.commit()
  while (copy.logBytes() > 0 && copy.housekeep());
  copy.begin()
}

function describe({ storeCount, records, lost, gaps }: Saved): string {
  if (storeCount === null) return 'nothing could be read'
  const saved = `${records} records in ${storeCount} object stores were saved`
  const known = lost > 0 ? `, ${lost} were lost` : ''
  const unknown = gaps > 0 ? `, an unknown number was lost in ${gaps} of the stores` : ''
  return `${saved}${known}${unknown}` + (lost + gaps === 0 ? ', none was lost' : '')
}
