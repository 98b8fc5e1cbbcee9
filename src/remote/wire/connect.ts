/** Finding the server that takes writes, of those that may. */
import { exceptionOf } from '../../errors.ts'
import { now } from '../../event-loop/turn.ts'
import { cancelStatement } from './cancel.ts'
import { hurry } from './hurry.ts'
import { isShared } from './is-shared.ts'
import { endAtNonsense, loadDriver, type PgClient } from './pg-driver.ts'
import { noPassword, pooled, type Problem, problemOf, sqlState } from './problem.ts'
import type { ServerAddress } from './server-address.ts'
import type { Statement } from './statement.ts'
import { isFinal, type ServerProblem, unreachable } from './unreachable.ts'
import { StatementError, Wire } from './wire.ts'

/** How servers are reached. */
export interface Reaching {
  readonly addresses: readonly ServerAddress[]
  /** What `tls.connect()` is to know in addition, such as `ca`. */
  readonly tls: object | undefined
  /** For how long a server is looked for that takes writes. */
  readonly waitMs: number
  /** How long a transaction may do nothing before the server ends it. */
  readonly idleMs: number
  /** Whether each transaction may be given another connection of the server, as poolers do: then nothing may outlast it. */
  readonly isPooled: boolean
}

const connectTimeoutMs = 5_000
const retryPauseMs = 100

/** Connects to the servers, one after another, and remembers which it was. */
export class Connector {
  readonly #reaching: Reaching
  /** Which was the last that took writes. */
  #last = 0

  constructor(reaching: Reaching) {
    this.#reaching = reaching
  }

  /** A connection to the server that takes writes. @throws UnknownError where there is none within the time to wait */
  async connect(): Promise<Wire> {
    const Client = await loadDriver()
    const { addresses, waitMs } = this.#reaching
    const deadline = now() + waitMs
    for (;;) {
      const problems: ServerProblem[] = []
      for (let i = 0; i < addresses.length; i++) {
        const place = (this.#last + i) % addresses.length
        const found = await this.#try(Client, addresses[place] as ServerAddress) // Within the list.
        if (found instanceof Wire) {
          this.#last = place
          return found
        }
        problems.push({ ...found, server: addresses[place]?.shown ?? null })
      }
      if (now() >= deadline || problems.every(isFinal)) throw exceptionOf(unreachable(problems))
      await new Promise((resolve) => setTimeout(resolve, retryPauseMs))
    }
  }

  async #try(Client: ClientClass, address: ServerAddress): Promise<Wire | Problem> {
    const client = this.#clientOf(Client, address)
    try {
      await connectOrEnd(client)
    } catch (error) {
      const problem = problemOf(error)
      // Of the ways to ask for one, two take an empty one for granted.
      const isMissing = problem.code === sqlState.wrongPassword && !client.password
      return isMissing ? { ...problem, code: noPassword } : problem
    }
    const { isPooled, idleMs } = this.#reaching
    const cancel = (): Promise<void> => cancelStatement(this.#clientOf(Client, address), client)
    const adapted = isPooled ? forPooler(idleMs) : undefined
    const wire = new Wire(client, { cancel, ...(adapted && { adapted }) })
    const another = (): Promise<Wire> => this.#another(Client, address)
    try {
      const problem = await hurry(wire, this.#prepare(wire, client.processID, another))
      if (problem === null) return wire
      wire.cutOff()
      return problem
    } catch (error) {
      wire.cutOff()
      return error instanceof StatementError ? error.problem : problemOf(error)
    }
  }

  /** Has the server do what statements rely on; until it does, names say where they are. Gives why it is of no use; null: it is. @throws StatementError */
  async #prepare(
    wire: Wire,
    processID: number | null,
    another: () => Promise<Wire>,
  ): Promise<Problem | null> {
    const { isPooled, idleMs } = this.#reaching
    const [row] = await wire.ask({
      text: "SELECT pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only'::pg_catalog.text)::pg_catalog.bool, pg_catalog.pg_backend_pid()",
    })
    if (row?.[0] !== 'f') return { code: sqlState.readOnlyTransaction, message: null, isLoss: true }
    if (isPooled) return null
    // A server says which process it is when a connection is made: a pooler does not know yet.
    if (Number(row[1]) !== processID && (await isShared(wire, another))) {
      return { code: pooled, message: null, isLoss: true }
    }
    await wire.ask({
      text: `${settingsWith('SET', idleMs)}; ${keepAlives}; ${isolation}; ${asServerHas({ isLocal: false })}`,
    })
    return null
  }

  /** @throws what the driver throws */
  async #another(Client: ClientClass, address: ServerAddress): Promise<Wire> {
    const client = this.#clientOf(Client, address)
    await connectOrEnd(client)
    return new Wire(client)
  }

