/** What a connection watches, over changes of owner: each owner is asked for it anew. */
import type { ChangeListener, WatchedStore } from '../../protocol/changes.ts'
import type { HostConnection } from '../../protocol/protocol.ts'

interface Watch {
  readonly watched: readonly WatchedStore[]
  readonly listener: ChangeListener
  /** Ends it at the owner of the moment. */
  stop: () => void
}

export class Watches {
  readonly #watches = new Set<Watch>()
  /** null: the connection is at none. */
  #host: HostConnection | null = null

  /** Gives what ends it. */
  add(watched: readonly WatchedStore[], listener: ChangeListener): () => void {
    const stop = this.#host?.watch(watched, listener) ?? (() => {})
    const watch: Watch = { watched, listener, stop }
    this.#watches.add(watch)
    return () => {
      if (this.#watches.delete(watch)) watch.stop()
    }
  }

  /** The connection is at a host. What was committed since it left the former one it cannot tell. */
  attached(host: HostConnection): void {
    this.#host = host
    for (const watch of this.#watches) {
      watch.stop = host.watch(watch.watched, watch.listener)
      watch.listener.missed()
    }
  }

  /** It is at none. */
  left(): void {
    this.#host = null
    for (const watch of this.#watches) watch.stop = () => {}
  }

  /** It is closed. */
  close(): void {
    this.left()
    this.#watches.clear()
  }
}
