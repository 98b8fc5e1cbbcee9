/** How a thread shows that it lives, where a port does not tell that the thread at its other end has ended: in browsers. */
export interface Presence {
  /** Calls `shown` with the name under which this thread can be watched, as soon as it can be. */
  show(shown: (name: string) => void): void
  /** Calls `gone` when the thread of that name ends, unless what it gives is called before; never where it cannot be watched. */
  watch(name: string, gone: () => void): () => void
}