  #clientOf(Client: ClientClass, address: ServerAddress): PgClient {
    const client = new Client(this.#configOf(address))
    endAtNonsense(client)
    // Before it is connected the promise tells.
    client.on('error', () => {})
    return client
  }

  #configOf({ applicationName, tls, host, port, user, password, database }: ServerAddress) {
    const verified = { ...this.#reaching.tls, rejectUnauthorized: true }
    const ssl = tls === 'off' ? false : tls === 'verified' ? verified : unverified
    return {
      host,
      port,
      user,
      password,
      database,
      ssl,
      application_name: applicationName,
      pipeline: true,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: connectTimeoutMs,
      types: { getTypeParser: () => asText },
    }
  }
}

/** @throws what the driver throws; the client is closed then */
async function connectOrEnd(client: PgClient): Promise<void> {
  try {
    await client.connect()
  } catch (error) {
    void client.end().catch(() => {})
    throw error
  }
}

/**
 * Every statement walks an index, whatever the server knows of the tables: statistics of a table that was empty a moment ago would have it
 * read the whole of it. So one plan serves all executions.
 */
const settings = [
  // First, for those that follow. In the path of a role others may have made functions and operators that fit better than the server's own.
  'search_path = pg_catalog, pg_temp',
  "bytea_output = 'hex'",
  "client_min_messages = 'warning'",
  // Numbers come with all of their digits.
  'extra_float_digits = 1',
  'jit = off',
  'enable_seqscan = off',
  'enable_bitmapscan = off',
  'plan_cache_mode = force_generic_plan',
  // What waits for its turn does so within a statement.
  'lock_timeout = 0',
  'statement_timeout = 0',
]

/** The server finds out, too, that a client is out of reach. In seconds. */
const keepAlives = 'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5'

/** For statements that are transactions by themselves. */
const isolation = "SET default_transaction_isolation = 'read committed'"

/**
 * What depends on the server. A strict transaction waits for its disk, and for standbys where it has any to wait for: a default that waits
 * for more stays. As to how long a transaction takes, servers before 17 have no setting. `isLocal`: until the transaction ends.
 */
function asServerHas({ isLocal }: { readonly isLocal: boolean }): string {
  return `SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, ${isLocal}), CASE WHEN current_setting('server_version_num')::int >= 170000 THEN set_config('transaction_timeout', '0', ${isLocal}) END`
}

function settingsWith(set: 'SET' | 'SET LOCAL', idleMs: number): string {
  // A process that takes nothing in does nothing either, and the server, which is about to send, is not idle.
  const limits = ['idle_in_transaction_session_timeout', 'tcp_user_timeout']
  const all = [...settings, ...limits.map((it) => `${it} = ${idleMs}`)]
  return all.map((it) => `${set} ${it}`).join('; ')
}

/** Through a pooler nothing is prepared, and settings last as long as a transaction. */
function forPooler(idleMs: number): (statement: Statement) => Statement {
  const local = `${settingsWith('SET LOCAL', idleMs)}; ${asServerHas({ isLocal: true })}`
  return ({ text }) => ({ text: text.replace(/^BEGIN[^;]*/, (begin) => `${begin}; ${local}`) })
}

type ClientClass = new (config: object) => PgClient

const unverified = { rejectUnauthorized: false }

// `binary: true` of the driver would take the bytes of a bytea for UTF-8.
const asText = (text: string): string => text
