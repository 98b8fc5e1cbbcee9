/** `postgres install`: makes the tables. */
import type { Command } from 'commander'
import { installPostgres } from 'idb-everywhere/postgres'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
import { type PlaceOptions, schemaOf, withPlace, withServer } from './place.ts'

interface InstallOptions extends PlaceOptions {
  readonly json: boolean
  readonly role?: string
}

/** Adds the command. */
export function addInstall(postgres: Command): void {
  const command = postgres
    .command('install')
    .description(
      'make the tables, unless they are there, owned by the role that connects; all of it or nothing',
    )
    .option('--role <name>', 'a role that is given the rights to rows, and no others')
    .action(install)
  withExamples(
    withJson(withServer(command)),
    'postgres install --role app',
    'postgres install postgres://owner@db.example.com/app --schema tenant_a --role tenant_a',
  )
}

function install(server: string, { json, role, ...options }: InstallOptions): Promise<void> {
  return withPlace(server, options, async (place) => {
    const isNew = await installPostgres({ ...place, ...(role !== undefined && { role }) })
    const schema = schemaOf(place)
    if (json) return printJson({ schema, isNew, role: role ?? null })
    const done = isNew ? 'made' : 'there already'
    await printLine(`tables in schema ${shownName(schema)}: ${done}`)
    if (role !== undefined) await printLine(`role ${shownName(role)}: may use them`)
  })
}
