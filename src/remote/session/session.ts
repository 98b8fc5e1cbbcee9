/**
 * This process, as the others that use the schema see it: a row that it renews, and that is deleted once it was not renewed for long. Its
 * open connections belong to it, so that those who want to upgrade or delete a database know whom to ask, and for whom to wait.
 */
import { type Failure, failure } from '../../errors.ts'
import type { Holder } from '../../protocol/blockers.ts'
import type { OpenConnection } from './open-connection.ts'
import { againAfterLoss } from '../after-loss.ts'
import { checkTables } from '../setup/check-tables.ts'
import type { Pool } from '../pool.ts'
import { remoteFailure } from '../server-failures.ts'
import type { Sql } from '../sql/sql.ts'
import { listenTo, serverStart, standbys } from '../sql/meta.ts'
import { messageSettings } from '../sql/settings.ts'
import type { Connector } from '../wire/connect.ts'
import { hurry } from '../wire/hurry.ts'
import { numberIn, type Row, textIn } from '../wire/statement.ts'
import { lostInBetween, type Wire } from '../wire/wire.ts'
import type { Absences } from './absences.ts'
import { Answers } from './answers.ts'
import { atEnd, noLongerAtEnd } from './at-end.ts'
import { forgottenMs, leaseMs } from './lease.ts'
import { News } from './news.ts'
import { holderIn } from './holder.ts'
import { findOutcome, type FoundOutcome } from './outcome.ts'
import { Renewal } from './renewal.ts'

/** For how long a process that has nothing else to do is kept by a server that does not answer. */
const leaveMs = 1_000

export interface SessionOptions {
  readonly schema: string
  readonly sql: Sql
  readonly connector: Connector
  /** How many servers there may be. */
  readonly serverCount: number
  readonly pool: () => Pool
  readonly report: (failure: Failure) => void
}

export class Session {
  /** Its name, which no other process has. */
  readonly client: string = crypto.randomUUID()
  /** What is told of commits. */
  readonly news: News
  /** When others may have answered what they were asked. */
  readonly answers = new Answers()
  readonly #options: SessionOptions
  readonly #renewal: Renewal
  readonly #connections = new Map<string, OpenConnection>()
  /** The connection to the server for messages; null: there is none. */
  #wire: Wire | null = null
  #starting: Promise<string> | null = null
  /** When the server was started that it was connected to last. */
  #serverStart: string | null = null
  /** Whether its row was made: one that is missing since was taken for gone. */
  #hasBegun = false
  /** The part of a start that follows once it has its connection. */
  #beginning: Promise<unknown> = Promise.resolve()
  /** How often it was ended: a connection that was looked for then is no longer wanted. */
  #ends = 0
  #hasWarned = false
  /** Never rejects. */
  #leaving: Promise<void> = Promise.resolve()
  /**
   * The name of the channel on which the processes tell each other that there is something to look at, which only those know who may read
   * the tables; empty: it has not begun yet.
   */
  #channel = ''

  constructor(options: SessionOptions) {
    this.#options = options
    this.news = new News({
      client: this.client,
      channel: () => this.#channel,
      statements: options.sql.news,
      wire: () => this.#wire,
      connections: () => this.#connections.values(),
    })
    this.#renewal = this.#makeRenewal(options)
  }

