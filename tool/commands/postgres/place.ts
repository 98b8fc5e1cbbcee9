/** Which server is meant, and which schema on it. */
import { Argument, type Command } from 'commander'
import type { ServerOptions } from 'idb-everywhere/postgres'
import { WrongUse } from '../../terminal/failures.ts'
import { ambientServer, isServer, serverOptions } from '../../terminal/server.ts'

/** Adds the server, which the environment names where it is left out, and `--schema`. */
export function withServer(command: Command): Command {
  const server = new Argument(
    '[server]',
    'postgres://user@host/database; the password in PGPASSWORD',
  )
  return command
    .addArgument(server.default(ambientServer, 'DATABASE_URL, else PGHOST and its like'))
    .option('--schema <name>', 'the schema with the tables; default: idb_everywhere')
}

/** What the functions of `idb-everywhere/postgres` are told. @throws WrongUse where it is no server */
export function placeOf(server: string, schema: string | undefined): ServerOptions {
  if (!isServer(server))
    throw new WrongUse('That is no URL of a server such as postgres://host/database')
  return { ...serverOptions(server), ...(schema !== undefined && { schema }) }
}

/** The schema that is meant. */
export const schemaOf = ({ schema = 'idb_everywhere' }: ServerOptions): string => schema
