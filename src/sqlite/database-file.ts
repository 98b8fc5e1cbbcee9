/** Opening a database's file: looked at first, so that what is not ours is never touched, then handed to SQLite. */
import { StorageError } from '../errors.ts'
import { Connection } from './binding/connection.ts'
import { checkTables } from './salvage/check-tables.ts'
import type { Engine } from './engine.ts'
import { companionsOf } from './file-name.ts'
import {
  checkFormat,
  inspectFile,
  isTruncated,
  newDatabaseBytes,
  writeNewDatabase,
} from './schema/file-image.ts'
import type { Mount } from './mount/mount.ts'
import type { Quota } from '../files/quota.ts'
import { type DatabaseFile, DatabaseFiles } from '../files/database-files.ts'
import { fileError } from '../files/file-error.ts'
import { type DatabaseRows, newDatabaseRows, readDatabaseRows } from './schema/schema-rows.ts'
import { keyFormat, valueFormat } from './schema/tables.ts'
import type { VfsDirectory } from '../files/vfs.ts'

/** Where a storage directory's databases live. */
export interface MountedDirectory {
  readonly engine: Engine
  readonly directory: VfsDirectory
  readonly mount: Mount
  readonly isPersistent: boolean
  /** null: as much as there is room. */
  readonly quota: Quota | null
  /** How many bytes of pages the engine may keep, as far as its databases are concerned. */
  readonly cacheBytes: number
}

/** A database's file, open. */
export interface OpenedSqliteFile {
  readonly connection: Connection
  readonly rows: DatabaseRows
  /** Whether another release may have left counts of records in it. */
  readonly hasCounts: boolean
  /** Whether the file was made just now. */
  readonly isNew: boolean
  /** Whether the last to have it open left something in its log. */
  readonly isUnclean: boolean
}

/** How to open a file. */
export interface FileTarget extends DatabaseFile {
  readonly create: boolean
  /**
   * Which files have all their pages checked: those not closed properly, up to a size (default), all (damage was met in it
   * before, or the options ask for it), or none (only what it is called is wanted).
   */
  readonly check?: 'unclean' | 'always' | 'never'
}

/** A file that was not closed properly is checked up to this size, which takes about 0.2 seconds. */
const longestCheckBytes = 64 * 1024 * 1024

/**
 * Opens a database's file; null when it is missing (or a creation that did not get far) and `create` is false.
 * @throws StorageError 'corrupt' when the file is damaged, 'foreign' when it is not ours or of a newer format; it is left
 * as it is.
 */
export async function openDatabaseFile(
  place: MountedDirectory,
  target: FileTarget,
): Promise<OpenedSqliteFile | null> {
  const { fileName, label } = target
  let isNew = false
  let hadNoLog = false
  try {
    await place.directory.prepare([fileName, ...companionsOf(fileName)])
    const state = examine(place, target, () => (isNew = true))
    if (state === 'missing') return null
    // A database that was closed properly has nothing in its log.
    const isUnclean = !isNew && companionsOf(fileName).some((name) => place.mount.exists(name))
    hadNoLog = !isUnclean
    const connected = connect(place, target, { isNew, isUnclean })
    const { check = 'unclean' } = target
    if (check === 'always' || (check === 'unclean' && isUnclean)) {
      place.mount.readInBlocks(fileName, () =>
        checkPages(connected.connection, { isOfAnySize: check === 'always' }),
      )
    }
    return { ...connected, isNew, isUnclean }
  } catch (error) {
    if (isNew) await removeUnused(place, fileName)
    if (hadNoLog) await removeBegunLog(place, fileName)
    throw fileError(label, 'opening the file', error)
  }
}

/** Removes a new file that could not be used. If that fails, too, its bytes say that nothing is in it. */
async function removeUnused({ directory }: MountedDirectory, fileName: string): Promise<void> {
  await directory.remove(fileName).catch(() => {})
}

/** The log that the opening of a damaged file has begun: nothing is in it. Why that has failed says more than why this stays. */
async function removeBegunLog({ directory }: MountedDirectory, fileName: string): Promise<void> {
  for (const name of companionsOf(fileName)) await directory.remove(name).catch(() => {})
}

/** Opens a database's file, made if it is missing. @throws StorageError as `openDatabaseFile()` */
export async function openOrCreateDatabaseFile(
  place: MountedDirectory,
  target: Omit<FileTarget, 'create'>,
): Promise<OpenedSqliteFile> {
  const opened = await openDatabaseFile(place, { ...target, create: true })
  if (!opened) throw new Error('unreachable: a created file is missing')
  return opened
}

/** Removes a closed database's files. */
export async function removeDatabaseFile(
  { directory }: MountedDirectory,
  file: DatabaseFile,
): Promise<void> {
  await new DatabaseFiles(directory, companionsOf).remove(file)
}

