/** How the hosts of directories are made. */
import type { Settings } from '../options/options.ts'
import type { ClosableHost } from '../protocol/protocol.ts'

/** A host that was made. */
export interface MadeHost {
  readonly host: ClosableHost
  /** Releases what it holds, once it can no longer be reached; must not refer to it. */
  readonly giveBack: () => void
}

/** How hosts of one kind, in this thread or in a worker, are made. */
export interface Sharing {
  /** Makes the host of the directory in the settings. The host touches the directory at its first request. */
  make(settings: Settings): MadeHost
}
