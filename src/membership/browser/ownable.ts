/** What can stand in line for a directory. */
import type { FoundOwn, Owning } from '../peer.ts'
import type { KeptNote } from './parting/note-box.ts'

/** One that waits for the ownership from its making on: this thread, or a worker that it has started. */
export interface Ownable {
  /** Resolves when it has the ownership. Rejects when it cannot get it: its worker cannot be started, there is no such file system. */
  readonly owned: Promise<void>
  /** Executes the notes, and begins to serve. To be called once, after `owned`. */
  own(owning: Owning, notes: readonly KeptNote[]): Promise<FoundOwn>
  /** Gives up its place, or the directory, where it has not begun to serve. */
  end(): void
}
