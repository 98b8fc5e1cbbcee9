/** The checks of what `postgres()` and `installPostgres()` take. */
import { optionError } from '../errors.ts'
import { describeValue } from '../base/describe-value.ts'
import { isServerUrl } from '../base/server-url.ts'
import { unknownOption } from '../explain/unknown-option.ts'
import type { PostgresOptions, ServerOptions } from './server-options.ts'
import { leaseMs } from './session/lease.ts'
import { serverAddresses } from './wire/server-address.ts'
import type { Reaching } from './wire/connect.ts'

/** Where the tables are, checked. */
export interface ServerSettings {
  readonly schema: string
  /** The way for transactions. */
  readonly reaching: Reaching
  /** The way for messages, where it is another one; null: it is the same. */
  readonly direct: Reaching | null
}

type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

/** The server cuts longer ones, so that two might be the same there; a lone surrogate it never sees. */
const isName = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^[^\0\p{Cs}]+$/u.test(value) &&
  Buffer.byteLength(value) <= 63 &&
  !isServerUrl(value)

const checks: Readonly<Record<string, Check>> = {
  connectionString: [isConnectionString, 'a string or a list of strings'],
  directConnectionString: [isConnectionString, 'a string or a list of strings'],
  schema: [isName, 'the name of a schema, of at most 63 bytes in UTF-8'],
  tls: [(value) => typeof value === 'object' && value !== null, 'an object such as { ca }'],
  waitMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds'],
  durability: [(value) => value === 'relaxed' || value === 'strict', '"relaxed" or "strict"'],
  connections: [(value) => Number.isInteger(value) && Number(value) > 0, 'a number from 1 up'],
  role: [isName, 'the name of a role, of at most 63 bytes in UTF-8'],
}

/** @throws TypeError for an unknown option or a malformed value, naming it, and showing no connection string */
export function checkServerOptions(
  options: Partial<ServerOptions>,
  names: readonly string[],
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const message = `Expected the options to be an object, such as { connectionString }, got ${describeHidden(options)}`
    throw optionError('options', message)
  }
  for (const [name, value] of Object.entries(options)) {
    const check = names.includes(name) ? checks[name] : undefined
    if (!check) throw unknownOption(name, names)
    const [isValid, expected] = check
    if (value === undefined || isValid(value)) continue
    throw optionError(
      name,
      `Expected option "${name}" to be ${expected}, got ${gotFor(name, value)}`,
    )
  }
}

function gotFor(name: string, value: unknown): string {
  if (!/ConnectionString$/i.test(name)) return describeValue(value)
  return Array.isArray(value) ? 'a list with something else in it' : describeHidden(value)
}

/** Without a word of it: it may be a connection string in any form. */
function describeHidden(value: unknown): string {
  return typeof value === 'string' ? 'a string' : describeValue(value)
}

function noConnectionString(): TypeError {
  const message =
    'Option "connectionString" is missing, or undefined: give a URL such as postgres://user@host:5432/database, and where it comes from the environment, see that the variable is set'
  return optionError('connectionString', message)
}

/** The settings of options that were checked. @throws TypeError where there is no connection string, or it is none */
export function serverSettings(
  options: ServerOptions & Pick<PostgresOptions, 'directConnectionString'>,
): ServerSettings {
  const { connectionString, directConnectionString, schema = 'idb_everywhere' } = options
  const { tls, waitMs = 30_000 } = options
  if (connectionString === undefined) throw noConnectionString()
  const common = { tls, waitMs, idleMs: leaseMs }
  const wantsTls = tls !== undefined
  const addresses = serverAddresses(connectionString, { wantsTls })
  if (directConnectionString === undefined) {
    return { schema, reaching: { ...common, addresses, isPooled: false }, direct: null }
  }
  const option = 'directConnectionString'
  const direct = serverAddresses(directConnectionString, { option, wantsTls })
  return {
    schema,
    reaching: { ...common, addresses, isPooled: true },
    direct: { ...common, addresses: direct, isPooled: false },
  }
}

/** The way for a moment's work, in transactions alone: a pooler may be on it. */
export function briefReaching({ reaching }: ServerSettings): Reaching {
  return { ...reaching, isPooled: true }
}

function isConnectionString(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return typeof value === 'string'
}
