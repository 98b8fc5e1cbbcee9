/** How long parts of a suite may take, and what they wait for. */

/** Gives each part the same time. */
export class Deadline {
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  /**
   * Does `part`, which may say what it waits for by `step`.
   *
   * @throws Error where it takes too long, with its name and step; and what `part` throws
   */
  async of<Result>(
    name: string,
    part: (step: (name: string) => void) => Promise<Result>,
  ): Promise<Result> {
    let waitsFor = 'its beginning'
    let timer: ReturnType<typeof setTimeout> | undefined
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`${name} hangs: after ${this.#ms / 1000} s it waits for ${waitsFor}`))
      }, this.#ms)
    })
    try {
      return await Promise.race([part((step) => (waitsFor = step)), over])
    } finally {
      clearTimeout(timer)
    }
  }
}
