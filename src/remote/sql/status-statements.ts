/** Statements that say what is in a schema, and who uses it. */
import { named } from './record-statements.ts'
import type { Statement } from '../wire/statement.ts'

/** Of one schema. */
export interface StatusStatements {
  /** Name, version, how many records, and how many open connections, in the order of names. */
  readonly databases: Statement
  /** How many milliseconds ago a process was seen, and how many open connections it has; the latest first. */
  readonly processes: Statement
}

/** The statements in a schema, whose name is quoted. */
export function statusStatements(schema: string): StatusStatements {
  const count = (table: string, which: string): string =>
    `(SELECT count(*) FROM ${schema}.${table} t WHERE ${which})`
  return named({
    databases: `SELECT d.name, d.version, ${count('records', 't.db = d.id')}, ${count('connections', 't.db = d.id')} FROM ${schema}.databases d WHERE d.version > 0 ORDER BY d.name`,
    processes: `SELECT round(extract(epoch FROM clock_timestamp() - s.seen) * 1000), ${count('connections', 't.client = s.client')} FROM ${schema}.sessions s ORDER BY s.seen DESC`,
  })
}