  #makeRenewal({ sql, pool }: SessionOptions): Renewal {
    return new Renewal({
      client: this.client,
      sql,
      pool,
      news: this.news,
      wire: () => this.#wire,
      connections: this.#connections,
      ready: () => this.ready(),
      listen: (wire) => this.#listen(wire),
      channel: () => this.#channel,
      deliver: () => this.#deliver(),
    })
  }

  /** Its name, once the server knows it. @throws UnknownError where the server cannot be reached, or has no tables */
  ready(): Promise<string> {
    if (this.#starting) return this.#starting
    const starting: Promise<string> = this.#start().catch((error: unknown) => {
      if (this.#starting === starting) this.#starting = null
      throw error
    })
    this.#starting = starting
    return starting
  }

  /** Keeps the connection's row, from before it is there. */
  register(connection: OpenConnection): void {
    this.#connections.set(connection.id, connection)
  }

  /** It is closed: others need not wait for it. */
  async unregister({ id }: OpenConnection): Promise<void> {
    if (!this.#connections.delete(id)) return
    const { sessions } = this.#options.sql
    try {
      await this.#wire?.ask(sessions.disconnect, [[id], this.#channel])
    } catch {
      // The row goes with the session, or with the next look at the connections.
    }
  }

  /** Asks all connections of others to a database to close. @throws StatementError, and what `ready()` throws */
  async ask(
    db: number,
    request: string,
    versions: { readonly oldVersion: number; readonly newVersion: number | null },
  ): Promise<void> {
    const { sessions } = this.#options.sql
    const asked = [request, versions.oldVersion, versions.newVersion]
    await againAfterLoss(async () => {
      const wire = await this.#connected()
      await wire.ask(sessions.ask, [db, this.client, ...asked, this.#channel])
    })
  }

  /** Deletes the sessions of others that are over, which keep others from a database. Never rejects: it is tried again. */
  async expire(db: number, absences: Absences): Promise<void> {
    const { sessions } = this.#options.sql
    try {
      const wire = await this.#connected()
      const { clients, seen } = absences.note(
        await wire.ask(sessions.findAbsent, [db, this.client]),
      )
      await wire.ask(sessions.expire, [leaseMs, clients, seen])
    } catch {
      // The next look at what keeps the database does it.
    }
  }

  /** Whose the connections of others to a database are, one for each of them; null where that cannot be told now. Never rejects. */
  async holdersOf(db: number): Promise<readonly Holder[] | null> {
    const { findOthers } = this.#options.sql.sessions
    try {
      const wire = await this.#connected()
      return (await wire.ask(findOthers, [db, this.client])).map(holderIn)
    } catch {
      return null
    }
  }

  /** Which of the server's processes are gone, or have had nothing to do for that long. @throws StatementError, and what `ready()` throws */
  async findUnused(processes: readonly number[], idleMs: number): Promise<ReadonlySet<number>> {
    const wire = await this.#connected()
    const rows = await wire.ask(this.#options.sql.sessions.findUnused, [processes, idleMs])
    return new Set(rows.map((row) => numberIn(row, 0)))
  }

  /** What became of a commit whose answer was lost: of that slot, with that number. Never rejects. */
  outcomeOf(slot: number, token: number): Promise<FoundOutcome> {
    const { sql, pool } = this.#options
    return findOutcome(
      { pool: pool(), statements: sql.transactions, client: this.client },
      slot,
      token,
    )
  }

  /** A transaction has found that its database, or this session, is no longer as it was. Gives what it fails with. */
  displaced({ name }: { readonly name: string }): Failure {
    void this.check()
    const message = `Database "${name}" was upgraded or deleted elsewhere, or was thought to be out of use, because this process did not answer in time`
    return failure('AbortError', message, { code: 'ERR_IDB_CLOSED', database: name })
  }

  /** Renews it, and looks whether all is as it was. Never rejects: it is tried again. */
  check(): Promise<void> {
    return this.#renewal.check()
  }

  /** Ends it; there must be no open connection. */
  async end(): Promise<void> {
    this.#ends++
    await this.#beginning.catch(() => {})
    this.#hasBegun = false
    const wire = this.#takeWire()
    await this.#leaving
    if (wire) await this.#endOn(wire)
  }

  /**
   * Ends it as the process does, so that others need not find out; not where transactions have connections. Where the process goes on all the
   * same, it comes back with what is asked next, as after a loss.
   */
  leave(): void {
    if (!this.#wire || !this.#options.pool().letIdleGo()) return
    const wire = this.#takeWire()
    if (!wire) return
    const timer = setTimeout(() => wire.cutOff(), leaveMs)
    this.#leaving = this.#endOn(wire).finally(() => clearTimeout(timer))
  }

  /** The connection for messages, which is no longer one; null: there was none, or it is lost. */
  #takeWire(): Wire | null {
    this.#renewal.stop()
    noLongerAtEnd(this)
    const wire = this.#wire
    this.#wire = null
    this.#starting = null
    return wire?.isLost ? null : wire
  }

  async #endOn(wire: Wire): Promise<void> {
    const ended = wire.ask(this.#options.sql.sessions.end, [this.client])
    await hurry(wire, ended).catch(() => {})
    await wire.end().catch(() => {})
  }

  /** The connection for messages, made where there is none. @throws what `ready()` throws */
  async #connected(): Promise<Wire> {
    for (;;) {
      await this.ready()
      // It may be lost as soon as it is there.
      if (this.#wire) return this.#wire
    }
  }

  async #start(): Promise<string> {
    const ends = this.#ends
    await this.#leaving
    const wire = await this.#options.connector.connect()
    if (ends !== this.#ends) {
      wire.cutOff()
      throw lostInBetween()
    }
    const beginning = this.#beginOn(wire)
    this.#beginning = beginning
    return beginning
  }

  async #beginOn(wire: Wire): Promise<string> {
    try {
      await hurry(wire, this.#begin(wire))
    } catch (error) {
      wire.cutOff()
      throw error
    }
    wire.onNotification((payload) => this.#notified(payload))
    wire.onLoss(() => this.#lost(wire))
    this.#wire = wire
    atEnd(this)
    this.#renewal.start()
    // Its rows may have gone with the last connection.
    if (this.#hasBegun) {
      await this.check()
      this.news.restore()
    }
    this.#hasBegun = true
    return this.client
  }

  async #begin(wire: Wire): Promise<void> {
    const { sql } = this.#options
    await this.#listen(wire)
    await wire.ask(sql.sessions.hold, [this.client])
    if (!this.#hasBegun) {
      void wire.ask(sql.sessions.expire, [forgottenMs, [], []]).catch(() => {})
      await wire.ask(sql.sessions.begin, [this.client])
    }
    await this.#noteServer(wire)
    await this.#warnOfStandbys(wire)
  }

  async #listen(wire: Wire): Promise<void> {
    this.#channel = await checkTables(wire, this.#options.schema)
    await Promise.all([messageSettings, listenTo(this.#channel)].map((it) => wire.ask(it)))
  }

  /** Where it is another than before, transactions leave the former one, which may be out of reach without their connections being cut. */
  async #noteServer(wire: Wire): Promise<void> {
    const [row] = await wire.ask(serverStart)
    const start = row ? textIn(row, 0) : null
    if (this.#serverStart !== null && this.#serverStart !== start) this.#options.pool().cutOff()
    this.#serverStart = start
  }

  #lost(wire: Wire): void {
    if (this.#wire !== wire) return
    this.#wire = null
    this.#starting = null
    noLongerAtEnd(this)
    if (this.#connections.size === 0) return
    // Those who ask would wait for it.
    this.ready().catch((error: unknown) => {
      // No one needs it any more.
      if (this.#connections.size === 0 || this.#options.connector.isUnwanted) return
      this.#options.report(remoteFailure(error, { schema: this.#options.schema }))
    })
  }

  #notified(payload: string): void {
    if (payload === 'ask') void this.#deliver()
    else if (/^(?:watch|tells|news) /.test(payload)) this.news.heard(payload)
    else this.answers.heard()
  }

  /** Has `versionchange` fired at the connections that are asked to close. */
  async #deliver(): Promise<void> {
    const wire = this.#wire
    if (!wire || this.#connections.size === 0) return
    const { sessions } = this.#options.sql
    const rows = await wire.ask(sessions.asked, [this.client]).catch(() => [])
    for (const row of rows) {
      const [id, request] = [textIn(row, 0), textIn(row, 1)]
      const connection = this.#connections.get(id)
      // The note of that was lost.
      if (connection?.toldOf === request) void this.#noteDelivered(id, request)
      else if (connection && connection.askedFor !== request) void this.#tell(connection, row)
    }
  }

  /** `asked`: a row of those that are asked for. */
  async #tell(connection: OpenConnection, asked: Row): Promise<void> {
    const request = textIn(asked, 1)
    connection.askedFor = request
    const newVersion = asked[3] === null ? null : numberIn(asked, 3)
    await connection.deliverVersionChange(numberIn(asked, 2), newVersion)
    connection.toldOf = request
    await this.#noteDelivered(connection.id, request)
  }

  /** Never rejects: the next look at what is asked does it. */
  async #noteDelivered(id: string, request: string): Promise<void> {
    const { noteDelivered } = this.#options.sql.sessions
    await this.#wire?.ask(noteDelivered, [id, request, this.#channel]).catch(() => {})
  }

  /** Once: a fail-over to a standby that the server does not wait for loses what was acknowledged. */
  async #warnOfStandbys(wire: Wire): Promise<void> {
    if (this.#hasWarned) return
    const [row] = await wire.ask(standbys)
    this.#hasWarned = true
    if (!row || !mayLose(row, this.#options.serverCount)) return
    const message =
      'The PostgreSQL server does not wait for its standbys ("synchronous_standby_names" is empty): after a fail-over transactions may be missing that were told to be complete'
    this.#options.report(failure('UnknownError', message, { code: 'ERR_IDB_SERVER' }))
  }
}

function mayLose(row: Row, serverCount: number): boolean {
  return row[1] === '' && (numberIn(row, 0) > 0 || serverCount > 1)
}
