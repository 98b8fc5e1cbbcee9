/** The file behind an OPFS database. Its layout is documented, so that a file can be found and read without this package. */
import { opfsDirectory, releaseOpfs } from './engines.ts'

/** A database's file, and what its first 100 bytes say. https://sqlite.org/fileformat.html#the_database_header */
export interface SqliteFile {
  readonly fileName: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The first 15 characters; every SQLite file begins with the same. */
  readonly magic: string
  readonly pageSizeBytes: number
  readonly pageCount: number
  /** Of the library that wrote it last, as "3.53.0". */
  readonly sqliteVersion: string
}

/**
 * Reads the file of a database; its engine lets go of it first, so that everything is in the one file.
 *
 * @throws Error while another tab uses it
 */
export async function readSqliteFile(databaseName: string): Promise<SqliteFile> {
  await releaseOpfs()
  const fileName = await fileNameOf(databaseName)
  const root = await navigator.storage.getDirectory()
  const directory = await root.getDirectoryHandle(opfsDirectory)
  const handle = await directory.getFileHandle(fileName)
  if (await hasLog(directory, fileName)) {
    throw new Error('Another tab has the file open; close that tab, then look again')
  }
  const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer())
  const header = new DataView(bytes.buffer)
  const size = header.getUint16(16)
  return {
    fileName,
    bytes,
    magic: new TextDecoder('latin1').decode(bytes.subarray(0, 15)),
    pageSizeBytes: size === 1 ? 65_536 : size, // 1 stands for the size that two bytes cannot hold
    pageCount: header.getUint32(28),
    sqliteVersion: versionOf(header.getUint32(96)),
  }
}

/** Whether a part of the database is in its write-ahead log only. */
async function hasLog(directory: FileSystemDirectoryHandle, fileName: string): Promise<boolean> {
  try {
    const log = await directory.getFileHandle(`${fileName}-wal`)
    return (await log.getFile()).size > 0
  } catch {
    return false // There is none.
  }
}

/** Base32 of the SHA-256 of the name's UTF-16 code units, the high byte first. */
async function fileNameOf(databaseName: string): Promise<string> {
  const units = new DataView(new ArrayBuffer(databaseName.length * 2))
  for (let at = 0; at < databaseName.length; at++) {
    units.setUint16(at * 2, databaseName.charCodeAt(at))
  }
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', units))
  const bits = Array.from(hash, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{1,5}/g) ?? []
  const letters = digits.map(
    (it) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(it.padEnd(5, '0'), 2)],
  )
  return `${letters.join('')}.sqlite`
}

/** 3053000 → "3.53.0". */
function versionOf(number: number): string {
  return [Math.floor(number / 1_000_000), Math.floor(number / 1000) % 1000, number % 1000].join('.')
}
