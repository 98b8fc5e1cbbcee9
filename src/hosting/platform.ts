/** What the composition needs of the platform it runs on. */
import type { Presence } from '../port/presence.ts'
import type { PlatformDefaults, Settings } from '../options/options.ts'
import type { Vfs } from '../files/vfs.ts'
import type { StartedWorker, WorkerListener } from './worker-messages.ts'

/** One kind of runtime: Node and its kin, or pages and workers. */
export interface Platform extends PlatformDefaults {
  /** Why the VFS can keep nothing in this thread, as can be seen at once; null: it may be able to. */
  denialOf(vfs: Vfs): string | null
  /** The compiled engine. Called once; a failure is tried again at the next use. */
  loadWasm(): Promise<WebAssembly.Module>
  /** Starts a worker that hosts, or takes one the user has started. @throws if it can be seen at once that it cannot be */
  startWorker(choice: Exclude<Settings['worker'], false>, listener: WorkerListener): StartedWorker
  /** How threads show that they live; null where ports tell. */
  readonly presence: Presence | null
  /** An object all realms of this thread share, so that a module loaded twice still has one registry. */
  readonly shared: object
}
