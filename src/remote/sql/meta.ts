/** What is asked of a server and a schema before they are used. */
import type { Statement } from '../wire/statement.ts'
import { areAllThere, quoted } from './tables.ts'

/**
 * Whether a server takes no writes, and the number of its process that answers. Nothing is set yet: in the path of a role there may be
 * functions and types that fit better than the server's own, so it says where these are.
 */
export const serverState: Statement = {
  text: "SELECT pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only'::pg_catalog.text)::pg_catalog.bool, pg_catalog.pg_backend_pid()",
}

/** The number of the server's process that answers, as long as nothing is set either. */
export const serverProcess: Statement = { text: 'SELECT pg_catalog.pg_backend_pid()' }

/**
 * The format of the tables in a schema, whose name is quoted, the name of its channel, null where there is none, and whether it has all tables
 * of the format that is known: `$1` its name. There is one row, and another program's table may have more: two of them show that.
 */
export function meta(schema: string): Statement {
  // As JSON: tables of another format need not have that column.
  const channel = "to_jsonb(m) ->> 'channel'"
  return { text: `SELECT format, ${channel}, ${areAllThere} FROM ${schema}.meta m LIMIT 2` }
}

/** How many standbys follow the server, and which of them it waits for at a commit. */
export const standbys: Statement = {
  text: "SELECT (SELECT count(*) FROM pg_stat_replication), current_setting('synchronous_standby_names')",
}

/** Its version, the same two, whether a schema has tables of that kind, the database and the role: `$1` schema. */
export const serverFacts: Statement = {
  text: "SELECT split_part(current_setting('server_version'), ' ', 1), (SELECT count(*) FROM pg_stat_replication), current_setting('synchronous_standby_names'), EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'meta'), current_database(), current_user",
}

/** What tells one server from another, and from itself before it was started again. */
export const serverStart: Statement = { text: 'SELECT pg_postmaster_start_time()' }

/** Has a connection told of what is said on the channel of that name. */
export function listenTo(channel: string): Statement {
  return { text: `LISTEN ${quoted(channel)}` }
}
