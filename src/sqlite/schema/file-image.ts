/**
 * A new database's file, written in one piece so that no crash leaves half of it behind looking whole; and what the first
 * bytes of any file say.
 */
import { StorageError } from '../../errors.ts'
import { magic, newDatabase } from './new-database.ts'
import { readFile } from '../../files/io/read-file.ts'
import { applicationId, tablesFormat } from './tables.ts'
import type { VfsFile } from '../../files/vfs.ts'

/** A new database's bytes, without and with a write-ahead log; made when first needed. */
const images = { plain: null as Uint8Array | null, logged: null as Uint8Array | null }

/**
 * Writes a new database into an empty file. The first bytes, without which the file counts as empty, come last, after
 * all others have reached the disk.
 */
export function writeNewDatabase(file: VfsFile, isPersistent: boolean): void {
  file.write(imageOf(isPersistent).subarray(magic.length), magic.length)
  if (isPersistent) file.sync(false)
  file.write(magic, 0)
}

/** How many bytes a new database takes. */
export function newDatabaseBytes(): number {
  return imageOf(false).length
}

/** What the start of a file says. */
export type FileState = 'empty' | 'database'

/** The length of the header, in which SQLite and we say what the file is. */
const headerSize = 100

/**
 * Looks at a file before SQLite may touch it. `empty`: a creation that did not get far, or nothing at all.
 * @throws StorageError 'corrupt' when it is no database, 'foreign' when it is another program's or of a newer format.
 */
export function inspectFile(file: VfsFile, label: string): FileState {
  const header = new Uint8Array(headerSize)
  const byteCount = readFile(file, header, 0)
  if (byteCount === 0) return 'empty'
  const view = new DataView(header.buffer)
  if (byteCount < headerSize || !startsWith(header, magic)) {
    if (isPartOfImage(file)) return 'empty'
    throw new StorageError(
      'corrupt',
      `${label}: it is not an SQLite file: its first page is damaged, or it was overwritten; restore a backup, or salvage it`,
    )
  }
  if (view.getUint32(68) !== applicationId) {
    throw new StorageError('foreign', `${label}: the file belongs to another program; move it away`)
  }
  checkFormat(view.getUint32(60), label)
  return 'database'
}

/** @throws StorageError 'foreign' for a format that this release does not know */
export function checkFormat(format: number, label: string): void {
  if (format <= tablesFormat) return
  throw new StorageError(
    'foreign',
    `${label}: the file has format ${format}, newer than ${tablesFormat}; open it with a newer version of idb-everywhere`,
    { code: 'ERR_IDB_NEWER_FORMAT', format, supportedFormat: tablesFormat },
  )
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
function isPartOfImage(file: VfsFile): boolean {
  const image = imageOf(true)
  const found = new Uint8Array(image.length)
  if (file.size() > image.length) return false
  readFile(file, found, 0)
  return found.every((byte, i) => byte === 0 || byte === image[i])
}

function imageOf(isPersistent: boolean): Uint8Array {
  if (isPersistent) return (images.logged ??= newDatabase({ isLogged: true }))
  return (images.plain ??= newDatabase({ isLogged: false }))
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte)
}
