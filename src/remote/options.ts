/** What `postgres()` and `installPostgres()` take. */
import { optionError } from '../errors.ts'
import { describeValue } from '../base/describe-value.ts'
import { serverAddresses } from './wire/server-address.ts'
import type { Reaching } from './wire/connect.ts'

/** Where the tables are, and how the server is reached. */
export interface ServerOptions {
  /**
   * The server, as a URL: `postgres://user:password@host:5432/database`; with several hosts (`host1:5432,host2:5432`), or a list of URLs,
   * the one that takes writes is found. On a Unix socket: `postgres:///database?host=/var/run/postgresql`.
   */
  readonly connectionString: string | readonly string[]
  /** The schema with the tables. Default: `idb_everywhere`. */
  readonly schema?: string | undefined
  /**
   * What `tls.connect()` of Node is to know in addition, such as `{ ca }`. A server that is not on this machine is reached by TLS alone, and its
   * certificate has to be right, unless the URL has `sslmode=disable` or `sslmode=no-verify`.
   */
  readonly tls?: object | undefined
  /** For how long, in milliseconds, a server is looked for that takes writes. Default: 30,000. */
  readonly waitMs?: number | undefined
}

/** What `postgres()` takes. */
export interface PostgresOptions extends ServerOptions {
  /**
   * What the durability hint `default` means. `strict` (the default): the server's disk has a transaction before it is told to be complete;
   * `relaxed`: a crash of the server may lose the latest ones.
   */
  readonly durability?: 'relaxed' | 'strict' | undefined
  /** How many connections to the server there are at most, in addition to one for messages. Default: 10. */
  readonly connections?: number | undefined
}

/** What `installPostgres()` takes. */
export interface InstallPostgresOptions extends ServerOptions {
  /** A role that is given the rights to use the tables, and no others. Default: none is given any. */
  readonly role?: string | undefined
}

/** Where the tables are, checked. */
export interface ServerSettings {
  readonly schema: string
  readonly reaching: Reaching
}

/** After that a session which was not seen is no more. */
export const leaseMs = 30_000

type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

const isName = (value: unknown): boolean => typeof value === 'string' && /^[^\0]{1,63}$/.test(value)

const checks: Readonly<Record<string, Check>> = {
  connectionString: [isConnectionString, 'a string or a list of strings'],
  schema: [isName, 'the name of a schema'],
  tls: [(value) => typeof value === 'object' && value !== null, 'an object such as { ca }'],
  waitMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds'],
  durability: [(value) => value === 'relaxed' || value === 'strict', '"relaxed" or "strict"'],
  connections: [(value) => Number.isInteger(value) && Number(value) > 0, 'a number from 1 up'],
  role: [isName, 'the name of a role'],
}

/** @throws TypeError for an unknown option or a malformed value, naming it, and showing no connection string */
export function checkServerOptions(options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw optionError(
      'options',
      `Expected the options to be an object, got ${describeValue(options)}`,
    )
  }
  for (const [name, value] of Object.entries(options)) {
    const check = names.includes(name) ? checks[name] : undefined
    if (!check) {
      throw optionError(name, `Unknown option "${name}"; the options are ${names.join(', ')}`)
    }
    const [isValid, expected] = check
    if (value === undefined || isValid(value)) continue
    const got = name === 'connectionString' ? 'something else' : describeValue(value)
    throw optionError(name, `Expected option "${name}" to be ${expected}, got ${got}`)
  }
}

/** The settings of options that were checked. @throws TypeError where the connection string is none */
export function serverSettings(options: ServerOptions): ServerSettings {
  const { connectionString, schema = 'idb_everywhere', tls, waitMs = 30_000 } = options
  const addresses = serverAddresses(connectionString)
  return { schema, reaching: { addresses, tls, waitMs, idleMs: leaseMs } }
}

function isConnectionString(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return typeof value === 'string'
}
