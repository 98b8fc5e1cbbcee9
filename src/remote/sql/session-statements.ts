/** Statements about the processes that use a schema, and their open connections. */
import { named } from './named.ts'
import type { Statement } from '../wire/statement.ts'

/** Of one schema. */
export interface SessionStatements {
  /** `$1` client. Does nothing where it is there. */
  readonly begin: Statement
  /** It lives: gives nothing where the session is no more. Slots that are missing are made again: `$1` client, `$2` slots. */
  readonly renew: Statement
  readonly end: Statement
  /** Holds what shows that its process has not ended, until the connection does: `$1` client. */
  readonly hold: Statement
  /** The clients with connections to a database who hold it no more, and when they were seen last, in microseconds: `$1` database, `$2` client that asks. */
  readonly findAbsent: Statement
  /** Deletes the sessions that were not seen for `$1` ms, and those of the clients `$2` that were seen last at `$3`; none whose transaction is running. */
  readonly expire: Statement
  /** `$1` id, `$2` client, `$3` database, `$4` epoch. */
  readonly connect: Statement
  /**
   * Those whose databases have the epochs that they know, and are not about to be upgraded or deleted; gives their ids: `$1` ids, `$2`
   * client, `$3` databases, `$4` epochs.
   */
  readonly reconnect: Statement
  /** `$1` ids, `$2` channel. */
  readonly disconnect: Statement
  /** Which are still there, and whether their database has the epoch that they know: `$1` client. */
  readonly connections: Statement
  /** Asks all others to close: `$1` database, `$2` client, `$3` request, `$4` old and `$5` new version, `$6` channel. */
  readonly ask: Statement
  /** How many others there are, and how many have not been told: `$1` database, `$2` client, `$3` request. */
  readonly countOthers: Statement
  /** Of each of those, in the order of clients: the client, and what its connection for messages says of itself and where it comes from: `$1` database, `$2` client. */
  readonly findOthers: Statement
  /** Of the processes `$1` of the server those that are gone, or have done nothing for `$2` ms; none of which that is not told. */
  readonly findUnused: Statement
  /** What a client's connections are asked and have not been told: `$1` client. Who asks says of which version; a row without is damaged. */
  readonly asked: Statement
  /** `$1` id, `$2` request, `$3` channel. */
  readonly noteDelivered: Statement
}

/** The statements in a schema, whose name is quoted. */
export function sessionStatements(schema: string): SessionStatements {
  const [sessions, connections, slots] = ['sessions', 'connections', 'slots'].map(
    (it) => `${schema}.${it}`,
  )
  const others = 'db = $1 AND client <> $2'
  return named({
    begin: `INSERT INTO ${sessions} (client, seen) VALUES ($1, now()) ON CONFLICT (client) DO NOTHING`,
    renew: `WITH renewed AS (UPDATE ${sessions} SET seen = now() WHERE client = $1 RETURNING client), remade AS (INSERT INTO ${slots} (client, slot, token) SELECT client, unnest($2::int[]), 0 FROM renewed ON CONFLICT DO NOTHING) SELECT 1 FROM renewed`,
    end: `DELETE FROM ${sessions} WHERE client = $1`,
    hold: `SELECT pg_try_advisory_lock_shared(${lockOf('$1')})`,
    findAbsent: `SELECT s.client, ${microseconds('s.seen')} FROM ${sessions} s WHERE s.client <> $2 AND EXISTS (SELECT FROM ${connections} c WHERE c.client = s.client AND c.db = $1) AND NOT EXISTS (SELECT FROM pg_locks l WHERE ${isHeldBy('s.client')})`,
    // One whose transaction is still running would be waited for, and all others with it: it holds the row of a slot.
    expire: `WITH hurried AS MATERIALIZED (SELECT set_config('lock_timeout', '500ms', true)), due AS MATERIALIZED (SELECT client FROM ${sessions} WHERE seen < now() - $1 * interval '1 ms' OR (client, ${microseconds('seen')}) IN (SELECT * FROM unnest($2::uuid[], $3::bigint[])) FOR UPDATE SKIP LOCKED), free AS MATERIALIZED (SELECT client FROM ${slots} WHERE client IN (SELECT client FROM due) FOR UPDATE SKIP LOCKED) DELETE FROM ${sessions} s USING hurried WHERE s.client IN (SELECT client FROM due) AND (SELECT count(*) FROM ${slots} WHERE client = s.client) = (SELECT count(*) FROM free WHERE client = s.client)`,
    connect: `INSERT INTO ${connections} (id, client, db, epoch) VALUES ($1, $2, $3, $4)`,
    reconnect: `WITH free AS MATERIALIZED (SELECT id, epoch FROM ${schema}.databases WHERE id = ANY ($3::bigint[]) FOR KEY SHARE SKIP LOCKED) INSERT INTO ${connections} (id, client, db, epoch) SELECT u.id, $2, u.db, u.epoch FROM unnest($1::uuid[], $3::bigint[], $4::bigint[]) u (id, db, epoch) JOIN free f ON f.id = u.db AND f.epoch = u.epoch RETURNING id`,
    disconnect: `WITH gone AS (DELETE FROM ${connections} WHERE id = ANY ($1::uuid[]) RETURNING db) SELECT pg_notify($2, 'closed ' || db) FROM (SELECT DISTINCT db FROM gone) g`,
    connections: `SELECT c.id, EXISTS (SELECT FROM ${schema}.databases d WHERE d.id = c.db AND d.epoch = c.epoch) FROM ${connections} c WHERE c.client = $1`,
    ask: `WITH asked AS (UPDATE ${connections} SET ask = $3, old_version = $4, new_version = $5 WHERE ${others} AND ask IS DISTINCT FROM $3 RETURNING 1) SELECT pg_notify($6, 'ask') FROM asked LIMIT 1`,
    countOthers: `SELECT count(*), count(*) FILTER (WHERE delivered IS DISTINCT FROM $3) FROM ${connections} WHERE ${others}`,
    findOthers: `SELECT c.client, a.application_name, host(a.client_addr) FROM ${connections} c LEFT JOIN pg_stat_activity a ON a.pid = (SELECT max(l.pid) FROM pg_locks l WHERE ${isHeldBy('c.client')}) WHERE c.db = $1 AND c.client <> $2 ORDER BY c.client`,
    findUnused: `SELECT p FROM unnest($1::int[]) p WHERE NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = p AND coalesce(a.state NOT LIKE 'idle%' OR a.state_change > now() - $2 * interval '1 ms', true))`,
    asked: `SELECT id, ask, old_version, new_version FROM ${connections} WHERE client = $1 AND ask IS NOT NULL AND old_version IS NOT NULL AND delivered IS DISTINCT FROM ask`,
    noteDelivered: `WITH told AS (UPDATE ${connections} SET delivered = $2 WHERE id = $1 RETURNING db) SELECT pg_notify($3, 'told ' || db) FROM told`,
  })
}

/** Whether a row `l` of `pg_locks` is what a client holds. */
export function isHeldBy(client: string): string {
  return `l.locktype = 'advisory' AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (l.classid::bigint << 32 | l.objid::bigint) = ${lockOf(client)}`
}

/** A time as a number, as its text depends on the role's `DateStyle` and `TimeZone`, and cannot be read again in each of them. */
function microseconds(time: string): string {
  return `(extract(epoch FROM ${time}) * 1000000)::bigint`
}

/** The number of a client's lock. */
function lockOf(client: string): string {
  return `hashtextextended(${client}::text, 0)`
}
