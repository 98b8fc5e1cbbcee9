/** Renews a session's row in turn, and looks each time whether all is as it was: its rows, and what others ask of it. */
import { queueIdleTimer } from '../../event-loop/turn.ts'
import type { Pool } from '../pool.ts'
import { displacedFrom } from '../server-failures.ts'
import type { Sql } from '../sql/sql.ts'
import { textIn } from '../wire/statement.ts'
import type { Wire } from '../wire/wire.ts'
import { renewMs } from './lease.ts'
import type { News } from './news.ts'
import type { OpenConnection } from './open-connection.ts'
import { revive } from './revive.ts'

/** What it needs of a session. */
export interface RenewalOptions {
  readonly client: string
  readonly sql: Sql
  readonly pool: () => Pool
  readonly news: News
  /** The connection to the server for messages; null: there is none. */
  readonly wire: () => Wire | null
  /** The open connections, by their ids. */
  readonly connections: ReadonlyMap<string, OpenConnection>
  /** Makes the connection for messages where there is none. What it rejects with was reported. */
  readonly ready: () => Promise<unknown>
  /** Has that connection told of what is said on the channel, whose name may be another than before. */
  readonly listen: (wire: Wire) => Promise<void>
  /** The name of the channel. */
  readonly channel: () => string
  /** Has `versionchange` fired at the connections that are asked to close. */
  readonly deliver: () => Promise<void>
}

export class Renewal {
  readonly #options: RenewalOptions
  #stopTimer: () => void = () => {}
  /** The check that is under way; null: none is. */
  #checking: Promise<void> | null = null
  /** Whether it has been for as long as the row is renewed. */
  #isSlow = false

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  /** Renews from now on; a turn that was waited for starts anew. */
  start(): void {
    this.stop()
    this.#stopTimer = queueIdleTimer(() => {
      this.#renew()
      this.start()
    }, renewMs)
  }

  /** Takes no further turn. A check that is under way goes on. */
  stop(): void {
    this.#stopTimer()
  }

  /** Renews now, and looks whether all is as it was. Never rejects: it is tried again. */
  check(): Promise<void> {
    if (this.#checking) return this.#checking
    this.#isSlow = false
    this.#checking = this.#checkNow().finally(() => (this.#checking = null))
    return this.#checking
  }

  #renew(): void {
    const { wire, connections, ready } = this.#options
    if (!wire() && connections.size > 0) ready().catch(() => {}) // It was reported.
    // A server that stands still for two turns is left: another may have taken its place.
    if (this.#checking && this.#isSlow) wire()?.cutOff()
    else if (this.#checking) this.#isSlow = true
    else void this.check()
  }

  async #checkNow(): Promise<void> {
    const wire = this.#options.wire()
    if (!wire) return
    try {
      await this.#checkOn(wire)
    } catch {
      // With the next renewal.
    }
  }

  async #checkOn(wire: Wire): Promise<void> {
    const { client, sql, pool, news, connections, listen, deliver } = this.#options
    const placed = [...connections.values()].filter(({ isPlaced }) => isPlaced)
    const [isThere] = await wire.ask(sql.sessions.renew, [client, pool().idleSlots])
    // The tables may have been made anew, with another channel.
    if (!isThere) await listen(wire)
    const kept = isThere
      ? await this.#kept(wire)
      : await revive({ wire, sql, client, slots: pool().slotsToRemake(), connections: placed })
    for (const connection of placed) {
      if (!kept.has(connection.id)) connection.closeByForce(displacedFrom(connection.name))
    }
    if (!isThere) news.restore()
    await deliver()
    await news.look()
  }

  /** The connections whose rows are there. Rows of those that are closed, which could not be deleted then, go. */
  async #kept(wire: Wire): Promise<Set<string>> {
    const { client, sql, connections, channel } = this.#options
    const rows = await wire.ask(sql.sessions.connections, [client])
    const closed = rows.map((row) => textIn(row, 0)).filter((id) => !connections.has(id))
    if (closed.length > 0) await wire.ask(sql.sessions.disconnect, [closed, channel()])
    return new Set(rows.filter((row) => row[1] === 't').map((row) => textIn(row, 0)))
  }
}
