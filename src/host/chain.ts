/** Something that can be in one chain at a time; both fields are the chain's. */
export interface Chained {
  /** null for the first, and outside of a chain. */
  previous: this | null
  /** null for the last, and outside of a chain. */
  next: this | null
}

/**
 * Items in the order of adding, each of which leaves in constant time. No set: one that each enters and leaves keeps many from
 * being collected.
 */
export class Chain<Item extends Chained> {
  #first: Item | null = null
  #last: Item | null = null

  get first(): Item | null {
    return this.#first
  }

  add(item: Item): void {
    item.previous = this.#last
    if (this.#last) this.#last.next = item
    else this.#first = item
    this.#last = item
  }

  /** Does nothing to one that has left. */
  remove(item: Item): void {
    const { previous, next } = item
    if (!previous && this.#first !== item) return
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    item.previous = null
    item.next = null
  }
}
