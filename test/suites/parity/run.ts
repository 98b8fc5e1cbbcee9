/** The state of one run of a program: its databases, what they still wait for, and the trace. */
import { describe, errorName } from './describe.ts'
import type { Program, Reaction, Round } from './program/program.ts'

/** What a program runs on. */
export interface Environment {
  readonly indexedDB: IDBFactory
  readonly keyRange: typeof IDBKeyRange
}

export interface Run {
  /** Of the page that asks what concerns no database, and looks at the end. */
  readonly environment: Environment
  /** Of each page that the program spans, that one first. */
  readonly environments: readonly Environment[]
  readonly program: Program
  /** Comes before every database name, so that programs keep apart. */
  readonly prefix: string
  readonly streams: Map<string, string[]>
  readonly databases: readonly DatabaseState[]
  operations: number
  /** How many lines the trace has. */
  lineCount: number
  round: Round
  /** Open requests, transactions and postponed actions that have not ended. */
  pendingCount: number
  whenIdle: (() => void) | null
}

export interface DatabaseState {
  readonly index: number
  readonly name: string
  readonly connections: ConnectionState[]
  readonly transactions: TransactionState[]
  readonly pendingRequests: Set<OpenState>
  /**
   * Of the page by which the round uses the database: one, since the order of what several pages ask for at once is left
   * open.
   */
  environment: Environment
}

/** An open or delete request that has not ended. */
export interface OpenState {
  readonly stream: string
  /**
   * Whether a transaction ran while the request was pending. `blocked` says then only that the transaction is slower
   * than the request, which no one specifies: it is left out of the trace.
   */
  ranBesideTransaction: boolean
}

export interface ConnectionState {
  readonly stream: string
  /** Of the page that opened it. */
  readonly environment: Environment
  readonly handle: IDBDatabase
  /** False from the start of the connection's upgrade transaction until it completes. */
  isUpgraded: boolean
}

export interface TransactionState {
  readonly handle: IDBTransaction
  readonly stream: string
  readonly database: DatabaseState
  readonly connection: ConnectionState
  readonly isUpgrade: boolean
  hasEnded: boolean
  /** Whether commit() was called. Handles got since are known to differ, and not kept. */
  isCommitted: boolean
  requestCount: number
  /** The first handle got under each name, for operations on stale handles. */
  readonly handles: Map<string, IDBObjectStore | IDBIndex>
  lastRequest: IDBRequest | null
  /** Text for the targets of events. */
  readonly labels: WeakMap<object, string>
}

export function write(run: Run, stream: string, line: string): void {
  run.lineCount++
  const lines = run.streams.get(stream)
  if (lines) lines.push(line)
  else run.streams.set(stream, [line])
}

/** Performs and writes what comes of it, an exception by its name. Null when it threw. */
export function attempt<Result>(
  run: Run,
  stream: string,
  title: string,
  action: () => Result,
): Result | null {
  run.operations++
  try {
    return action()
  } catch (error) {
    write(run, stream, `${title} throws ${errorName(error)}`)
    return null
  }
}

export function begin(run: Run): void {
  run.pendingCount++
}

export function end(run: Run): void {
  run.pendingCount--
  if (run.pendingCount === 0) run.whenIdle?.()
}

/** Resolves, in a task of its own, once nothing is pending. */
export function idle(run: Run): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (run.pendingCount > 0) return
      run.whenIdle = null
      resolve()
    }
    run.whenIdle = () => void nextTask(check)
    if (run.pendingCount === 0) nextTask(check)
  })
}

/** A message's task: no timer would do, they are slowed down when nested. */
export function nextTask(callback: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    callback()
  }
  port2.postMessage(null)
}

/** Thrown by listeners that are to throw. */
export class ListenerError extends Error {
  override readonly name = 'ListenerError'
}

/** @throws ListenerError if the reaction is to throw */
export function react(event: Event, reaction: Reaction | undefined): void {
  if (!reaction || reaction === 'nothing') return
  if (reaction.startsWith('prevent')) event.preventDefault()
  if (reaction === 'stop') event.stopPropagation()
  if (reaction.endsWith('throw')) throw new ListenerError('A listener of the program throws')
}

/** An event as text, without its target. */
export function eventText(event: Event): string {
  const marks = [
    event.bubbles ? 'bubbles' : '',
    event.cancelable ? 'cancelable' : '',
    event.defaultPrevented ? 'prevented' : '',
  ].filter(Boolean)
  const versions =
    'oldVersion' in event && 'newVersion' in event
      ? ` ${describe(event.oldVersion)}→${describe(event.newVersion)}`
      : ''
  return `${event.type}${versions}${marks.length > 0 ? ` (${marks.join(' ')})` : ''}`
}
