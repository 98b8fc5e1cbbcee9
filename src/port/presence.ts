/** How threads learn that the thread at the other end of a port has ended, in browsers, whose ports do not say so. */
export interface Presence {
  /** Calls `shown` with the name under which this thread can be watched, as soon as it can be. */
  show(shown: (name: string) => void): void
  /** Calls `gone` when the thread of that name ends; never if it cannot be watched. Returns a function that stops watching. */
  watch(name: string, gone: () => void): () => void
}
