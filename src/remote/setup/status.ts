/** How a server does: what is on it, and who uses it. */
import { checkTables } from './check-tables.ts'
import { shownNameOf } from '../names.ts'
import { graceMs, leaseMs } from '../session/lease.ts'
import type { PostgresStatus, ServerOptions } from '../server-options.ts'
import { serverFacts } from '../sql/meta.ts'
import { type StatusStatements, statusStatements } from '../sql/status-statements.ts'
import { quoted, tablesFormat } from '../sql/tables.ts'
import { beginReading, commit } from '../sql/transaction-statements.ts'
import { bytesIn, numberIn, type Row, textIn } from '../wire/statement.ts'
import type { Wire } from '../wire/wire.ts'
import { overServer } from './over-server.ts'

const optionNames = ['connectionString', 'schema', 'tls', 'waitMs']

/**
 * What is on a server, as one state of it. It counts the records, so it reads all of their index. The role needs the rights of an application.
 *
 * @throws TypeError for an option that is not accepted, UnknownError where the server cannot be reached, takes no writes or refuses
 */
export async function postgresStatus(options: ServerOptions): Promise<PostgresStatus> {
  return overServer(options, optionNames, async (wire, schema) => {
    await wire.ask(beginReading)
    const found = await statusOver(wire, schema)
    await wire.ask(commit)
    return found
  })
}

async function statusOver(wire: Wire, schema: string): Promise<PostgresStatus> {
  const [facts] = await wire.ask(serverFacts, [schema])
  if (!facts) throw new Error('unreachable: the server says nothing of itself')
  const server = {
    schema,
    serverVersion: textIn(facts, 0),
    standbys: numberIn(facts, 1),
    waitsForStandbys: textIn(facts, 2) !== '',
    database: textIn(facts, 4),
    role: textIn(facts, 5),
  }
  if (facts[3] === 'f') return { ...server, format: null, databases: [], processes: [] }
  await checkTables(wire, schema)
  return {
    ...server,
    format: tablesFormat,
    ...(await usersOf(wire, statusStatements(quoted(schema)))),
  }
}

async function usersOf(
  wire: Wire,
  statements: StatusStatements,
): Promise<Pick<PostgresStatus, 'databases' | 'processes'>> {
  const counting = [leaseMs, graceMs]
  const [databases, processes, uses] = [
    await wire.ask(statements.databases, counting),
    await wire.ask(statements.processes, counting),
    await wire.ask(statements.uses, counting),
  ]
  return {
    databases: databases.map(databaseIn),
    processes: processes.map((row) => processIn(row, uses)),
  }
}

const databaseIn = (row: Row): PostgresStatus['databases'][number] => ({
  name: shownNameOf(bytesIn(row, 0)),
  version: numberIn(row, 1),
  records: numberIn(row, 2),
  connections: numberIn(row, 3),
})

const processIn = (row: Row, uses: readonly Row[]): PostgresStatus['processes'][number] => ({
  id: textIn(row, 4),
  seenMs: numberIn(row, 0),
  connections: numberIn(row, 1),
  application: row[2] ?? null,
  address: row[3] ?? null,
  databases: uses.filter(([id]) => id === row[4]).map(useIn),
})

/** Of a row that begins with the process. */
const useIn = (row: Row): PostgresStatus['processes'][number]['databases'][number] => ({
  name: shownNameOf(bytesIn(row, 1)),
  connections: numberIn(row, 2),
})
