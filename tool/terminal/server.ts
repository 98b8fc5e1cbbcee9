/** A PostgreSQL server in place of a directory: `postgres://user@host/database?schema=name`, or `postgres:` for what the environment says. */
import { createIndexedDB, type ClosableIDBFactory, type IndexedDBOptions } from 'idb-everywhere'
import type { ServerOptions } from 'idb-everywhere/postgres'
import { WrongUse } from './failures.ts'
import { plainText } from './plain-text.ts'

/** The server that the environment names. */
export const ambientServer = 'postgres:'

/** What is said of arguments that may be one. */
export const placeText = 'where the databases are: a directory, or postgres://… for a server'

/** For how many seconds a server is looked for: a person sees nothing meanwhile. */
export const serverSeconds = 5

const scheme = /^postgres(?:ql)?:/i

/** Whether a place is a server. @throws WrongUse for the URL of something else, which is not shown: it may hold a password */
export function isServer(place: string): boolean {
  if (scheme.test(place)) return true
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(place)) return false
  throw new WrongUse('That is the URL of no PostgreSQL server; it begins with postgres://')
}

/** What the functions of `idb-everywhere/postgres` are told of a server. */
export type ServerPlace = ServerOptions & { readonly connectionString: string }

/**
 * What they are told of this one. The schema is the one that the place names, if it does.
 *
 * @throws WrongUse where it is malformed, or neither it nor the environment names a server
 */
export function serverOptions(place: string, environment: Environment = process.env): ServerPlace {
  const { url, schema } = withoutSchema(place)
  const connectionString = isAmbient(url) ? serverIn(environment).url : url
  return { connectionString, waitMs: serverSeconds * 1000, ...(schema !== null && { schema }) }
}

/** Whether the environment names the server. @throws WrongUse for what is neither that nor a URL: it could be meant as another server */
function isAmbient(url: string): boolean {
  const [address = '', query] = url.replace(scheme, '').split(/\?(.*)/s)
  if (address.startsWith('//')) return false
  if (address !== '') {
    throw new WrongUse(
      'A server is postgres://user@host/database, with two slashes, or postgres: alone for the one that the environment names (what was given is not shown, as it may hold a password)',
    )
  }
  const [name] = new URLSearchParams(query).keys()
  if (name === undefined) return true
  throw new WrongUse(
    `"postgres:" has no parameter "${plainText(name)}"; it may be followed by ?schema=NAME alone`,
  )
}

/** The schema is no parameter that servers know. null: there is none. */
function withoutSchema(place: string): { readonly url: string; readonly schema: string | null } {
  const [address = '', query = ''] = place.split(/\?(.*)/s)
  const parameters = query.split('&').filter((it) => it !== '')
  const others = parameters.filter((it) => !it.startsWith('schema='))
  const schema = new URLSearchParams(query).get('schema')
  return { url: others.length > 0 ? `${address}?${others.join('&')}` : address, schema }
}

type Environment = Readonly<Record<string, string | undefined>>

/** A server, and the variable that names it. */
interface NamedServer {
  readonly url: string
  readonly variable: string
}

/** `DATABASE_URL`, whose schema is that of other programs; else what `PGHOST` and the like say. The driver itself knows the others. */
function serverIn(environment: Environment): NamedServer {
  const { DATABASE_URL: url, PGHOST: host } = environment
  if (url) return { url: withoutSchema(url).url, variable: 'DATABASE_URL' }
  if (!host) {
    throw new WrongUse(
      'No server is named: neither DATABASE_URL nor PGHOST is set; set one, or give the server as postgres://user@host/database',
    )
  }
  const { PGPORT: port, PGSSLMODE: sslmode } = environment
  const isSocket = host.startsWith('/')
  const parameters = {
    ...(isSocket && { host }),
    ...(port && { port }),
    ...(sslmode && { sslmode }),
  }
  return {
    url: `postgres://${isSocket ? '' : host}?${new URLSearchParams(parameters)}`,
    variable: 'PGHOST',
  }
}

/** What has the URL of a server, as a sentence begins with it. */
export function urlSource(place: string, environment: Environment = process.env): string {
  if (isNamed(place)) return 'The URL of the server'
  const { variable } = serverIn(environment)
  return variable === 'PGHOST' ? 'The server of PGHOST and its like' : variable
}

/** Whether a place says itself which server it is. */
const isNamed = (place: string): boolean => place.replace(scheme, '').startsWith('//')

/** Which variable names a server that the environment names; empty for one that was given. */
export function whereAmbient(place: string, environment: Environment = process.env): string {
  if (isNamed(place)) return ''
  return `${serverIn(environment).variable} names it`
}

/** Its hosts and ports, in order; empty where that cannot be told for sure from a password. */
export function hostsIn(url: string): string {
  const parts = /^[a-z]+:\/\/(?:[^@/?#]*@)?([^@/?#]*)(?:\/[^@?#]*)?(?:\?([^@#]*))?$/i.exec(url)
  if (!parts) return ''
  const parameters = new URLSearchParams(parts[2])
  const [host, port = '5432'] = [parameters.get('host'), parameters.get('port') ?? undefined]
  if (host !== null) return plainText(host.startsWith('/') ? host : `${host}:${port}`)
  const hosts = (parts[1] ?? '').split(',').map((it) => it || 'localhost')
  return plainText(hosts.map((it) => (/:\d+$/.test(it) ? it : `${it}:${port}`)).join(', '))
}

/** The databases of a server. The driver is loaded at their first use. */
export async function serverFactory(
  place: string,
  options: IndexedDBOptions,
): Promise<ClosableIDBFactory> {
  const { postgres } = await import('idb-everywhere/postgres')
  return createIndexedDB({ host: postgres(serverOptions(place)), ...options })
}
