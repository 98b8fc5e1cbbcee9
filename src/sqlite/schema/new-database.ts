/**
 * A new database's bytes, as SQLite would write them, but put together here: so the first database of a process needs no
 * statement, and what runs them needs not be compiled. A test compares them with SQLite's own.
 * https://sqlite.org/fileformat.html
 *
 * | page | holds                                                                   |
 * | ---- | ----------------------------------------------------------------------- |
 * | 1    | at 0 the header (100 bytes), after it the list  of tables: a leaf        |
 * | 2    | for each page from 3 on what it is (5 bytes): the root of a tree (1)     |
 * | 3 …  | the tables' roots in the order of `createTables`: leaves without entries |
 *
 * A row of the list is a cell: the record's length and the row's number as varints, then the record: the length of its
 * head, five types, the columns type, name, table's name, root page, statement. Cells fill a page from its end.
 */
import { applicationId, newTablesFormat, tableStatements } from './tables.ts'

/** The size of a database's pages in bytes. */
export const pageSize = 4096

/** The first bytes of every SQLite database. */
export const magic = new TextEncoder().encode('SQLite format 3\0')

/** Who wrote the file last: the engine's version, 3.53.0. */
export const sqliteVersion = 3_053_000

/** How often the schema of a new database has changed. */
export const newSchemaVersion = tableStatements.length

const headerSize = 100
const firstRootPage = 3

/** Kinds of page. */
const tableLeaf = 0x0d
const indexLeaf = 0x0a

const encoder = new TextEncoder()

/** The bytes of a database without records. `isLogged`: it has a write-ahead log. */
export function newDatabase({ isLogged }: { isLogged: boolean }): Uint8Array {
  const pageCount = firstRootPage - 1 + tableStatements.length
  const bytes = new Uint8Array(pageCount * pageSize)
  writeHeader(bytes, { pageCount, isLogged })
  writeLeaf(bytes, { start: 0, headAt: headerSize, kind: tableLeaf }, tableStatements.map(cellOf))
  tableStatements.forEach((statement, i) => {
    bytes[pageSize + 5 * i] = 1
    const start = (firstRootPage - 1 + i) * pageSize
    const kind = statement.endsWith('WITHOUT ROWID') ? indexLeaf : tableLeaf
    writeLeaf(bytes, { start, headAt: 0, kind }, [])
  })
  return bytes
}

function writeHeader(
  bytes: Uint8Array,
  { pageCount, isLogged }: { pageCount: number; isLogged: boolean },
): void {
  bytes.set(magic)
  const view = new DataView(bytes.buffer)
  view.setUint16(16, pageSize)
  bytes.fill(isLogged ? 2 : 1, 18, 20)
  // How much of a page one entry may fill, in 255ths: the same in every database.
  bytes.set([64, 32, 32], 21)
  view.setUint32(28, pageCount)
  view.setUint32(40, newSchemaVersion)
  view.setUint32(44, 4) // the format of the schema
  view.setUint32(52, pageCount) // the last root page; not zero: free pages can be given back,
  view.setUint32(64, 1) // but are not by themselves
  view.setUint32(56, 1) // text is UTF-8
  view.setUint32(60, newTablesFormat)
  view.setUint32(68, applicationId)
  view.setUint32(96, sqliteVersion)
}

function writeLeaf(
  bytes: Uint8Array,
  { start, headAt, kind }: { start: number; headAt: number; kind: number },
  cells: readonly (readonly number[])[],
): void {
  const view = new DataView(bytes.buffer, start, pageSize)
  let contentStart = pageSize
  cells.forEach((cell, i) => {
    contentStart -= cell.length
    bytes.set(cell, start + contentStart)
    view.setUint16(headAt + 8 + 2 * i, contentStart)
  })
  view.setUint8(headAt, kind)
  view.setUint16(headAt + 3, cells.length)
  view.setUint16(headAt + 5, contentStart)
}

function cellOf(statement: string, index: number): number[] {
  const name = /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? ''
  const rootPage = firstRootPage + index
  // Texts have the type 13 + 2 × length, integers of one byte the type 1.
  const types = ['table', name, name, rootPage, statement].flatMap((column) =>
    typeof column === 'number' ? 1 : sqliteVarint(13 + 2 * column.length),
  )
  const columns = [...encoder.encode(`table${name}${name}`), rootPage, ...encoder.encode(statement)]
  const record = [types.length + 1, ...types, ...columns]
  return [...sqliteVarint(record.length), ...sqliteVarint(index + 1), ...record]
}

/** SQLite's varint, which is not that of `bytes/varint.ts`: the highest bits come first. */
function sqliteVarint(value: number): number[] {
  return value < 0x80 ? [value] : [(value >> 7) | 0x80, value & 0x7f]
}
