/** Statements that begin and end transactions. */
import { named } from './named.ts'
import type { Statement } from '../wire/statement.ts'

/** Of one schema. Those that check something fail with "division by zero" where it does not hold: nothing that follows them is then done. */
export interface TransactionStatements {
  /**
   * Notes the number of the commit to be, and locks the object stores in the order of ids: `$1` client, `$2` slot, `$3` number, `$4`
   * database, `$5` store ids, `$6` their epoch, `$7` how many they are. Gives ids and numbers of key generators as two lists.
   */
  readonly enter: Statement
  /** The same, where locks that are not had soon fail it with `lockNotAvailable`. */
  readonly enterSoon: Statement
  /** The same as `enter` for an upgrade, which has locked the database: `$1`, `$2`, `$3`. */
  readonly enterUpgrade: Statement
  /** Checks that a snapshot has the database as it was: `$1` database, `$2` epoch. */
  readonly enterReading: Statement
  /** `$1` database, `$2` store ids, `$3` numbers. */
  readonly moveGenerators: Statement
  /** Whose transaction it was that has the number, once that has ended: `$1` client, `$2` slot. */
  readonly readSlot: Statement
  /** Has the transaction with that number fail, should it still come; where it has come, its number is written again: `$3` number. */
  readonly fenceSlot: Statement
  /**
   * `$1` client, `$2` slot. Deletes those that were made before it, but for `$3`, and that no transaction holds. Waits for no standby, which
   * may be missing: reading needs none. It may come outside of a transaction, where a pooler's connection has the path of the role, so it
   * says where the server's own names are.
   */
  readonly makeSlot: Statement
  /** `$1` client, `$2` slot; as to standbys and paths the same. */
  readonly dropSlot: Statement
}

/**
 * For how long locks are waited for by a transaction whose commit is on its way with it: about as long as a slow network takes, so that
 * transactions of a moment follow each other without a round trip between them.
 */
const soonMs = 20

/** The statements in a schema, whose name is quoted. */
export function transactionStatements(schema: string): TransactionStatements {
  const slot = 'client = $1 AND slot = $2'
  const note = (rest = ''): string =>
    `noted AS (UPDATE ${schema}.slots SET token = $3 WHERE ${slot} AND token < $3${rest} RETURNING 1)`
  const lock = `locked AS MATERIALIZED (SELECT id, current_number FROM ${schema}.stores WHERE db = $4 AND id = ANY ($5::int[]) AND epoch = $6 AND EXISTS (SELECT FROM noted) ORDER BY id FOR NO KEY UPDATE)`
  const numbers = 'array_agg(id), array_agg(current_number), 1 / (count(*) = $7)::int'
  const hurry = `hurried AS MATERIALIZED (SELECT current_setting('lock_timeout') AS before, set_config('lock_timeout', '${soonMs}', true))`
  return named({
    enter: `WITH ${note()}, ${lock} SELECT ${numbers} FROM locked`,
    // What comes after it may take as long as ever.
    enterSoon: `WITH ${hurry}, ${note(' AND EXISTS (SELECT FROM hurried)')}, ${lock} SELECT ${numbers}, set_config('lock_timeout', (SELECT before FROM hurried), true) FROM locked`,
    enterUpgrade: `WITH ${note()} SELECT 1 / count(*)::int FROM noted`,
    enterReading: `SELECT 1 / count(*)::int FROM ${schema}.databases WHERE id = $1 AND epoch = $2`,
    moveGenerators: `UPDATE ${schema}.stores s SET current_number = u.n FROM unnest($2::int[], $3::float8[]) u (id, n) WHERE s.db = $1 AND s.id = u.id`,
    readSlot: `SELECT token FROM ${schema}.slots WHERE ${slot} FOR UPDATE`,
    fenceSlot: `UPDATE ${schema}.slots SET token = CASE WHEN token < $3 THEN $3 + 1 ELSE token END WHERE ${slot}`,
    makeSlot: `WITH gone AS MATERIALIZED (SELECT slot FROM ${schema}.slots WHERE client OPERATOR(pg_catalog.=) $1 AND slot OPERATOR(pg_catalog.<) $2 AND slot OPERATOR(pg_catalog.<>) ALL ($3::pg_catalog.int4[]) FOR UPDATE SKIP LOCKED), cut AS (DELETE FROM ${schema}.slots s USING gone g WHERE s.client OPERATOR(pg_catalog.=) $1 AND s.slot OPERATOR(pg_catalog.=) g.slot) INSERT INTO ${schema}.slots (client, slot, token) SELECT $1, $2, 0 FROM pg_catalog.set_config('synchronous_commit', 'local', true)`,
    dropSlot: `DELETE FROM ${schema}.slots USING pg_catalog.set_config('synchronous_commit', 'local', true) WHERE client OPERATOR(pg_catalog.=) $1 AND slot OPERATOR(pg_catalog.=) $2`,
  })
}

/**
 * Whatever the server, the database or the role have as their default. Who waits for the lock of a row is to see what was committed
 * meanwhile: under any other level it would go on with what there was before. A default of READ ONLY stays: it is how servers are
 * kept from being written, when their disk is full for instance.
 */
const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED'
export const beginStrict: Statement = { text: begin }
export const beginRelaxed: Statement = { text: `${begin}; SET LOCAL synchronous_commit = off` }
export const beginReading: Statement = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' }
export const commit: Statement = { text: 'COMMIT' }
export const rollback: Statement = { text: 'ROLLBACK' }
/** Is answered after all that was sent before, and has the server see that someone is there. */
export const nothing: Statement = { name: 'idb_nothing', text: 'SELECT' }
