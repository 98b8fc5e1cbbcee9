/** Finding the server that takes writes, of those that may. */
import { exceptionOf, type Failure } from '../../errors.ts'
import { now, queueIdleTimer } from '../../event-loop/turn.ts'
import { serverState } from '../sql/meta.ts'
import { sessionSettings, transactionSettings } from '../sql/settings.ts'
import { cancelStatement } from './cancel.ts'
import { hurry } from './hurry.ts'
import { isShared } from './is-shared.ts'
import { Patience } from './patience.ts'
import { endAtNonsense, loadDriver, type PgClient } from './pg-driver.ts'
import { noPassword, pooled, type Problem, problemOf, sqlState } from './problem.ts'
import type { ServerAddress } from './server-address.ts'
import type { Statement } from './statement.ts'
import { givenUp, isFinal, type ServerProblem, stillLooking, unreachable } from './unreachable.ts'
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

/** After that a warning says that no server was found yet, where the wait may last as much longer. */
const silenceMs = 3_000

/** The search for a server is over, as no one wants the connection any more. */
export class NoLongerWanted extends Error {
  override readonly name = 'NoLongerWanted'
}

/** Connects to the servers, one after another, and remembers which it was. */
export class Connector {
  readonly #reaching: Reaching
  /** Which was the last that took writes. */
  #last = 0
  readonly #report: (failure: Failure) => void
  readonly #patience: Patience
  /** Whether it was warned of that none is found, since one was. */
  #hasWarned = false

  /** `report`: takes the warning that one is looked for. */
  constructor(
    reaching: Reaching,
    report: (failure: Failure) => void = () => {},
    patience = new Patience(),
  ) {
    this.#reaching = reaching
    this.#report = report
    this.#patience = patience
  }

  /** Whether no one waits for a server any more. */
  get isUnwanted(): boolean {
    return this.#patience.isOver
  }

  /**
   * A connection to the server that takes writes. `isWanted` says whether it is looked for once more.
   *
   * @throws UnknownError where there is none within the time to wait, AbortError where all who wait are closed before that, NoLongerWanted
   */
  async connect(isWanted: () => boolean = () => true): Promise<Wire> {
    if (this.#patience.failure) throw exceptionOf(this.#patience.failure)
    const Client = await loadDriver()
    const problems = this.#reaching.addresses.map(({ shown }) => ({ ...silent, server: shown }))
    const stopTelling = queueIdleTimer(() => this.#warn(problems), silenceMs)
    try {
      const wire = await this.#find(Client, problems, isWanted)
      this.#hasWarned = false
      return wire
    } finally {
      stopTelling()
    }
  }

  #warn(problems: readonly ServerProblem[]): void {
    const { waitMs } = this.#reaching
    if (this.#hasWarned || waitMs < 2 * silenceMs) return
    this.#hasWarned = true
    this.#report(stillLooking(problems, waitMs))
  }

  /** `problems`: of each server the last. */
  async #find(
    Client: ClientClass,
    problems: ServerProblem[],
    isWanted: () => boolean,
  ): Promise<Wire> {
    const deadline = now() + this.#reaching.waitMs
    for (let isAgain = false; ; isAgain = true) {
      const wire = await this.#tryAll(Client, problems, { isAgain })
      if (wire) return wire
      if (now() >= deadline || problems.every(isFinal)) throw exceptionOf(unreachable(problems))
      await this.#patience.pause(retryPauseMs)
      if (!isWanted()) throw new NoLongerWanted()
      if (this.#patience.isOver) throw exceptionOf((this.#patience.failure ??= givenUp(problems)))
    }
  }

  /** null: none takes writes. `isAgain`: none did before, so that no server is waited for that no one waits for any more. */
  async #tryAll(
    Client: ClientClass,
    problems: ServerProblem[],
    { isAgain }: { readonly isAgain: boolean },
  ): Promise<Wire | null> {
    const { addresses } = this.#reaching
    for (let i = 0; i < addresses.length; i++) {
      const place = (this.#last + i) % addresses.length
      const address = addresses[place] as ServerAddress // Within the list.
      const client = this.#clientOf(Client, address)
      const end = (): void => client.connection.stream.destroy()
      const stopListening = isAgain ? this.#patience.onOver(end) : () => {}
      const found = await this.#try(Client, address, client).finally(stopListening)
      if (found instanceof Wire) {
        this.#last = place
        return found
      }
      if (isAgain && this.#patience.isOver) return null
      problems[place] = { ...found, server: address.shown }
    }
    return null
  }

  async #try(
    Client: ClientClass,
    address: ServerAddress,
    client: PgClient,
  ): Promise<Wire | Problem> {
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

  /** Has the server do what statements rely on. Gives why it is of no use; null: it is. @throws StatementError */
  async #prepare(
    wire: Wire,
    processID: number | null,
    another: () => Promise<Wire>,
  ): Promise<Problem | null> {
    const { isPooled, idleMs } = this.#reaching
    const [row] = await wire.ask(serverState)
    if (row?.[0] !== 'f') return { code: sqlState.readOnlyTransaction, message: null, isLoss: true }
    if (isPooled) return null
    wire.serverProcess = Number(row[1])
    // A server says which process it is when a connection is made: a pooler does not know yet.
    if (wire.serverProcess !== processID && (await isShared(wire, another))) {
      return { code: pooled, message: null, isLoss: true }
    }
    await wire.ask({ text: sessionSettings(idleMs) })
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
    const ssl =
      tls === 'off' ? false : { ...this.#reaching.tls, rejectUnauthorized: tls === 'verified' }
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

/** Through a pooler nothing is prepared, and settings last as long as a transaction. */
function forPooler(idleMs: number): (statement: Statement) => Statement {
  const local = transactionSettings(idleMs)
  return ({ text }) => ({ text: text.replace(/^BEGIN[^;]*/, (begin) => `${begin}; ${local}`) })
}

/** What is known of a server before it has answered. */
const silent: Problem = { code: null, message: null, isLoss: true }

type ClientClass = new (config: object) => PgClient

// `binary: true` of the driver would take the bytes of a bytea for UTF-8.
const asText = (text: string): string => text
