import type { VfsDirectory } from '../../src/files/vfs.ts'

/** A directory of the origin private file system: others can wait in line for it, however long that takes. */
export interface QueueingDirectory extends VfsDirectory {
  /** In its one normal form. */
  readonly path: string
  /** As `lock()`, when its turn comes. Rejects with the signal's reason once that is aborted. */
  lockInTurn(signal: AbortSignal): Promise<void>
  /** Frees it at once, as the end of this thread would: what has its files open can do nothing more with them. */
  abandon(): void
}
