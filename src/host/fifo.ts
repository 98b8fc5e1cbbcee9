/** First in, first out, in constant time however long it gets; what has left is let go of. */
export class Fifo<Item> {
  #items: Item[] = []
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
    this.#head++
    if (this.#head * 2 >= this.#items.length) this.#cutOff()
    return first
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }

  /** Half of it has left, or more: each item is moved once on average. */
  #cutOff(): void {
    this.#items.splice(0, this.#head)
    this.#head = 0
  }
}
