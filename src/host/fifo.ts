/** First in, first out, in constant time however long it gets; what has left is let go of. */
export class Fifo<Item> {
  /** undefined where an item has left. */
  #items: (Item | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  /** undefined when empty. */
  first(): Item | undefined {
    return this.#items[this.#head]
  }

  /** Removes the first item; undefined when empty. */
  shift(): Item | undefined {
    const first = this.#items[this.#head]
    if (first === undefined) return undefined
    this.#items[this.#head++] = undefined
    if (this.#head * 2 >= this.#items.length) this.#cutOff()
    return first
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }

  /** Half of the places are empty, or more: each item is moved once on average. */
  #cutOff(): void {
    this.#items.splice(0, this.#head)
    this.#head = 0
  }
}
