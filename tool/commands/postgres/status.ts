/** `postgres status`: the server, the tables, and who uses them. */
import type { Command } from 'commander'
import { type PostgresStatus, postgresStatus } from 'idb-everywhere/postgres'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
import { hostsIn } from '../../terminal/server.ts'
import { countOf, formatTable } from '../../terminal/table.ts'
import { type PlaceOptions, withPlace, withServer } from './place.ts'

interface StatusOptions extends PlaceOptions {
  readonly json: boolean
}

/** Adds the command. */
export function addServerStatus(postgres: Command): void {
  const command = postgres
    .command('status')
    .description(
      'the server that takes writes, the databases on it, and who uses them; exit code 3 where there are no tables',
    )
    .action(status)
  withExamples(
    withJson(withServer(command)),
    'postgres status',
    'postgres status --schema tenant_a',
  )
}

function status(server: string, { json, ...options }: StatusOptions): Promise<void> {
  return withPlace(server, options, async (place) => {
    const found = await postgresStatus(place)
    if (found.format === null) process.exitCode = exitCodes.found
    const hosts = hostsIn(place.connectionString)
    await (json ? printJson({ server: hosts, ...found }) : printFound(found, hosts))
  })
}

async function printFound(found: PostgresStatus, hosts: string): Promise<void> {
  for (const line of linesOf(found, hosts)) await printLine(line)
  if (found.format === null) return
  await printLine(databasesText(found))
  if (found.processes.length > 0) await printLine(`\n${processesText(found)}`)
}

function linesOf(found: PostgresStatus, hosts: string): string[] {
  const { serverVersion, schema, format, processes, standbys, waitsForStandbys } = found
  const waiting = waitsForStandbys ? 'commits wait for them' : 'commits do not wait for them'
  const server = `PostgreSQL ${serverVersion}, takes writes; ${countOf(standbys, 'standby', 'standbys')}, ${waiting}`
  const place = `${hosts}, database ${shownName(found.database)}, as role ${shownName(found.role)}`
  const shown = shownName(schema)
  const tables =
    format === null
      ? 'no tables; "postgres install" makes them'
      : `format ${format}, in use by ${countOf(processes.length, 'process', 'processes')}`
  return [place, server, `schema ${shown}: ${tables}`]
}

function databasesText({ databases }: PostgresStatus): string {
  if (databases.length === 0) return 'no databases'
  const rows = databases.map(({ name, version, records, connections }) => [
    shownName(name),
    version,
    records,
    connections,
  ])
  return formatTable(['database', 'version', 'records', 'connections'], rows)
}

function processesText({ processes }: PostgresStatus): string {
  const rows = processes.map(({ application, address, connections, databases, seenMs }) => [
    application === null ? '(ended, or out of reach)' : shownName(application),
    address ?? undefined,
    connections,
    databases.map(useText).join(', '),
    `${Math.round(seenMs / 1000)} s ago`,
  ])
  return formatTable(['process', 'from', 'connections', 'to', 'seen'], rows)
}

/** A database that a process has open. */
function useText({ name, connections }: { name: string; connections: number }): string {
  return connections === 1 ? shownName(name) : `${shownName(name)} (${connections})`
}
