/** The transactions of the last minute that have committed changes, of all who use a database. */
import { observe } from '../../src/extras/observe.ts'
import type { Observed, RecordChange } from '../../src/extras/observed.ts'
import type { Activity, Commit, StoreSecond } from './source.ts'

const minuteMs = 60_000
const mostCommits = 50

export class RecentCommits {
  readonly #ofDatabases = new Map<string, CommitsOfDatabase>()
  readonly #listener: () => void

  /** The listener is called after each commit. */
  constructor(listener: () => void) {
    this.#listener = listener
  }

  /** Begins to observe a database, until the connection is closed; one of a browser's own tells nothing, nor does one that is closed already. */
  follow(connection: IDBDatabase): void {
    const commits = this.#ofDatabases.get(connection.name) ?? new CommitsOfDatabase()
    try {
      // One of this package, under a type that needs no DOM, or another, which is refused.
      observe(connection as unknown as Parameters<typeof observe>[0], {}, (observed) => {
        commits.note(observed)
        this.#listener()
      })
      this.#ofDatabases.set(connection.name, commits)
    } catch (error) {
      const isClosed = error instanceof DOMException && error.name === 'InvalidStateError'
      if (!(error instanceof TypeError) && !isClosed) throw error
    }
  }

  /** The next own transaction that is told of took this time. */
  noteOwn(database: string, tookMs: number): void {
    this.#ofDatabases.get(database)?.own.push(tookMs)
  }

  /** null: the database is not observed. */
  of(database: string): Activity | null {
    return this.#ofDatabases.get(database)?.lastMinute() ?? null
  }

  get isFollowing(): boolean {
    return this.#ofDatabases.size > 0
  }
}

class CommitsOfDatabase {
  /** How long own transactions took that are yet to be told of. */
  readonly own: number[] = []
  readonly #sinceMs = Date.now()
  #seconds: StoreSecond[] = []
  #latest: Commit[] = []
  #missedMs: number | null = null

  note(observed: Observed): void {
    const atMs = Date.now()
    if (observed.type === 'missed') return void (this.#missedMs = atMs)
    const stores = countedChanges(observed.changes)
    const tookMs = observed.isOwn ? (this.own.shift() ?? null) : null
    this.#latest = [{ atMs, stores, isOwn: observed.isOwn, tookMs }, ...this.#latest]
    this.#latest.length = Math.min(this.#latest.length, mostCommits)
    this.#forget(atMs)
    for (const { store, changes } of stores) this.#noteSecond(atMs, store, changes ?? 1_000)
  }

  lastMinute(): Activity {
    const nowMs = Date.now()
    this.#forget(nowMs)
    const [sinceMs, missedMs] = [this.#sinceMs, this.#missedMs]
    return { nowMs, sinceMs, missedMs, seconds: [...this.#seconds], latest: [...this.#latest] }
  }

  #noteSecond(atMs: number, store: string, changes: number): void {
    const startMs = Math.floor(atMs / 1_000) * 1_000
    const at = this.#seconds.findLastIndex((it) => it.startMs === startMs && it.store === store)
    const before = this.#seconds[at]
    if (!before) this.#seconds.push({ store, startMs, transactions: 1, changes })
    else {
      const { transactions } = before
      const both = before.changes + changes
      this.#seconds[at] = { ...before, transactions: transactions + 1, changes: both }
    }
  }

  #forget(nowMs: number): void {
    const fromMs = nowMs - minuteMs
    this.#seconds = this.#seconds.filter(({ startMs }) => startMs >= fromMs - 1_000)
    this.#latest = this.#latest.filter(({ atMs }) => atMs >= fromMs)
    if (this.#missedMs !== null && this.#missedMs < fromMs) this.#missedMs = null
  }
}

/** `changes` null: more than are told one by one. */
function countedChanges(changes: readonly RecordChange[]): Commit['stores'] {
  const counts = new Map<string, number | null>()
  for (const { store, kind } of changes) {
    const before = counts.get(store) ?? 0
    counts.set(store, kind === 'any' || counts.get(store) === null ? null : before + 1)
  }
  return Array.from(counts, ([store, count]) => ({ store, changes: count }))
}