/** Removes what SQLite has emptied beside a closed database's file. */
export async function removeEmptied(
  { mount }: MountedDirectory,
  { fileName, label }: DatabaseFile,
): Promise<void> {
  try {
    await mount.removeDeleted(fileName)
  } catch (error) {
    throw fileError(label, 'removing the write-ahead log', error)
  }
}

/** `creating`: called before a file is made that was missing, or empty. */
function examine(
  place: MountedDirectory,
  { fileName, label, create }: FileTarget,
  creating: () => void,
): 'missing' | 'new' | 'old' {
  const { directory, mount } = place
  const file = directory.open(fileName, { create })
  if (!file) return 'missing'
  try {
    if (inspectFile(file, label) === 'empty') {
      if (!create) return 'missing'
      creating()
      // A log left behind belongs to an earlier database and must not be replayed into the new one.
      for (const name of companionsOf(fileName)) if (mount.exists(name)) mount.delete(name)
      file.truncate(0)
      place.quota?.admit(newDatabaseBytes(), label)
      writeNewDatabase(file, place.isPersistent)
      return 'new'
    }
    if (isTruncated(file) && !companionsOf(fileName).some((name) => mount.exists(name))) {
      throw new StorageError('corrupt', `${label}: the file is shorter than its header says`)
    }
    return 'old'
  } finally {
    file.close()
  }
}

/** @throws StorageError 'corrupt'; then the connection is closed. */
function checkPages(connection: Connection, { isOfAnySize }: { isOfAnySize: boolean }): void {
  try {
    const sizeBytes =
      connection.readNumber('PRAGMA page_count') * connection.readNumber('PRAGMA page_size')
    if (!isOfAnySize && sizeBytes > longestCheckBytes) return
    const problem = connection.readText('PRAGMA quick_check(1)')
    if (problem !== 'ok') throw connection.damage(problem)
  } catch (error) {
    connection.abandon()
    throw error
  }
}

function connect(
  place: MountedDirectory,
  target: FileTarget,
  { isNew, isUnclean }: { isNew: boolean; isUnclean: boolean },
): Pick<OpenedSqliteFile, 'connection' | 'rows' | 'hasCounts'> {
  const connection = connectionTo(place, target, isUnclean)
  try {
    if (isNew) return { connection, rows: newDatabaseRows, hasCounts: false }
    // What the log says of the format is in no file's header.
    if (isUnclean) checkFormat(connection.readNumber('PRAGMA user_version'), target.label)
    const { hasCounts } = checkTables(connection, target.label)
    const rows = readDatabaseRows(connection)
    checkFormats(rows, target.label)
    return { connection, rows, hasCounts }
  } catch (error) {
    connection.abandon()
    throw error
  }
}

function connectionTo(
  { engine, mount, isPersistent, quota }: MountedDirectory,
  { fileName, label }: FileTarget,
  isUnclean: boolean,
): Connection {
  // A quota sets limits in a connection that another database must not meet.
  if (!isPersistent && !quota) {
    const target = { engine, mount, fileName, label, isUnclean }
    return engine.spareConnections.take(target, (connection) => configure(connection, false))
  }
  const connection = new Connection(engine, { path: mount.pathOf(fileName), label })
  configure(connection, isPersistent)
  return connection
}

/** Makes a connection ready for a database of ours, or closes it. */
export function configure(connection: Connection, isPersistent: boolean): void {
  try {
    // Exclusive locking comes before anything is read: then no shared memory is needed.
    connection.execute('PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY;')
    if (isPersistent) configureOnDisk(connection)
    else configureInMemory(connection)
  } catch (error) {
    connection.abandon()
    throw error
  }
}

function configureOnDisk(connection: Connection): void {
  const journalMode = connection.readText('PRAGMA journal_mode = WAL')
  if (journalMode !== 'wal') throw new Error(`unreachable: the journal mode is ${journalMode}`)
  connection.execute('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;')
}

function configureInMemory(connection: Connection): void {
  // No spilling: between commits the file is whole, so that the VFS can be forked at any moment.
  connection.execute(
    'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_spill = OFF;',
  )
}

function checkFormats(rows: DatabaseRows, label: string): void {
  if (rows.keyFormat <= keyFormat && rows.valueFormat <= valueFormat) return
  const formats =
    rows.keyFormat > keyFormat
      ? { format: rows.keyFormat, supportedFormat: keyFormat }
      : { format: rows.valueFormat, supportedFormat: valueFormat }
  throw new StorageError(
    'foreign',
    `${label}: keys or values have a newer format; open it with a newer version of idb-everywhere`,
    { code: 'ERR_IDB_NEWER_FORMAT', ...formats },
  )
}
