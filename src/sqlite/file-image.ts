/**
 * A new database's file, made as an image in the engine's memory and written in one piece: no statement runs to create
 * it, and no crash leaves half of it behind looking whole.
 */
import { StorageError } from '../errors.ts'
import { Connection } from './binding/connection.ts'
import type { Engine } from './engine.ts'
import { readFile } from './read-file.ts'
import { applicationId, createTables, tablesFormat } from './tables.ts'
import type { VfsFile } from './vfs.ts'

/** The size of a database's pages in bytes. */
export const pageSize = 4096

/** A new database's bytes, without and with a write-ahead log. */
interface Images {
  readonly plain: Uint8Array
  readonly logged: Uint8Array
}

const images = new WeakMap<Engine, Images>()

/** The first bytes of every SQLite database. */
const magic = new TextEncoder().encode('SQLite format 3\0')

/**
 * Writes a new database into an empty file. The first bytes, without which the file counts as empty, come last, after
 * all others have reached the disk.
 */
export function writeNewDatabase(engine: Engine, file: VfsFile, isPersistent: boolean): void {
  file.write(imageOf(engine, isPersistent).subarray(magic.length), magic.length)
  if (isPersistent) file.sync(false)
  file.write(magic, 0)
}

/** How many bytes a new database takes. */
export function newDatabaseBytes(engine: Engine): number {
  return imageOf(engine, false).length
}

/** What the start of a file says. */
export type FileState = 'empty' | 'database'

/** The length of the header, in which SQLite and we say what the file is. */
const headerSize = 100

/**
 * Looks at a file before SQLite may touch it. `empty`: a creation that did not get far, or nothing at all.
 * @throws StorageError 'corrupt' when it is no database, 'foreign' when it is another program's or of a newer format.
 */
export function inspectFile(engine: Engine, file: VfsFile, label: string): FileState {
  const header = new Uint8Array(headerSize)
  const byteCount = readFile(file, header, 0)
  if (byteCount === 0) return 'empty'
  const view = new DataView(header.buffer)
  if (byteCount < headerSize || !startsWith(header, magic)) {
    if (isPartOfImage(engine, file)) return 'empty'
    throw new StorageError('corrupt', `${label}: the file is not a database; move it away`)
  }
  if (view.getUint32(68) !== applicationId) {
    throw new StorageError('foreign', `${label}: the file belongs to another program; move it away`)
  }
  const format = view.getUint32(60)
  if (format > tablesFormat) {
    throw new StorageError(
      'foreign',
      `${label}: the file has format ${format}, newer than ${tablesFormat}; use a newer version of this package`,
    )
  }
  return 'database'
}

/** Whether a file is shorter than its header says; means nothing while a write-ahead log has content. */
export function isTruncated(file: VfsFile): boolean {
  const header = new Uint8Array(headerSize)
  readFile(file, header, 0)
  const view = new DataView(header.buffer)
  const bytesPerPage = view.getUint16(16) === 1 ? 65536 : view.getUint16(16)
  return file.size() < view.getUint32(28) * bytesPerPage
}

/** Whether nothing is in the file but bytes of an unfinished new database, and zeros. */
function isPartOfImage(engine: Engine, file: VfsFile): boolean {
  const image = imageOf(engine, true)
  const found = new Uint8Array(image.length)
  if (file.size() > image.length) return false
  readFile(file, found, 0)
  return found.every((byte, i) => byte === 0 || byte === image[i])
}

function imageOf(engine: Engine, isPersistent: boolean): Uint8Array {
  const known = images.get(engine) ?? createImages(engine)
  images.set(engine, known)
  return isPersistent ? known.logged : known.plain
}

function createImages(engine: Engine): Images {
  const plain = createImage(engine)
  const logged = plain.slice()
  markAsWriteAheadLogged(logged)
  return { plain, logged }
}

function createImage(engine: Engine): Uint8Array {
  const connection = new Connection(engine, { path: null, label: 'New database' })
  try {
    connection.execute(`PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = INCREMENTAL;`)
    connection.execute(`PRAGMA application_id = ${applicationId};`)
    connection.execute(`PRAGMA user_version = ${tablesFormat};`)
    connection.execute(createTables)
    const image = connection.serialize()
    markVersion(image, engine.module._sqlite3_libversion_number())
    return image
  } finally {
    connection.close()
  }
}

/** SQLite names itself in files that it writes, and not in memory; a small database keeps the header it is made with. */
function markVersion(image: Uint8Array, version: number): void {
  new DataView(image.buffer, image.byteOffset).setUint32(96, version)
}

/** The read and write format versions of the header: 2 says that the file uses a write-ahead log. */
function markAsWriteAheadLogged(image: Uint8Array): void {
  image[18] = 2
  image[19] = 2
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte)
}
