/** An entry of a queue. A class, as objects of a literal that wait for long would be made old. */
class Link<Item> {
  readonly item: Item
  next: Link<Item> | null = null

  constructor(item: Item) {
    this.item = item
  }
}

/**
 * First in, first out, in constant time however long it gets; what has left is let go of. No array: a setter that script has put
 * on its prototype would be called.
 */
export class Fifo<Item> {
  #first: Link<Item> | null = null
  #last: Link<Item> | null = null
  #length = 0

  get length(): number {
    return this.#length
  }

  push(item: Item): void {
    const link = new Link(item)
    if (this.#last) this.#last.next = link
    else this.#first = link
    this.#last = link
    this.#length++
  }

  /** undefined when empty. */
  first(): Item | undefined {
    return this.#first?.item
  }

  /** Removes the first item; undefined when empty. */
  shift(): Item | undefined {
    const link = this.#first
    if (!link) return undefined
    this.#first = link.next
    if (!this.#first) this.#last = null
    // A link that has become old must not keep those that came after it.
    link.next = null
    this.#length--
    return link.item
  }

  clear(): void {
    this.#first = null
    this.#last = null
    this.#length = 0
  }
}
