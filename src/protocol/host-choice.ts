/** How a factory comes to a host that is not on a storage directory. */
import type { Failure } from '../errors.ts'
import type { Host } from './protocol.ts'

/** Where a user gets its host from. */
export interface HostSource {
  /**
   * Calls `ask` with the host as soon as it can be used (at once, or when it has closed), otherwise `failed`. Callers that have to
   * wait are served in order. From `ask` on the host is held: it does not close before `letGo`.
   */
  enter(ask: (host: Host) => void, failed: (reason: Failure) => void): void
  /** Holds it once more, while it is held. */
  hold(): void
  letGo(): void
  /**
   * Its user is being closed, and does not enter before it is. Where that is so of all users that hold the host, they no longer wait for
   * what cannot be reached. Left out: there is nothing of that kind.
   */
  closing?(): void
  /** Closes the host unless other users hold it. */
  release(): Promise<void>
}

/** What the option `host` takes. */
export interface HostChoice {
  /** The host's source. `onWarning`: takes what answers no call. */
  sourceFor(onWarning: (warning: Error) => void): HostSource
}
