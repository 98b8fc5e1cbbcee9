/** Those who watch a database that other processes change, too. */
import { type Watcher, Watchers } from '../../host/watchers.ts'

export class ToldWatchers extends Watchers {
  readonly #all = new Set<Watcher>()

  override add(watcher: Watcher): () => void {
    const leave = super.add(watcher)
    this.#all.add(watcher)
    return () => {
      leave()
      this.#all.delete(watcher)
    }
  }

  override leave(owner: object): void {
    super.leave(owner)
    for (const watcher of this.#all) if (watcher.owner === owner) this.#all.delete(watcher)
  }

  /** Whether the connection watches. */
  has(owner: object): boolean {
    for (const watcher of this.#all) if (watcher.owner === owner) return true
    return false
  }

  /** There may have been commits that nothing is known of. */
  missed(): void {
    for (const { listener } of this.#all) listener.missed()
  }
}
