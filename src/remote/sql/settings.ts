/** What is set on a connection, so that statements do what they say whatever the server, the database or the role has set. */
import type { Statement } from '../wire/statement.ts'

/** The values by their names. `idleMs`: how long a transaction may do nothing before the server ends it. */
function valuesOf(idleMs: number): Readonly<Record<string, string>> {
  return {
    bytea_output: 'hex',
    client_min_messages: 'warning',
    // Numbers come with all of their digits.
    extra_float_digits: '1',
    jit: 'off',
    // Every statement walks an index, whatever the server knows of the tables: statistics of a table that was empty a moment ago would
    // have it read the whole of it. So one plan serves all executions.
    enable_seqscan: 'off',
    enable_bitmapscan: 'off',
    plan_cache_mode: 'force_generic_plan',
    // What waits for its turn does so within a statement.
    lock_timeout: '0',
    statement_timeout: '0',
    idle_in_transaction_session_timeout: String(idleMs),
    // A process that takes nothing in does nothing either, and the server, which is about to send, is not idle.
    tcp_user_timeout: String(idleMs),
  }
}

/** The server finds out, too, that a client is out of reach: in seconds. And statements may be transactions by themselves. */
const valuesOfSession = {
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  default_transaction_isolation: 'read committed',
}

/**
 * A strict transaction is to outlive the server's end, which `off` and `local` of a role or a database would give up. `remote_apply`
 * promises more, and who has set it reads on standbys what was committed.
 */
const leastSynchronous = `CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END`

/** For as long as the connection lasts. */
export function sessionSettings(idleMs: number): string {
  return statementsSetting({ ...valuesOf(idleMs), ...valuesOfSession }, { isLocal: false })
}

/** For as long as the transaction lasts that they are a part of. */
export function transactionSettings(idleMs: number): string {
  return statementsSetting(valuesOf(idleMs), { isLocal: true })
}

function statementsSetting(
  values: Readonly<Record<string, string>>,
  { isLocal }: { readonly isLocal: boolean },
): string {
  const set = (name: string, value: string): string => `set_config('${name}', ${value}, ${isLocal})`
  // As to how long a transaction takes, servers before 17 have no setting.
  const unlimited = `CASE WHEN current_setting('server_version_num')::int >= 170000 THEN ${set('transaction_timeout', "'0'")} END`
  const all = [
    ...Object.entries(values).map(([name, value]) => set(name, `'${value}'`)),
    set('synchronous_commit', leastSynchronous),
    unlimited,
  ]
  // First, for what follows: in the path of a role others may have made functions and operators that fit better than the server's own.
  const path = `SET ${isLocal ? 'LOCAL ' : ''}search_path = pg_catalog, pg_temp`
  // The rest as one value: the driver keeps results and columns in arrays, and what is far back there a setter on a prototype may take.
  return `${path}; SELECT concat(${all.join(', ')})`
}

/**
 * What the connection for messages has in addition. What it says of itself must not wait for a standby: it is made again where it is lost.
 * It has nothing to do for seconds, and must not be closed for that; servers before 14 have no such limit.
 */
export const messageSettings: Statement = {
  text: "SELECT set_config('synchronous_commit', 'local', false), CASE WHEN current_setting('server_version_num')::int >= 140000 THEN set_config('idle_session_timeout', '0', false) END",
}
