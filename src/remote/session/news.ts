/**
 * What processes tell each other of their commits: those that have a database open that another watches notify it of each. Until they
 * do, some of theirs may go untold, so they say when they begin, and who watches reads it all again.
 */
import type { Changes } from '../../host/changes.ts'
import { allKeys } from '../../keys/key-range.ts'
import type { Change } from '../../protocol/changes.ts'
import type { NewsStatements } from '../sql/news-statements.ts'
import { numberIn } from '../wire/statement.ts'
import type { Line } from '../transaction/line.ts'
import type { Wire } from '../wire/wire.ts'
import { type Message, messageIn, messageText } from './news-text.ts'
import type { ToldWatchers } from './told-watchers.ts'

/** A database that this process has open. */
export interface ToldDatabase {
  readonly id: number
  readonly watchers: ToldWatchers
  /** Whether another process watches it, so that each commit is told. */
  isWatchedElsewhere: boolean
}

/** An open connection to it. */
interface ToldConnection {
  readonly id: string
  readonly database: ToldDatabase
  /** Resolves when the transactions that there are have ended. */
  settled(): Promise<unknown>
}

/** A transaction: what it may change. */
interface Told {
  readonly database: ToldDatabase
  readonly storeIds: readonly number[]
}

/** What it needs of a session. */
export interface NewsOptions {
  readonly client: string
  /** The name of the channel. */
  readonly channel: () => string
  readonly statements: NewsStatements
  /** The connection to the server for messages; null: there is none. */
  readonly wire: () => Wire | null
  readonly connections: () => Iterable<ToldConnection>
}

/** The owner of what others change: no connection of this process. */
const elsewhere = {}

export class News {
  readonly #options: NewsOptions
  /** Looks at who watches, one after the other. */
  #looking: Promise<void> = Promise.resolve()

  constructor(options: NewsOptions) {
    this.#options = options
  }

  /** The connection begins to watch, or does no longer. */
  note({ id, database }: ToldConnection, watches: boolean): void {
    const { statements } = this.#options
    void this.#ask(async (wire) => {
      await wire.ask(statements.watch, [id, watches])
      if (watches) await this.#say(wire, 'watch', database)
    })
  }

  /** The connection to the server for messages is a new one: some may be lost. */
  restore(): void {
    for (const connection of this.#options.connections()) {
      if (!connection.database.watchers.has(connection)) continue
      this.note(connection, true)
      connection.database.watchers.missed()
    }
  }

  /** Looks which databases are watched, and tells their commits from then on. Never rejects. */
  look(): Promise<void> {
    const { statements, client } = this.#options
    this.#looking = this.#looking.then(async () => {
      await this.#ask(async (wire) => {
        const rows = await wire.ask(statements.watched, [client])
        this.#tellOf(new Set(rows.map((row) => numberIn(row, 0))))
      })
    })
    return this.#looking
  }

  /** A notification, if it is about this. */
  heard(text: string): void {
    const message = messageIn(text)
    if (!message || message.client === this.#options.client) return
    if (message.type === 'watch') return void this.look()
    const changes = message.type === 'news' ? message.changes : null
    for (const { id, watchers } of this.#databases()) {
      if (id !== message.db) continue
      if (changes) watchers.tell(elsewhere, { list: () => [...changes] }, [])
      else watchers.missed()
    }
  }

  /** Has a transaction that is about to commit tell what it has changed; `noted` null: it may have changed all of its scope. */
  send(line: Line, { database, storeIds }: Told, noted: Changes | null): void {
    const changes =
      noted?.list() ?? storeIds.map((storeId): Change => ({ storeId, kind: 'any', range: allKeys }))
    if (changes.length === 0) return
    const { client, channel, statements } = this.#options
    const text = messageText({ type: 'news', client, db: database.id, changes })
    line.send(statements.tell, [channel(), text])
  }

  #databases(): Set<ToldDatabase> {
    return new Set(Array.from(this.#options.connections(), ({ database }) => database))
  }

  #tellOf(watched: ReadonlySet<number>): void {
    for (const database of this.#databases()) {
      const isWatched = watched.has(database.id)
      if (isWatched && !database.isWatchedElsewhere) void this.#begin(database)
      database.isWatchedElsewhere = isWatched
    }
  }

  /** Commits that are on their way are still untold. */
  async #begin(database: ToldDatabase): Promise<void> {
    database.isWatchedElsewhere = true
    const own = [...this.#options.connections()].filter((it) => it.database === database)
    await Promise.all(own.map((connection) => connection.settled()))
    const isSaid = await this.#ask((wire) => this.#say(wire, 'tells', database))
    // With the next look, which the next connection to the server begins with.
    if (!isSaid) database.isWatchedElsewhere = false
  }

  async #say(wire: Wire, type: 'watch' | 'tells', { id: db }: ToldDatabase): Promise<void> {
    const { client, channel, statements } = this.#options
    const message: Message = { type, client, db }
    await wire.ask(statements.tell, [channel(), messageText(message)])
  }

  /** Gives whether it was done: where it fails the connection is lost, and the next one makes up for it. Never rejects. */
  async #ask(work: (wire: Wire) => Promise<void>): Promise<boolean> {
    const wire = this.#options.wire()
    if (!wire) return false
    return work(wire).then(
      () => true,
      () => false,
    )
  }
}
