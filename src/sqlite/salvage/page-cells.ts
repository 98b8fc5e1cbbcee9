/**
 * The rows on a page of a tree, each in a cell: its length, its number in tables that have row numbers, its first bytes, and the page on
 * which it goes on, if it is long. Bytes that make no cell are passed over.
 * https://sqlite.org/fileformat.html#b_tree_pages
 */
import { append } from '../../base/own-property.ts'
import type { PageFile } from './page-file.ts'

/** One row; its types and what they are of, in order. */
export interface Cell {
  /** null: the table has none. */
  readonly rowId: number | null
  readonly columns: readonly Column[]
  /** How long the row is. */
  readonly byteCount: number
  /** The part of it that is on the page. */
  readonly local: DataView
  /** The page with the rest; 0: there is none. */
  readonly overflow: number
}

/** A column's type, in SQLite's numbers, and its place in the row. */
export interface Column {
  readonly type: number
  readonly start: number
  readonly end: number
}

const pageKinds = { indexInterior: 2, indexLeaf: 10, tableLeaf: 13 }

/** By their types: 0 is NULL; from 12 on they are blobs and texts. */
const columnSizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

/** No table of ours has more. */
const mostColumns = 16

/** The rows on a page; none when it is no page with rows. */
export function* cellsOn(pages: PageFile, number: number): Generator<Cell> {
  const page = number > 1 ? pages.read(number) : null
  const kind = page?.getUint8(0)
  if (!page || kind === undefined || !Object.values(pageKinds).includes(kind)) return
  const pointersAt = kind === pageKinds.indexInterior ? 12 : 8
  const room = Math.floor((pages.usableBytes - pointersAt) / 2)
  const count = Math.min(page.getUint16(3), room)
  for (let i = 0; i < count; i++) {
    const start = page.getUint16(pointersAt + 2 * i) + (kind === pageKinds.indexInterior ? 4 : 0)
    const cell = cellAt(new DataView(page.buffer, 0, pages.usableBytes), start, {
      hasRowId: kind === pageKinds.tableLeaf,
      longest: pages.pageCount * pages.pageSize,
    })
    if (cell) yield cell
  }
}

function cellAt(
  page: DataView,
  start: number,
  { hasRowId, longest }: { hasRowId: boolean; longest: number },
): Cell | null {
  const length = varintAt(page, start)
  const rowId = hasRowId && length ? varintAt(page, length.end) : length
  if (!length || !rowId || length.value > longest) return null
  const localBytes = localBytesOf(length.value, page.byteLength, hasRowId)
  const isLong = localBytes < length.value
  const localEnd = rowId.end + localBytes
  if (localEnd + (isLong ? 4 : 0) > page.byteLength) return null
  const local = new DataView(page.buffer, rowId.end, localBytes)
  const columns = columnsOf(local, length.value)
  if (!columns) return null
  return {
    rowId: hasRowId ? rowId.value : null,
    columns,
    byteCount: length.value,
    local,
    overflow: isLong ? page.getUint32(localEnd) : 0,
  }
}

/** How much of a row is on its page. */
function localBytesOf(byteCount: number, usable: number, hasRowId: boolean): number {
  const most = hasRowId ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  if (byteCount <= most) return byteCount
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const filling = least + ((byteCount - least) % (usable - 4))
  return filling <= most ? filling : least
}

/** null when they do not make the row. */
function columnsOf(local: DataView, byteCount: number): Column[] | null {
  const head = varintAt(local, 0)
  if (!head) return null
  const columns: Column[] = []
  let start = head.value
  let at = head.end
  while (at < head.value) {
    const type = varintAt(local, at)
    if (!type || columns.length === mostColumns) return null
    at = type.end
    const size = type.value < 12 ? columnSizes[type.value] : Math.floor((type.value - 12) / 2)
    if (size === undefined) return null
    append(columns, { type: type.value, start, end: start + size })
    start += size
  }
  return at === head.value && start === byteCount ? columns : null
}

/** null when it is cut off, or beyond 53 bits. */
function varintAt(bytes: DataView, start: number): { value: number; end: number } | null {
  let value = 0
  for (let at = start; at < bytes.byteLength && at < start + 9; at++) {
    const byte = bytes.getUint8(at)
    const isLast = at === start + 8
    value = isLast ? value * 0x100 + byte : value * 0x80 + (byte & 0x7f)
    if (!isLast && byte >= 0x80) continue
    return Number.isSafeInteger(value) ? { value, end: at + 1 } : null
  }
  return null
}

/** Whether a column is an integer. */
export function isInteger({ type }: Column): boolean {
  return (type > 0 && type <= 6) || type === 8 || type === 9
}

/** An integer of a row, or of its first part; null when it is not in there, or beyond 53 bits. */
export function integerOf(row: DataView, { type, start, end }: Column): number | null {
  if (type === 8 || type === 9) return type - 8
  if (end > row.byteLength) return null
  let value = row.getInt8(start)
  for (let at = start + 1; at < end; at++) value = value * 0x100 + row.getUint8(at)
  return Number.isSafeInteger(value) ? value : null
}

/** Whether a column is a blob. */
export function isBlob({ type }: Column): boolean {
  return type >= 12 && type % 2 === 0
}
