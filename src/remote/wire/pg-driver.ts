/** The driver, `pg`: an optional peer dependency, loaded when the first server is asked for. */
import { defineHidden, defineOwn } from '../../base/own-property.ts'
import { domException } from '../../errors.ts'
import type { WrittenStream } from './gathered-writes.ts'
import type { Row, Statement, Value } from './statement.ts'

/** What is used of a client of it; the driver's own types are no part of this package's. */
export interface PgClient {
  connect(): Promise<unknown>
  query(query: PgStatement): void
  on(event: 'error', listener: (error: unknown) => void): void
  on(event: 'end', listener: () => void): void
  on(event: 'notice', listener: (notice: { code?: string }) => void): void
  on(event: 'notification', listener: (message: { payload?: string }) => void): void
  ref(): void
  unref(): void
  end(): Promise<void>
  /** The server's process that it is connected to, as the server says; a pooler says anything. */
  readonly processID: number | null
  /** What shows that we are the one who is connected to it. */
  readonly secretKey: unknown
  readonly host: string
  readonly port: number
  /** What was given, or the environment has; null: there is none. */
  readonly password: string | null
  /** What it is on. */
  readonly connection: PgConnection
  /** What it has sent, and is not answered yet. */
  readonly _sentQueryQueue?: unknown[]
}

interface PgConnection {
  readonly ssl: unknown
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processID: number | null, secretKey: unknown): void
  on(event: 'connect' | 'sslconnect' | 'error' | 'end', listener: () => void): void
  readonly stream: PgSocket
  /** Has what comes over a stream read. */
  attachListeners(stream: PgStream): void
  emit(event: 'error', error: unknown): void
}

interface PgStream {
  on(event: string, listener: (chunk: Uint8Array) => void): unknown
  destroy(): void
}

interface PgSocket extends PgStream, WrittenStream {
  readonly bytesRead: number
}

/** A statement, with what it is to be executed with. */
interface PgQuery {
  /** Prepared under this name, once for each connection. */
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
  readonly rowMode: 'array'
}

/** What comes of a statement. */
export interface PgResult {
  readonly command: string
}

/** A statement whose rows are told while they come, and not kept. */
export interface PgStatement {
  on(event: 'row', listener: (row: Row) => void): void
  on(event: 'end', listener: (result: PgResult | PgResult[]) => void): void
  on(event: 'error', listener: (error: unknown) => void): void
}

interface PgModule {
  readonly Client: new (config: object) => PgClient
  readonly Query: new (query: PgQuery) => PgStatement
}

/** null: it is not loaded yet. */
let loaded: PgModule | null = null

/** Has nonsense from a server end the connection: what the driver throws at it would end the process. */
export function endAtNonsense({ connection }: PgClient): void {
  const attach = connection.attachListeners
  connection.attachListeners = (stream) => {
    const read =
      (listener: (chunk: Uint8Array) => void) =>
      (chunk: Uint8Array): void => {
        try {
          listener(chunk)
        } catch (error) {
          connection.emit('error', error)
          stream.destroy()
        }
      }
    const on: PgStream['on'] = (event, listener) =>
      stream.on(event, event === 'data' ? read(listener) : listener)
    attach.call(connection, { on, destroy: () => stream.destroy() })
  }
}

/** The driver's clients. @throws UnknownError where it is not installed */
export async function loadDriver(): Promise<PgModule['Client']> {
  try {
    // A CommonJS module: its exports are the default.
    const { default: driver } = (await import('pg')) as unknown as { default: PgModule }
    loaded = driver
    return driver.Client
  } catch {
    const message =
      'The package "pg" cannot be loaded, which idb-everywhere/postgres speaks to the server with; install it: npm install pg@8.23.1'
    throw domException('UnknownError', message, { code: 'ERR_IDB_ENGINE' })
  }
}

/** The driver keeps what it has sent in an array: a setter that a prototype has for an index would take it away. */
export function keepOrderOfSent({ _sentQueryQueue: sent }: PgClient): void {
  if (sent) defineHidden(sent, 'push', (it: unknown) => defineOwn(sent, sent.length, it))
}

/** A statement for a client. The driver must be loaded, as it is where there is a client. */
export function statementOf({ name, text }: Statement, values: readonly Value[]): PgStatement {
  if (!loaded) throw new Error('unreachable: there is a client of a driver that is not loaded')
  return new loaded.Query({
    text,
    rowMode: 'array',
    ...(name && { name }),
    ...(values.length && { values }),
  })
}
