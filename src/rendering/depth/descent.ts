/** So deep is the way down taken with JavaScript's stack, which is faster. */
const recursionLimit = 64

/** A part that is still to be made, and where it belongs. */
interface Part<From, To> {
  readonly from: From
  readonly put: (made: To) => void
}

/**
 * The way from an object through its parts and theirs, each made before the next one begins. What lies deeper than JavaScript's stack may
 * reach waits on a stack of our own, so that no depth exhausts it.
 */
export class Descent<From, To> {
  readonly #make: (from: From) => To
  readonly #waiting: Part<From, To>[] = []
  #depth = 0

  /** `make` makes one object, and calls `part()` for what is in it, in order. */
  constructor(make: (from: From) => To) {
    this.#make = make
  }

  /** Makes something with all its parts. */
  whole(from: From): To {
    const outerDepth = this.#depth
    this.#depth = 0
    const made = this.#make(from)
    this.#depth = outerDepth
    return made
  }

  /** Makes a part of what is being made. `put` gets it when it has been begun: its own parts come into it later. */
  part(from: From, put: (made: To) => void): void {
    if (this.#depth > recursionLimit) return void this.#waiting.push({ from, put })
    this.#depth++
    if (this.#depth <= recursionLimit) put(this.#make(from))
    else this.#makeDeep({ from, put })
    this.#depth--
  }

  #makeDeep(part: Part<From, To>): void {
    const bottom = this.#waiting.push(part) - 1
    while (this.#waiting.length > bottom) {
      const { from, put } = this.#waiting.pop() as Part<From, To> // There is one.
      const first = this.#waiting.length
      put(this.#make(from))
      // The last one on the stack is made first.
      const parts = this.#waiting.splice(first)
      for (let it = parts.pop(); it; it = parts.pop()) this.#waiting.push(it)
    }
  }
}
