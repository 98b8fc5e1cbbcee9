/** Statements that say what is in a schema, and who uses it. */
import { named } from './named.ts'
import { isHeldBy } from './session-statements.ts'
import type { Statement } from '../wire/statement.ts'

/** Of one schema. */
export interface StatusStatements {
  /** Name, version, how many records, and how many open connections, in the order of names: `$1` and `$2` as below. */
  readonly databases: Statement
  /** Of each process: its id, a database that it has open, and how many connections to that it has, in the order of names: `$1` and `$2` as below. */
  readonly uses: Statement
  /**
   * Of each process that counts: how many milliseconds ago it was seen, how many open connections it has, and what its connection for messages says of
   * itself and where it comes from, and its id; the latest first. `$1`: the milliseconds after which one that was not seen does not count, `$2`: and one that
   * holds nothing any more.
   */
  readonly processes: Statement
}

/** The statements in a schema, whose name is quoted. */
export function statusStatements(schema: string): StatusStatements {
  const count = (table: string, which: string): string =>
    `(SELECT count(*) FROM ${schema}.${table} t WHERE ${which})`
  // For a moment after a loss two connections may hold it.
  const alive = `alive AS (SELECT s.client, s.seen, l.pid FROM ${schema}.sessions s CROSS JOIN LATERAL (SELECT max(l.pid) AS pid FROM pg_locks l WHERE ${isHeldBy('s.client')}) l WHERE s.seen >= ${before('$1')} AND (l.pid IS NOT NULL OR s.seen >= ${before('$2')}))`
  const ofAlive = 't.client IN (SELECT client FROM alive)'
  return named({
    databases: `WITH ${alive} SELECT d.name, d.version, ${count('records', 't.db = d.id')}, ${count('connections', `t.db = d.id AND ${ofAlive}`)} FROM ${schema}.databases d WHERE d.version > 0 ORDER BY d.name`,
    uses: `WITH ${alive} SELECT t.client, d.name, count(*) FROM ${schema}.connections t JOIN ${schema}.databases d ON d.id = t.db WHERE ${ofAlive} GROUP BY t.client, d.name ORDER BY d.name`,
    processes: `WITH ${alive} SELECT round(extract(epoch FROM clock_timestamp() - p.seen) * 1000), ${count('connections', 't.client = p.client')}, a.application_name, host(a.client_addr), p.client FROM alive p LEFT JOIN pg_stat_activity a ON a.pid = p.pid ORDER BY p.seen DESC`,
  })
}

/** That many milliseconds ago. */
function before(parameter: string): string {
  return `clock_timestamp() - ${parameter} * interval '1 ms'`
}
