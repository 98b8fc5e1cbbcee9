/** What a platform offers for the microtask checkpoint, and for turns of its event loop. */
export interface CheckpointPlatform {
  /** Gives a function that has `callback` called once the microtask queue is empty. */
  afterMicrotasks(callback: () => void): () => void
  /** Gives a function that has `callback` called after the checkpoint that is coming, or in a microtask where that would take a task. */
  afterCheckpoint(callback: () => void): () => void
  /** Calls back after a turn of the event loop, in which timers and I/O were served. */
  afterTurn(callback: () => void): void
  /** Whether an event may be begun now, or had better wait for the next turn. */
  hasRoom(): boolean
  /** Has `receive` called with the messages that come to `target`. */
  listen(target: EventTarget, receive: (message: unknown) => void): void
  /**
   * Called when something waits for a callback that is coming already, which some platforms forget. True: `look` will be
   * called, in a task of its own.
   */
  wake(look: () => void): boolean
}
