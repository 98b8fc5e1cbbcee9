/** Where servers are: what a connection string says. Of one, hosts and ports alone are ever in an error, as it may hold a password. */
import { optionError } from '../../errors.ts'

/** A server, and as whom to use it; undefined: as the environment says (`PGUSER`, `PGPASSWORD`, …). */
export interface ServerAddress {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  readonly applicationName: string
  readonly tls: TlsMode
  /** As errors name it: its host and port; null where part of a password may have been taken for them. */
  readonly shown: string | null
}

/** Whether the way to the server is encrypted; `verified`: and its certificate has to be right, for that host. */
type TlsMode = 'off' | 'unverified' | 'verified'

/** How connection strings are read. */
interface Reading {
  /** Which option they are, for errors. Default: `connectionString`. */
  readonly option?: string
  /** Whether TLS was configured: then it is wanted on this machine, too. */
  readonly wantsTls?: boolean
}

/**
 * The servers of connection strings, in order. One string may name several: `postgres://user@one:5432,two:5432/database`.
 *
 * @throws TypeError for what is no connection string, or has a parameter that is not known
 */
export function serverAddresses(
  connectionStrings: string | readonly string[],
  { option = 'connectionString', wantsTls = false }: Reading = {},
): ServerAddress[] {
  const list = typeof connectionStrings === 'string' ? [connectionStrings] : connectionStrings
  try {
    const addresses = list.flatMap((text) => addressesIn(text, wantsTls))
    if (addresses.length > 0) return addresses
    throw new Malformed('names no server')
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const message = `Option "${option}" ${error.message} (the connection string is not shown, as it may hold a password)`
    throw optionError(option, message)
  }
}

/** What is wrong with a connection string. */
class Malformed extends Error {
  override readonly name = 'Malformed'
}

/** Whether it is the directory of a Unix socket: PostgreSQL has no TLS there. */
const isSocket = (host: string): boolean => host.startsWith('/')

/** Whether no one is on the way who could listen. */
function isLocal(host: string): boolean {
  return isSocket(host) || /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(host)
}

const shape =
  /^postgres(?:ql)?:\/\/(?:(?<who>[^@/?#]*)@)?(?<hosts>[^/?#]*)(?:\/(?<database>[^?#]*))?(?:\?(?<parameters>[^#]*))?$/

function addressesIn(text: string, wantsTls: boolean): ServerAddress[] {
  const parts = typeof text === 'string' ? shape.exec(text)?.groups : undefined
  if (!parts) throw new Malformed('is no URL such as postgres://user@host:5432/database')
  const parameters = parametersOf(parts['parameters'] ?? '')
  const [user, password] = (parts['who'] ?? '').split(/:(.*)/s, 2)
  const common = {
    user: parameters['user'] ?? decoded(user),
    password: parameters['password'] ?? decoded(password),
    database: decoded(parts['database']),
    applicationName: parameters['application_name'] ?? 'idb-everywhere',
  }
  return (parts['hosts'] ?? '').split(',').map((place) => {
    const { host, port } = placeOf(place, parameters)
    const shown = isSure(parts, host) ? shownAs(host, port) : null
    return { ...common, host, port, tls: tlsOf(parameters['sslmode'], { host, wantsTls }), shown }
  })
}

/** An @ after the first one, or encoded, is perhaps of a password that was not encoded as it should be. */
function isSure(parts: Readonly<Record<string, string | undefined>>, host: string): boolean {
  const { hosts = '', database = '', parameters = '' } = parts
  return ![hosts, database, parameters, host].some((it) => it.includes('@'))
}

function shownAs(host: string, port: number): string {
  const printed = host.replace(/\p{Cc}/gu, '?')
  if (printed.startsWith('/')) return `${printed}/.s.PGSQL.${port}`
  return printed.includes(':') ? `[${printed}]:${port}` : `${printed}:${port}`
}

const placeShape = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d+))?$/

function placeOf(place: string, parameters: Parameters): { host: string; port: number } {
  const parts = placeShape.exec(place)?.groups
  if (!parts) throw new Malformed('has a host that cannot be read')
  const named = parameters['host'] ?? decoded(parts['host']?.replace(/^\[|\]$/g, ''))
  const port = Number(parts['port'] ?? parameters['port'] ?? 5432)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Malformed('has a port that is no number from 1 to 65535')
  }
  return { host: named ?? 'localhost', port }
}

type Parameters = Readonly<Record<string, string | undefined>>

const knownParameters = ['application_name', 'host', 'password', 'port', 'sslmode', 'user']

function parametersOf(text: string): Parameters {
  const parameters = Object.fromEntries(new URLSearchParams(text))
  const unknown = Object.keys(parameters).find((name) => !knownParameters.includes(name))
  if (unknown === undefined) return parameters
  // Beside an @ it may be part of a password that was not encoded.
  const isName = /^[a-z_]{1,40}$/i.test(unknown) && !text.includes('@')
  const which = isName ? `the parameter "${unknown}", which` : 'a parameter that'
  const advice = adviceFor(unknown)
  throw new Malformed(
    `has ${which} is not known here; ${advice} (known are ${knownParameters.join(', ')})`,
  )
}

function adviceFor(parameter: string): string {
  switch (parameter) {
    case 'schema':
      return 'give it as the option "schema"'
    case 'sslca':
    case 'sslrootcert':
      return 'give the authority as the option "tls", as { ca }, or name its file in the environment variable NODE_EXTRA_CA_CERTS'
    case 'sslcert':
    case 'sslkey':
      return 'give a certificate of the client as the option "tls", as { cert, key }; an authority is named there as { ca }, or in the environment variable NODE_EXTRA_CA_CERTS'
    default:
      return 'leave it out'
  }
}

/** By default nothing goes over a network that others could read, and no one can pretend to be the server. */
function tlsOf(
  mode: string | undefined,
  { host, wantsTls }: { readonly host: string; readonly wantsTls: boolean },
): TlsMode {
  switch (mode) {
    case 'disable':
      return 'off'
    case 'no-verify':
      return 'unverified'
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return 'verified'
    case undefined:
    case 'allow':
    case 'prefer':
      return isSocket(host) || (isLocal(host) && !wantsTls) ? 'off' : 'verified'
    default:
      throw new Malformed(
        'has an "sslmode" that is not known; there are verify-full, verify-ca, require, prefer, allow, no-verify and disable',
      )
  }
}

/** undefined: there is none. */
function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Malformed(
      'has a % that is not followed by two digits; write %25 for the character itself',
    )
  }
}
