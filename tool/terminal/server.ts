/** A PostgreSQL server in place of a directory: `postgres://user@host/database?schema=name`, or `postgres:` for what the environment says. */
import { createIndexedDB, type ClosableIDBFactory, type IndexedDBOptions } from 'idb-everywhere'
import type { ServerOptions } from 'idb-everywhere/postgres'
import { Failure } from './failures.ts'

/** The server that the environment names. */
export const ambientServer = 'postgres:'

/** What is said of arguments that may be one. */
export const placeText = 'where the databases are: a directory, or postgres://… for a server'

/** Whether a place is a server. @throws Failure for the URL of something else, which is not shown: it may hold a password */
export function isServer(place: string): boolean {
  if (/^postgres(?:ql)?:/i.test(place)) return true
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(place)) return false
  throw new Failure('That is the URL of no PostgreSQL server; it begins with postgres://')
}

/** What the functions of `idb-everywhere/postgres` are told of a server. The schema is the one that the place names, if it does. */
export function serverOptions(place: string, environment = process.env): ServerOptions {
  const { url, schema } = withoutSchema(place)
  const connectionString = url.includes('//') ? url : serverIn(environment)
  return { connectionString, ...(schema !== null && { schema }) }
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

/** `DATABASE_URL`, whose schema is that of other programs; else what `PGHOST` and the like say. The driver itself knows the others. */
function serverIn(environment: Environment): string {
  const { DATABASE_URL: url } = environment
  if (url) return withoutSchema(url).url
  const { PGHOST: host = '', PGPORT: port, PGSSLMODE: sslmode } = environment
  const isSocket = host.startsWith('/')
  const parameters = {
    ...(isSocket && { host }),
    ...(port && { port }),
    ...(sslmode && { sslmode }),
  }
  return `postgres://${isSocket ? '' : host}?${new URLSearchParams(parameters)}`
}

/** The databases of a server. The driver is loaded at their first use. */
export async function serverFactory(
  place: string,
  options: IndexedDBOptions,
): Promise<ClosableIDBFactory> {
  const { postgres } = await import('idb-everywhere/postgres')
  return createIndexedDB({ host: postgres(serverOptions(place)), ...options })
}
