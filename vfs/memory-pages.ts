/**
 * The bytes of one file in memory, copy-on-write, so that a fork costs next to nothing whatever the size.
 *
 * The bytes lie in pages of 4096, the pages in leaves of 512 (2 MiB). A fork shares all leaves. Who may write into one
 * is told by two marks: a leaf names its writer, and for each page it says whether it was made by that writer. Forking
 * gives both sides a new writer, so that every leaf, and with it every page, is foreign to both and is copied on the
 * first write.
 *
 * Invariant: bytes of the last page past the end of the file are zeros, and a page never written is absent.
 */

const pageSize = 4096
const pagesPerLeaf = 512

interface Leaf {
  readonly writer: object
  readonly pages: (Uint8Array | undefined)[]
  /** 1 where the page was made by this leaf's writer, who may then change it. */
  readonly isOwn: Uint8Array
}

/** Bytes that grow as they are written; a gap reads as zeros. */
export class MemoryPages {
  #size = 0
  #writer: object = {}
  #leaves: (Leaf | undefined)[] = []

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
    for (let done = 0; done < length;) {
      const start = (offset + done) % pageSize
      const count = Math.min(pageSize - start, length - done)
      const page = this.#writablePage((offset + done - start) / pageSize)
      page.set(count === length ? bytes : bytes.subarray(done, done + count), start)
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
    if (bytes !== undefined && leaf.isOwn[slot] === 1) return bytes
    const own = bytes === undefined ? new Uint8Array(pageSize) : new Uint8Array(bytes)
    leaf.pages[slot] = own
    leaf.isOwn[slot] = 1
    return own
  }

  #writableLeaf(index: number): Leaf {
    const leaf = this.#leaves[index]
    if (leaf?.writer === this.#writer) return leaf
    const pages = leaf?.pages.slice() ?? Array.from({ length: pagesPerLeaf }, () => undefined)
    const own = { writer: this.#writer, pages, isOwn: new Uint8Array(pagesPerLeaf) }
    while (this.#leaves.length < index) this.#leaves.push(undefined)
    this.#leaves[index] = own
    return own
  }

  /** Forgets what lies past `size`, so that growing again reads zeros. */
  #drop(size: number): void {
    const pageCount = Math.ceil(size / pageSize)
    const leafCount = Math.ceil(pageCount / pagesPerLeaf)
    this.#leaves.length = Math.min(this.#leaves.length, leafCount)
    if (this.#leaves.length < leafCount || leafCount === 0) return
    const leaf = this.#writableLeaf(leafCount - 1)
    leaf.pages.fill(undefined, pageCount - (leafCount - 1) * pagesPerLeaf)
    const rest = size % pageSize
    if (rest > 0) this.#writablePage(pageCount - 1).fill(0, rest)
  }
}
