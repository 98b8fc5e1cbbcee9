/**
 * How a core object gets into the handle that is made for it. Script may call the same constructor, and then nothing is
 * handed over.
 */
export class Handover<Core> {
  #core: Core | null = null

  /** Makes the handle of a core object. */
  make<Handle>(handleClass: new () => Handle, core: Core): Handle {
    this.give(core)
    try {
      return new handleClass()
    } finally {
      this.end()
    }
  }

  /**
   * The halves of `make()`, for handles that are made often: an engine builds the call of one class into its caller, and that of any
   * class it is given not.
   */
  give(core: Core): void {
    this.#core = core
  }

  /** Where the making was cut off, script must not get it. */
  end(): void {
    this.#core = null
  }

  /** For constructors: what is handed over. @throws TypeError when script has called the constructor */
  take(): Core {
    const core = this.#core
    if (core === null) throw new TypeError('Illegal constructor')
    this.#core = null
    return core
  }
}
