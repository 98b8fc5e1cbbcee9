/** Watching a database at the other end of a port. */
import type { ChangeListener, WatchedStore } from '../../protocol/changes.ts'
import type { Call } from '../messages.ts'

/** What a watch needs of the port. */
export interface WatchCaller {
  /** Gives the next id. */
  nextId(): number
  call(call: Call): void
  /** The listeners, by the ids of their watches. */
  readonly watches: Map<number, ChangeListener>
}

/** Watches over a connection, until what it gives is called or the connection is closed. */
export function watchAt(
  caller: WatchCaller,
  { id: connection, closed }: { id: number; closed: Promise<void> },
  watched: readonly WatchedStore[],
  listener: ChangeListener,
): () => void {
  const { watches } = caller
  const id = caller.nextId()
  watches.set(id, listener)
  caller.call({ type: 'watch', id, connection, watched })
  void closed.then(() => watches.delete(id))
  return () => {
    if (watches.delete(id)) caller.call({ type: 'unwatch', id })
  }
}
