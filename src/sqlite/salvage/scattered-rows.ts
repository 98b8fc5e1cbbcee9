/**
 * Records and large values by the pages that they lie on, wherever in the file these are: the pages that led to them may be
 * damaged. Rows of each table look like no other's.
 */
import { append } from '../../base/own-property.ts'
import { type Cell, cellsOn, integerOf, isBlob, isInteger } from './page-cells.ts'
import type { PageFile } from './page-file.ts'
import { PageUses } from './page-uses.ts'

/** A row of `records`. */
export interface RecordRow {
  readonly key: Uint8Array
  /** null: in `large_values`, or there is none. */
  readonly value: Uint8Array | null
  readonly largeId: number | null
  readonly indexKeys: Uint8Array | null
}

/** Where the records of a store lie. */
interface StorePlaces {
  readonly pages: number[]
  rowCount: number
}

/** Rows of one file, looked for when they are first asked for. */
export class ScatteredRows {
  readonly #pages: PageFile
  readonly #stores: ReadonlyMap<number, StorePlaces>
  /** Of pages that are known to be in use, and of others. */
  readonly #largeValues = [new LargeValuePages(), new LargeValuePages()] as const
  #isScanned = false
  /** How many pages may still be read for the rest of long rows. In a sound file each of them is read once or twice. */
  #overflowLeft: number

  /** `storeIds`: of the stores there are. */
  constructor(pages: PageFile, storeIds: Iterable<number>) {
    this.#pages = pages
    const stores = new Map<number, StorePlaces>()
    for (const id of storeIds) stores.set(id, { pages: [], rowCount: 0 })
    this.#stores = stores
    this.#overflowLeft = 4 * pages.pageCount
  }

  /** How many rows of a store there are, those included of which a part cannot be read. */
  countOf(storeId: number): number {
    return this.#places().get(storeId)?.rowCount ?? 0
  }

  /** The pages with a store's records; first those that are known to be in use. */
  pagesOf(storeId: number): readonly number[] {
    return this.#places().get(storeId)?.pages ?? []
  }

  /** The store's rows on a page, in their order; null for one of which a part cannot be read. */
  *rowsOn(page: number, storeId: number): Generator<RecordRow | null> {
    for (const cell of cellsOn(this.#pages, page)) {
      if (storeIdOf(cell) === storeId) yield this.#recordIn(cell)
    }
  }

  /** null: it is not there, or a part of it cannot be read. */
  largeValue(id: number): Uint8Array | null {
    this.#places()
    for (const places of this.#largeValues) {
      const cell = this.#largeValueOn(places.pageOf(id), id)
      const bytes = cell && this.#bytesOf(cell)
      if (bytes) return partOf(bytes, cell, 1)
    }
    return null
  }

  #largeValueOn(page: number, id: number): Cell | null {
    for (const cell of cellsOn(this.#pages, page)) {
      if (cell.rowId === id && isLargeValue(cell)) return cell
    }
    return null
  }

  #places(): ReadonlyMap<number, StorePlaces> {
    if (this.#isScanned) return this.#stores
    this.#isScanned = true
    const uses = new PageUses(this.#pages)
    const doubtful: number[] = []
    const [inUse, others] = this.#largeValues
    for (let page = 2; page <= this.#pages.pageCount; page++) {
      const use = uses.of(page)
      if (use === 'tree') this.#note(page, inUse)
      if (use === 'unknown') append(doubtful, page)
    }
    for (const page of doubtful) this.#note(page, others)
    for (const it of this.#largeValues) it.sort()
    return this.#stores
  }

  #note(page: number, largeValues: LargeValuePages): void {
    let hasLargeValues = false
    for (const cell of cellsOn(this.#pages, page)) {
      const storeId = storeIdOf(cell)
      if (storeId !== null) this.#noteRecord(storeId, page)
      if (hasLargeValues || cell.rowId === null || !isLargeValue(cell)) continue
      hasLargeValues = true
      largeValues.add(cell.rowId, page)
    }
  }

  #noteRecord(storeId: number, page: number): void {
    const places = this.#stores.get(storeId)
    if (!places) return
    places.rowCount++
    if (places.pages.at(-1) !== page) append(places.pages, page)
  }

  #recordIn(cell: Cell): RecordRow | null {
    const bytes = this.#bytesOf(cell)
    const largeId = cell.columns[2]
    if (!bytes || !largeId) return null
    return {
      key: partOf(bytes, cell, 1) ?? new Uint8Array(0),
      largeId: isInteger(largeId) ? integerOf(new DataView(bytes.buffer), largeId) : null,
      indexKeys: partOf(bytes, cell, 3),
      value: partOf(bytes, cell, 4),
    }
  }

  /** The whole row; null when a part of it cannot be read. */
  #bytesOf({ byteCount, local, overflow }: Cell): Uint8Array<ArrayBuffer> | null {
    const { usableBytes } = this.#pages
    const parts = [new Uint8Array(local.buffer, local.byteOffset, local.byteLength)]
    let next = overflow
    for (let left = byteCount - local.byteLength; left > 0; left -= usableBytes - 4) {
      const page = this.#overflowLeft-- > 0 ? this.#pages.read(next) : null
      if (!page) return null
      append(parts, new Uint8Array(page.buffer, 4, Math.min(left, usableBytes - 4)))
      next = page.getUint32(0)
    }
    // The last page of a row leads to none: another number there says that the page is another's.
    return next === 0 ? joined(parts, byteCount) : null
  }
}

/** Where large values lie, by the first on each page: those on a page follow each other. */
class LargeValuePages {
  readonly #pages: { readonly firstId: number; readonly page: number }[] = []

  add(firstId: number, page: number): void {
    append(this.#pages, { firstId, page })
  }

  sort(): void {
    this.#pages.sort((a, b) => a.firstId - b.firstId)
  }

  /** The page that has the value, if one has; 0: none can. */
  pageOf(id: number): number {
    let [from, to] = [0, this.#pages.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#pages[middle]?.firstId ?? 0) <= id) from = middle + 1
      else to = middle
    }
    return this.#pages[from - 1]?.page ?? 0
  }
}

function joined(parts: readonly Uint8Array[], byteCount: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteCount)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** A copy of a blob; null when the column is NULL. */
function partOf(row: Uint8Array, { columns }: Cell, index: number): Uint8Array | null {
  const column = columns[index]
  return column && isBlob(column) ? row.slice(column.start, column.end) : null
}

/** null when it is no row of `records`. */
function storeIdOf(cell: Cell): number | null {
  const [store, key, largeId, indexKeys, value, ...rest] = cell.columns
  if (cell.rowId !== null || !store || !key || !largeId || !indexKeys || !value) return null
  const hasTypes =
    isInteger(store) &&
    isBlob(key) &&
    (largeId.type === 0 || isInteger(largeId)) &&
    [indexKeys, value].every((it) => it.type === 0 || isBlob(it)) &&
    rest.length === 0
  return hasTypes ? integerOf(cell.local, store) : null
}

function isLargeValue({ columns: [id, value, ...rest] }: Cell): boolean {
  return rest.length === 0 && id?.type === 0 && value !== undefined && isBlob(value)
}
