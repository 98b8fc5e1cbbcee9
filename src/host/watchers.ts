/** Those who watch a database. */
import { allKeys, overlap } from '../keys/key-range.ts'
import type { Change, ChangeListener, WatchedStore } from '../protocol/changes.ts'
import type { Changes } from './changes.ts'

/** One of them. */
export interface Watcher {
  /** Its connection. */
  readonly owner: object
  readonly watched: readonly WatchedStore[]
  readonly listener: ChangeListener
}

/** One database's. */
export class Watchers {
  readonly #watchers = new Set<Watcher>()

  /** Whether anyone watches. */
  get isAwake(): boolean {
    return this.#watchers.size > 0
  }

  /** Gives what ends it. */
  add(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** The connection is closed. */
  leave(owner: object): void {
    for (const watcher of this.#watchers) {
      if (watcher.owner === owner) this.#watchers.delete(watcher)
    }
  }

  /** A transaction of the connection has committed. `changes` null: it had begun before anyone watched, and may have changed all of its scope. */
  tell(owner: object, changes: Pick<Changes, 'list'> | null, storeIds: readonly number[]): void {
    const all =
      changes?.list() ??
      storeIds.map((storeId): Change => ({ storeId, kind: 'any', range: allKeys }))
    for (const watcher of this.#watchers) {
      const told = all.filter((change) => isWatched(change, watcher.watched))
      if (told.length > 0) watcher.listener.changed(told, watcher.owner === owner)
    }
  }
}

function isWatched({ storeId, range }: Change, watched: readonly WatchedStore[]): boolean {
  const store = watched.find((it) => it.storeId === storeId)
  if (!store) return false
  return store.ranges === null || store.ranges.some((it) => overlap(it, range))
}
