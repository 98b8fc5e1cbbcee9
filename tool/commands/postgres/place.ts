/** Which server is meant, and which schema on it. */
import { Argument, type Command } from 'commander'
import { secondsArgument } from '../../databases/arguments.ts'
import { WrongUse } from '../../terminal/failures.ts'
import { withServerFailures } from '../../terminal/server-failure.ts'
import {
  ambientServer,
  isServer,
  serverOptions,
  type ServerPlace,
  serverSeconds,
} from '../../terminal/server.ts'

/** Adds the server, which the environment names where it is left out, `--schema` and `--wait`. */
export function withServer(command: Command): Command {
  const server = new Argument(
    '[server]',
    'postgres://user@host/database; the password in PGPASSWORD',
  )
  return command
    .addArgument(server.default(ambientServer, 'DATABASE_URL, else PGHOST and its like'))
    .option('--schema <name>', 'the schema with the tables; default: idb_everywhere')
    .option('--wait <seconds>', 'how long a server is looked for', secondsArgument, serverSeconds)
}

/** The options of commands about a server. */
export interface PlaceOptions {
  readonly schema?: string
  readonly wait: number
}

/** Has `action` use the server that is meant. @throws WrongUse where it is none */
export function withPlace<Result>(
  server: string,
  { schema: given, wait }: PlaceOptions,
  action: (place: ServerPlace) => Promise<Result>,
): Promise<Result> {
  if (!isServer(server))
    throw new WrongUse('That is no URL of a server such as postgres://host/database')
  const named = serverOptions(server)
  const schema = given ?? named.schema
  const place = { ...named, ...(schema !== undefined && { schema }), waitMs: wait * 1000 }
  return withServerFailures({ place: server, schema }, () => action(place))
}

/** The schema that is meant. */
export const schemaOf = ({ schema = 'idb_everywhere' }: ServerPlace): string => schema
