/** The driver, `pg`: an optional peer dependency, loaded when the first server is asked for. */
import { domException } from '../../errors.ts'

/** What is used of a client of it; the driver's own types are no part of this package's. */
export interface PgClient {
  connect(): Promise<unknown>
  query(query: PgQuery, callback: (error: unknown, result: PgResult | PgResult[]) => void): void
  query(query: PgRows): void
  on(event: 'error', listener: (error: unknown) => void): void
  on(event: 'end', listener: () => void): void
  on(event: 'notice', listener: (notice: { code?: string }) => void): void
  on(event: 'notification', listener: (message: { payload?: string }) => void): void
  ref(): void
  unref(): void
  end(): Promise<void>
  /** The server's process that it is connected to, as the server says; a pooler says anything. */
  readonly processID: number | null
  /** What was given, or the environment has; null: there is none. */
  readonly password: string | null
  /** What it is on. */
  readonly connection: PgConnection
}

interface PgConnection {
  readonly stream: PgSocket
  /** Has what comes over a stream read. */
  attachListeners(stream: PgStream): void
  emit(event: 'error', error: unknown): void
}

interface PgStream {
  on(event: string, listener: (chunk: Uint8Array) => void): unknown
  destroy(): void
}

/** What is written while it is corked leaves when it is uncorked. */
interface PgSocket extends PgStream {
  readonly writableLength: number
  cork(): void
  uncork(): void
}

/** A statement, with what it is to be executed with. */
export interface PgQuery {
  /** Prepared under this name, once for each connection. */
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
  readonly rowMode: 'array'
}

/** What comes of a statement. */
export interface PgResult {
  readonly command: string
  readonly rows: (string | null)[][]
}

/** A statement whose rows are told while they come, and not kept. */
export interface PgRows {
  on(event: 'row', listener: (row: (string | null)[]) => void): void
  on(event: 'end', listener: (result: PgResult) => void): void
  on(event: 'error', listener: (error: unknown) => void): void
}

interface PgModule {
  readonly Client: new (config: object) => PgClient
  readonly Query: new (query: PgQuery) => PgRows
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

/** A statement whose rows are told while they come. The driver must be loaded, as it is where there is a client. */
export function statementWithRows(query: PgQuery): PgRows {
  if (!loaded) throw new Error('unreachable: there is a client of a driver that is not loaded')
  return new loaded.Query(query)
}
