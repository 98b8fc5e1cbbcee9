/** `postgres status`: the server, the tables, and who uses them. */
import type { Command } from 'commander'
import { type PostgresStatus, postgresStatus } from 'idb-everywhere/postgres'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
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

async function status(server: string, { json, ...options }: StatusOptions): Promise<void> {
  const found = await withPlace(server, options, postgresStatus)
  if (found.format === null) process.exitCode = exitCodes.found
  await (json ? printJson(found) : printFound(found))
}

async function printFound(found: PostgresStatus): Promise<void> {
  for (const line of linesOf(found)) await printLine(line)
  const { databases, format } = found
  if (format === null) return
  if (databases.length === 0) return printLine('no databases')
  const rows = databases.map(({ name, version, records, connections }) => [
    shownName(name),
    version,
    records,
    connections,
  ])
  await printLine(formatTable(['database', 'version', 'records', 'connections'], rows))
}

function linesOf(found: PostgresStatus): string[] {
  const { serverVersion, schema, format, processes, standbys, waitsForStandbys } = found
  const waiting = waitsForStandbys ? 'commits wait for them' : 'commits do not wait for them'
  const server = `PostgreSQL ${serverVersion}, takes writes; ${countOf(standbys, 'standby', 'standbys')}, ${waiting}`
  const shown = shownName(schema)
  if (format === null) return [server, `schema ${shown}: no tables; "postgres install" makes them`]
  const seen = processes.map(({ seenMs }) => Math.round(seenMs / 1000))
  const ages = seen.length > 0 ? `, seen ${seen.join(', ')} s ago` : ''
  return [
    server,
    `schema ${shown}: format ${format}, in use by ${countOf(processes.length, 'process', 'processes')}${ages}`,
  ]
}
