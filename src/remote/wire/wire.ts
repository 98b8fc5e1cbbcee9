/**
 * A connection to a server. Statements go out as they come, without waiting for each other, and are answered in order; one that fails
 * in a transaction makes those fail that follow it there. It keeps the process alive while an answer is awaited.
 */
import { append } from '../../base/own-property.ts'
import { type GatheredWrites, gatherWrites } from './gathered-writes.ts'
import { keepOrderOfSent, type PgClient, type PgResult, statementOf } from './pg-driver.ts'
import { type Problem, problemOf } from './problem.ts'
import type { Answer, Row, Statement, Value } from './statement.ts'

/** A statement whose answer is a promise has failed. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`A statement has failed (${problem.code ?? 'no code'})`)
    this.problem = problem
  }
}

/** What is awaited from a connection that is no more. */
export function lostInBetween(): StatementError {
  return new StatementError({ code: null, message: null, isLoss: true })
}

/** Whether the connection to the server was lost, so that its answer is not known. */
export function isLoss(error: unknown): boolean {
  return error instanceof StatementError && error.problem.isLoss
}

/** For how long a server may take to answer what is left, and to close a connection. */
const endTimeoutMs = 10_000

/** What a connection does differently. */
interface WireOptions {
  /** What is sent in place of a statement; left out: the statement. */
  readonly adapted?: (statement: Statement) => Statement
  /** Has the server give up the statement that it is at. Left out: that cannot be said. Never rejects. */
  readonly cancel?: () => Promise<void>
}

export class Wire {
  /** The number of the server's process that answers; null: it is not known, or may be another for each transaction. */
  serverProcess: number | null = null
  readonly #client: PgClient
  readonly #writes: GatheredWrites
  readonly #options: WireOptions
  #pending = 0
  #sentCount = 0
  #hasWarned = false
  #isLost = false
  /** Why the server has ended it, said while no answer was awaited; null: it has said nothing. */
  #lastWord: string | null = null
  #isEnding = false
  readonly #lossListeners: (() => void)[] = []
  /** One is enough: only who has the wire waits for that, to pass it on, and sends nothing after that. */
  #idle: (() => void) | null = null

  /** `client` must be connected. */
  constructor(client: PgClient, options: WireOptions = {}) {
    this.#client = client
    this.#options = options
    this.#writes = gatherWrites(client.connection.stream)
    keepOrderOfSent(client)
    client.on('error', (error) => {
      this.#lastWord ??= problemOf(error).code
      this.#lose()
    })
    client.on('end', () => this.#lose())
    client.on('notice', ({ code }) => {
      // By its code: its severity is a word of the server's language. Class 00 is no warning.
      if (!code?.startsWith('00')) this.#hasWarned = true
    })
    client.unref()
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** Whether no answer is awaited. */
  get isIdle(): boolean {
    return this.#pending === 0
  }

  /** How much has come from the server. */
  get receivedBytes(): number {
    return this.#client.connection.stream.bytesRead
  }

  /** How many statements were sent. */
  get sentCount(): number {
    return this.#sentCount
  }

  /** Has `listener` called once, when nothing can be sent any more; in a microtask where that is so already. */
  onLoss(listener: () => void): void {
    if (this.#isLost) queueMicrotask(listener)
    else append(this.#lossListeners, listener)
  }

  /** Has `listener` called with what is notified to the channels that are listened to. */
  onNotification(listener: (payload: string) => void): void {
    this.#client.on('notification', ({ payload = '' }) => listener(payload))
  }

  /** Has `listener` called once, as soon as no answer is awaited; at once where none is. It takes the place of one that waits. */
  whenIdle(listener: () => void): void {
    if (this.isIdle) listener()
    else this.#idle = listener
  }

  send(statement: Statement, values: readonly Value[], answer: Answer): void {
    this.#sentCount++
    if (this.#pending++ === 0) this.#client.ref()
    const asked = statementOf(this.#options.adapted?.(statement) ?? statement, values)
    const rows: Row[] = []
    asked.on('row', answer.row ?? ((row) => append(rows, row)))
    asked.on('end', (result) => {
      const hasWarned = this.#takeWarning()
      this.#answeredBy(() => answer.done(rows, commandOf(result), hasWarned))
    })
    asked.on('error', (error) => {
      this.#takeWarning()
      this.#answeredBy(() => this.#failed(answer, problemOf(error)))
    })
    this.#client.query(asked)
  }

  /** The same for what no one waits for: it leaves with what comes next. */
  sendLater(statement: Statement, answer: Answer): void {
    this.#writes.inNoHurry(() => this.send(statement, [], answer))
  }

  /** The same as a promise. @throws StatementError */
  ask(statement: Statement, values: readonly Value[] = []): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      this.send(statement, values, {
        done: resolve,
        failed: (problem) => reject(new StatementError(problem)),
      })
    })
  }

  /** Closes it once all is answered, and keeps the process alive until then. */
  async end(): Promise<void> {
    this.#isEnding = true
    this.#client.ref()
    // It may stand still.
    const timer = setTimeout(() => this.#client.connection.stream.destroy(), endTimeoutMs)
    await this.#client.end().finally(() => clearTimeout(timer))
  }

  /**
   * Has the server give up the statement that it is at, and resolves once it was told. It is not idle before that: what comes next is not
   * meant.
   */
  async cancel(): Promise<void> {
    const { cancel } = this.#options
    if (this.#isLost || !cancel) return
    this.#pending++
    await cancel()
    this.#answered()
  }

  /** Closes it now: what is not answered fails. */
  cutOff(): void {
    this.#lose()
  }

  /** Whether the server has warned since the last answer. */
  #takeWarning(): boolean {
    const hasWarned = this.#hasWarned
    this.#hasWarned = false
    return hasWarned
  }

  #failed(answer: Answer, problem: Problem): void {
    // Half of what was sent may have been done: nothing more must come after it.
    if (problem.isLoss) this.cutOff()
    answer.failed(problem.code === null ? { ...problem, code: this.#lastWord } : problem)
  }

  /** Where that throws, as at nonsense from the server, the connection ends, and it counts as answered all the same. */
  #answeredBy(tell: () => void): void {
    try {
      tell()
    } finally {
      this.#answered()
    }
  }

  #answered(): void {
    if (--this.#pending > 0) return
    if (!this.#isLost && !this.#isEnding) this.#client.unref()
    const idle = this.#idle
    this.#idle = null
    idle?.()
  }

  #lose(): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#client.connection.stream.destroy()
    for (const listener of this.#lossListeners.splice(0)) listener()
  }
}

/** What was done: of several statements the last. */
function commandOf(result: PgResult | PgResult[]): string {
  const last = Array.isArray(result) ? result.at(-1) : result
  return last?.command ?? ''
}
