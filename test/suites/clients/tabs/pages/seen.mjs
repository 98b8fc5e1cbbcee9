/** What an observer has been told, to be waited for. */
export class Seen {
  #values = []
  #waiting = new Set()

  add(value) {
    this.#values.push(value)
    for (const check of this.#waiting) check()
  }

  get all() {
    return this.#values
  }

  /** Resolves when the last that came is that. */
  until(value) {
    const wanted = JSON.stringify(value)
    return this.#wait(() => JSON.stringify(this.#values.at(-1)) === wanted)
  }

  /** Resolves when that has come. */
  untilCame(text) {
    return this.#wait(() => this.#values.includes(text))
  }

  #wait(hasCome) {
    return new Promise((resolve) => {
      const check = () => {
        if (!hasCome()) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }
}
