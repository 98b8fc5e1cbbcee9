/** Statements about who watches which database, and what others are told. */
import { named } from './named.ts'
import type { Statement } from '../wire/statement.ts'

/** Of one schema. */
export interface NewsStatements {
  /** Notes whether a connection watches its database: `$1` id, `$2` whether. */
  readonly watch: Statement
  /** The databases that a client has open and others watch: `$1` client. */
  readonly watched: Statement
  /** A row where others watch a database: `$1` database, `$2` client. Outside of a transaction, as `makeSlot` may be. */
  readonly isWatched: Statement
  /** Tells all sessions: `$1` channel, `$2` what. In a transaction: once it is committed. */
  readonly tell: Statement
}

/** The statements in a schema, whose name is quoted. */
export function newsStatements(schema: string): NewsStatements {
  const connections = `${schema}.connections`
  return named({
    watch: `UPDATE ${connections} SET watches = $2 WHERE id = $1`,
    watched: `SELECT DISTINCT c.db FROM ${connections} c JOIN ${connections} w ON w.db = c.db WHERE c.client = $1 AND w.client <> $1 AND w.watches`,
    isWatched: `SELECT 1 FROM ${connections} WHERE db OPERATOR(pg_catalog.=) $1 AND client OPERATOR(pg_catalog.<>) $2 AND watches LIMIT 1`,
    tell: 'SELECT pg_notify($1, $2)',
  })
}
