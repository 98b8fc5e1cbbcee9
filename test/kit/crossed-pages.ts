/**
 * Makes a sound file one whose pages refer to each other: above a table's first leaf come levels of interior pages, each
 * of which has the one page below it as all of its children. Every page by itself is sound, and the leaf's rows are met as
 * often as the number of children to the power of the levels.
 * https://sqlite.org/fileformat.html#b_tree_pages
 */

const pageBytes = 4096
const interiorIndexPage = 2
const leafIndexPage = 10

/** The root pages of the tables without rowids in a file of ours, counted from 1. */
const rootPages = { records: 6, index_records: 8 }

/** A table whose pages can refer to each other. */
export type SharedTable = keyof typeof rootPages

/** How pages are to refer to each other. */
export interface SharedPages {
  readonly table: SharedTable
  /** At most 20 in all are followed. */
  readonly levels: number
  /** How often each page is a child of the one above it, at least 2. */
  readonly children: number
}

/** The file with such pages in the place of the table's root. */
export function withSharedPages(
  file: Uint8Array,
  { table, levels, children }: SharedPages,
): Uint8Array {
  const rootPage = rootPages[table]
  const cell = firstCell(leafBelow(file, rootPage))
  const pageCount = file.length / pageBytes
  const grown = new Uint8Array(file.length + levels * pageBytes)
  grown.set(file)
  grown.set(leafBelow(file, rootPage), file.length)
  for (let level = 1; level <= levels; level++) {
    const page = interiorPage(cell, { child: pageCount + level, cellCount: children - 1 })
    const number = level === levels ? rootPage : pageCount + level + 1
    grown.set(page, (number - 1) * pageBytes)
  }
  new DataView(grown.buffer).setUint32(28, pageCount + levels)
  return grown
}

/** The first leaf of a table. */
function leafBelow(file: Uint8Array, pageNumber: number): Uint8Array {
  const page = file.subarray((pageNumber - 1) * pageBytes, pageNumber * pageBytes)
  if (page[0] === leafIndexPage) return page
  const view = viewOf(page)
  return leafBelow(file, view.getUint32(view.getUint16(12)))
}

/** The payload of a leaf's first row, its size before it in one byte or two. */
function firstCell(leaf: Uint8Array): Uint8Array {
  const start = viewOf(leaf).getUint16(8)
  const [high = 0, low = 0] = leaf.subarray(start)
  const size = high < 128 ? 1 + high : 2 + (high - 128) * 128 + low
  return leaf.subarray(start, start + size)
}

function interiorPage(
  cell: Uint8Array,
  { child, cellCount }: { child: number; cellCount: number },
): Uint8Array {
  const page = new Uint8Array(pageBytes)
  const view = viewOf(page)
  const cellBytes = 4 + cell.length
  const contentStart = pageBytes - cellCount * cellBytes
  view.setUint8(0, interiorIndexPage)
  view.setUint16(3, cellCount)
  view.setUint16(5, contentStart)
  view.setUint32(8, child)
  for (let i = 0; i < cellCount; i++) {
    const start = contentStart + i * cellBytes
    view.setUint16(12 + 2 * i, start)
    view.setUint32(start, child)
    page.set(cell, start + 4)
  }
  return page
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
