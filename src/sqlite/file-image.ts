/**
 * A new database's file, made as an image in the engine's memory and written in one piece: no statement runs to create
 * it, and no crash leaves half of it behind looking whole.
 */
import { StorageError } from '../errors.ts'
import { Connection } from './binding/connection.ts'
import type { Engine } from './engine.ts'
import { applicationId, createTables, tablesFormat } from './tables.ts'
import type { VfsFile } from './vfs.ts'

const pageSize = 4096

const images = new WeakMap<Engine, Uint8Array>()

/**
 * Writes a new database into an empty file. The first page, without which the file counts as empty, comes last, after
 * the others have reached the disk.
 */
export function writeNewDatabase(engine: Engine, file: VfsFile, isPersistent: boolean): void {
  const image = images.get(engine) ?? createImage(engine)
  images.set(engine, image)
  const firstPage = image.slice(0, pageSize)
  if (isPersistent) markAsWriteAheadLogged(firstPage)

  file.write(image.subarray(pageSize), pageSize)
  if (isPersistent) file.sync(false)
  file.write(firstPage, 0)
}

/** What the start of a file says. */
export type FileState = 'empty' | 'database'

/**
 * Looks at a file before SQLite may touch it. `empty`: a creation that did not get far, or nothing at all.
 * @throws StorageError 'corrupt' when it is not ours or of a newer format.
 */
export function inspectFile(file: VfsFile, label: string): FileState {
  const header = new Uint8Array(pageSize)
  const byteCount = file.read(header, 0)
  if (header.every((byte) => byte === 0)) return 'empty'
  const view = new DataView(header.buffer)
  if (byteCount < 100 || !isDatabase(header)) {
    throw new StorageError('corrupt', `${label}: the file is not a database; move it away`)
  }
  if (view.getUint32(68) !== applicationId) {
    throw new StorageError('corrupt', `${label}: the file belongs to another program; move it away`)
  }
  const format = view.getUint32(60)
  if (format > tablesFormat) {
    throw new StorageError(
      'corrupt',
      `${label}: the file has format ${format}, newer than ${tablesFormat}; use a newer version of this package`,
    )
  }
  return 'database'
}

/** Whether a file is shorter than its header says; means nothing while a write-ahead log has content. */
export function isTruncated(file: VfsFile): boolean {
  const header = new Uint8Array(100)
  file.read(header, 0)
  const view = new DataView(header.buffer)
  const bytesPerPage = view.getUint16(16) === 1 ? 65536 : view.getUint16(16)
  return file.size() < view.getUint32(28) * bytesPerPage
}

function createImage(engine: Engine): Uint8Array {
  const connection = new Connection(engine, { path: null, label: 'New database' })
  try {
    connection.execute(`PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = INCREMENTAL;`)
    connection.execute(`PRAGMA application_id = ${applicationId};`)
    connection.execute(`PRAGMA user_version = ${tablesFormat};`)
    connection.execute(createTables)
    return connection.serialize()
  } finally {
    connection.close()
  }
}

/** The read and write format versions of the header: 2 says that the file uses a write-ahead log. */
function markAsWriteAheadLogged(firstPage: Uint8Array): void {
  firstPage[18] = 2
  firstPage[19] = 2
}

function isDatabase(header: Uint8Array): boolean {
  const magic = 'SQLite format 3\0'
  return [...magic].every((character, i) => header[i] === character.charCodeAt(0))
}
