/** What is asked of a schema before it is used. */
import type { Statement } from '../wire/statement.ts'

/** The format of the tables in a schema, whose name is quoted, and the name of its channel, null where there is none. */
export function meta(schema: string): Statement {
  // As JSON: tables of another format need not have that column.
  return { text: `SELECT format, to_jsonb(m) ->> 'channel' FROM ${schema}.meta m` }
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
