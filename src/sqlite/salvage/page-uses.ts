/**
 * Which pages of a damaged file are a tree's: what is left on others has been deleted, or is an older version of what stands elsewhere.
 * A file whose free pages can be given back says of each page what it is for, on pages of their own. Every file has a list of what is
 * free, which is asked where there is no such page, or where it cannot be read.
 * https://sqlite.org/fileformat.html#pointer_map_or_ptrmap_pages
 */
import type { PageFile } from './page-file.ts'

/** `unknown`: what says so cannot be read. */
export type PageUse = 'tree' | 'other' | 'unknown'

/** The kind of use, and four bytes of a page that leads there. */
const entrySize = 5
const kinds = { root: 1, free: 2, child: 5 }

/** Where SQLite keeps its locks: the page there holds nothing. */
const lockedByte = 0x4000_0000

/** Where the first page says these things, four bytes each. */
const [freeAt, freeCountAt, largestRootAt] = [32, 36, 52]

/** What pages are used for. */
export class PageUses {
  readonly #pages: PageFile
  readonly #perMap: number
  readonly #lockedPage: number
  readonly #hasMaps: boolean
  readonly #free: ReadonlySet<number>
  /** The map that was asked last; null: it cannot be read. */
  #map: DataView | null = null
  #mapPage = 0

  constructor(pages: PageFile) {
    this.#pages = pages
    this.#perMap = Math.floor(pages.usableBytes / entrySize)
    this.#lockedPage = lockedByte / pages.pageSize + 1
    this.#hasMaps = (pages.read(1)?.getUint32(largestRootAt) ?? 0) !== 0
    this.#free = freePages(pages)
  }

  of(page: number): PageUse {
    if (this.#free.has(page)) return 'other'
    if (!this.#hasMaps) return 'unknown'
    const mapPage = this.#mapPageOf(page)
    if (mapPage === page) return 'other'
    if (mapPage !== this.#mapPage) {
      this.#mapPage = mapPage
      this.#map = this.#readMap(mapPage)
    }
    if (!this.#map) return 'unknown'
    const kind = this.#map.getUint8(entryAt(page, mapPage))
    return kind === kinds.root || kind === kinds.child ? 'tree' : 'other'
  }

  /** The page whose map has that page, or is that page. */
  #mapPageOf(page: number): number {
    const first = Math.floor((page - 2) / (this.#perMap + 1)) * (this.#perMap + 1) + 2
    return first === this.#lockedPage ? first + 1 : first
  }

  /** null when an entry of it can be none: then none is believed. */
  #readMap(mapPage: number): DataView | null {
    const map = this.#pages.read(mapPage)
    if (!map) return null
    const end = Math.min(mapPage + this.#perMap, this.#pages.pageCount)
    for (let page = mapPage + 1; page <= end; page++) {
      if (page !== this.#lockedPage && !this.#isEntry(map, entryAt(page, mapPage))) return null
    }
    return map
  }

  #isEntry(map: DataView, at: number): boolean {
    const [kind, parent] = [map.getUint8(at), map.getUint32(at + 1)]
    if (kind === kinds.root || kind === kinds.free) return parent === 0
    return kind <= kinds.child && kind > 0 && parent > 0 && parent <= this.#pages.pageCount
  }
}

function entryAt(page: number, mapPage: number): number {
  return (page - mapPage - 1) * entrySize
}

/** As far as the list can be read. */
function freePages(pages: PageFile): Set<number> {
  const free = new Set<number>()
  const first = pages.read(1)
  let left = first?.getUint32(freeCountAt) ?? 0
  let next = first?.getUint32(freeAt) ?? 0
  while (left > 0 && !free.has(next)) {
    const list = pages.read(next)
    const count = list?.getUint32(4) ?? 0
    if (!list || count >= left || 4 * count > pages.usableBytes - 8) break
    free.add(next)
    for (let i = 0; i < count; i++) free.add(list.getUint32(8 + 4 * i))
    left -= count + 1
    next = list.getUint32(0)
  }
  return free
}
