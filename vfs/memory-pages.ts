/**
 * The bytes of one file in memory, copy-on-write, so that a fork costs next to nothing whatever the size.
 *
 * The bytes lie in pages of 4096, the pages in leaves of 512 (2 MiB). A fork shares all leaves. Who may write into one
 * is told by two marks: a leaf names its writer, and for each page it says whether it was made by that writer. Forking
 * gives both sides a new writer, so that every leaf, and with it every page, is foreign to both and is copied on the
 * first write.
 *
 * Pages are cut from slabs of up to 64, as many small buffers are slow to make and to let go of.
 *
 * Invariant: bytes of the last page past the end of the file are zeros, and a page never written is absent.
 */
import { setElement } from '../src/base/own-property.ts'

const pageSize = 4096
const pagesPerLeaf = 512
const largestSlab = 64

interface Leaf {
  readonly writer: object
  readonly pages: (Uint8Array | undefined)[]
  /** True where the page was made by this leaf's writer, who may then change it. */
  readonly isOwn: (boolean | undefined)[]
}

/** Bytes that grow as they are written; a gap reads as zeros. */
export class MemoryPages {
  #size = 0
  #writer: object = {}
  #leaves: (Leaf | undefined)[] = []
  /** Zeros, of which pages have yet to be made. */
  #slab = new Uint8Array(0)

  get size(): number {
    return this.#size
  }

  /** An independent copy that shares every page not written since, on either side. */
  fork(): MemoryPages {
    const copy = new MemoryPages()
    copy.#size = this.#size
    copy.#leaves = this.#leaves.slice()
    this.#writer = {}
    return copy
  }

  /** Fills `into` from `offset`; returns how many bytes there were. */
  read(into: Uint8Array, offset: number): number {
    const length = Math.min(into.length, this.#size - offset)
    if (length <= 0) return 0
    for (let done = 0; done < length;) {
      const start = (offset + done) % pageSize
      const count = Math.min(pageSize - start, length - done)
      this.#readPage(into, { done, page: (offset + done - start) / pageSize, start, count })
      done += count
    }
    return length
  }

  /** Writes all of `bytes` at `offset`. */
  write(bytes: Uint8Array, offset: number): void {
    const { length } = bytes
    if (length > pageSize) this.#reserve(Math.ceil(length / pageSize) + 1)
    for (let done = 0; done < length;) {
      const start = (offset + done) % pageSize
      const count = Math.min(pageSize - start, length - done)
      const part = count === length ? bytes : bytes.subarray(done, done + count)
      this.#writablePage((offset + done - start) / pageSize).set(part, start)
      done += count
    }
    if (length > 0) this.#size = Math.max(this.#size, offset + length)
  }

  truncate(size: number): void {
    if (size < this.#size) this.#drop(size)
    this.#size = size
  }

  #readPage(into: Uint8Array, span: { done: number; page: number; start: number; count: number }) {
    const { done, page, start, count } = span
    const bytes = this.#leaves[Math.floor(page / pagesPerLeaf)]?.pages[page % pagesPerLeaf]
    if (bytes === undefined) into.fill(0, done, done + count)
    else into.set(count === pageSize ? bytes : bytes.subarray(start, start + count), done)
  }

  #writablePage(page: number): Uint8Array {
    const leaf = this.#writableLeaf(Math.floor(page / pagesPerLeaf))
    const slot = page % pagesPerLeaf
    const bytes = leaf.pages[slot]
    if (bytes !== undefined && leaf.isOwn[slot]) return bytes
    const own = this.#newPage()
    if (bytes !== undefined) own.set(bytes)
    setElement(leaf.pages, slot, own)
    setElement(leaf.isOwn, slot, true)
    return own
  }

  #newPage(): Uint8Array {
    if (this.#slab.length === 0) this.#reserve(1)
    const page = this.#slab.subarray(0, pageSize)
    this.#slab = this.#slab.subarray(pageSize)
    return page
  }

  /** Makes room for some pages, and for an eighth of the file more. */
  #reserve(pageCount: number): void {
    if (this.#slab.length >= pageCount * pageSize) return
    const grown = Math.min(Math.ceil(this.#size / pageSize / 8), largestSlab)
    this.#slab = new Uint8Array(Math.max(pageCount, grown) * pageSize)
  }

  #writableLeaf(index: number): Leaf {
    const leaf = this.#leaves[index]
    if (leaf?.writer === this.#writer) return leaf
    // Both arrays grow as pages are written: most files stay far below a leaf.
    const own: Leaf = { writer: this.#writer, pages: leaf?.pages.slice() ?? [], isOwn: [] }
    setElement(this.#leaves, index, own)
    return own
  }

  /** Forgets what lies past `size`, so that growing again reads zeros. */
  #drop(size: number): void {
    const pageCount = Math.ceil(size / pageSize)
    const leafCount = Math.ceil(pageCount / pagesPerLeaf)
    this.#leaves.length = Math.min(this.#leaves.length, leafCount)
    if (this.#leaves.length < leafCount || leafCount === 0) return
    const leaf = this.#writableLeaf(leafCount - 1)
    const keptPages = pageCount - (leafCount - 1) * pagesPerLeaf
    leaf.pages.length = Math.min(leaf.pages.length, keptPages)
    const rest = size % pageSize
    if (rest > 0) this.#writablePage(pageCount - 1).fill(0, rest)
  }
}
