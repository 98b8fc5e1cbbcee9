/** The copies of one database, which are made one after another. */

/** One of them. */
export interface QueuedCopy {
  readonly isOver: boolean
  /** It is its turn. */
  begin(): void
}

export class Copies {
  /** The first is being made. */
  readonly #queue: QueuedCopy[] = []

  add(copy: QueuedCopy): void {
    if (copy.isOver) return
    this.#queue.push(copy)
    if (this.#queue.length === 1) copy.begin()
  }

  /** It is over, or has never begun. */
  remove(copy: QueuedCopy): void {
    const place = this.#queue.indexOf(copy)
    if (place < 0) return
    this.#queue.splice(place, 1)
    if (place === 0) this.#queue[0]?.begin()
  }
}
