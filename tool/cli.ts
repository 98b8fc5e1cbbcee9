#!/usr/bin/env node
/** The command line, `npx idb-everywhere`: what is asked for, and the exit code it ends with. */
import { createRequire } from 'node:module'
import { addCheck } from './commands/care/check.ts'
import { addCompact } from './commands/care/compact.ts'
import { addDoctor } from './commands/care/doctor.ts'
import { addLs } from './commands/care/ls.ts'
import { addRm } from './commands/care/rm.ts'
import { addSalvage } from './commands/care/salvage.ts'
import { addBackup } from './commands/data/backup.ts'
import { addBench } from './commands/data/bench.ts'
import { addDelete } from './commands/data/delete.ts'
import { addDiff } from './commands/data/diff.ts'
import { addDump } from './commands/data/dump.ts'
import { addExport } from './commands/data/export.ts'
import { addGet } from './commands/data/get.ts'
import { addImport } from './commands/data/import.ts'
import { addPut } from './commands/data/put.ts'
import { addQuery } from './commands/data/query.ts'
import { addSchema } from './commands/data/schema.ts'
import { addCompletion } from './commands/completion.ts'
import { addInspect } from './commands/inspect.ts'
import { addPostgres } from './commands/postgres/postgres.ts'
import { addStatus } from './commands/status.ts'
import { reportFailure, reportOutput, withoutPasswords } from './terminal/failures.ts'
import { helpLooks } from './terminal/help.ts'
import { watchOutput } from './terminal/output.ts'
import { ToolCommand } from './terminal/tool-command.ts'

/** The package's own manifest, by its own name: the path to it differs between the sources and what is built. */
const { version, description } = createRequire(import.meta.url)('idb-everywhere/package.json') as {
  readonly version: string
  readonly description: string
}

/** Heading in the help → what adds the commands below it. */
const commands = {
  'Look:': [addLs, addSchema, addGet, addDump, addQuery, addInspect],
  'Change:': [addPut, addDelete],
  'Move:': [addExport, addImport, addBackup],
  'Compare:': [addDiff],
  'Care:': [addDoctor, addStatus, addCheck, addSalvage, addCompact, addRm],
  'On a server:': [addPostgres],
  'Measure:': [addBench],
  'Others:': [addCompletion],
}

/** Keys and names may look like options. */
const beforeMinus = 'put -- before arguments that begin with a minus'

const program = new ToolCommand('idb-everywhere')
  .description(description)
  .version(version)
  .showHelpAfterError('(--help says what there is)')
  .configureHelp(helpLooks)
  .exitOverride()
  .configureOutput({
    outputError: (message, write) =>
      write(
        withoutPasswords(message).replace(/^error: unknown option '-[^-].*/, `$&; ${beforeMinus}`),
      ),
  })
for (const [heading, adds] of Object.entries(commands)) {
  program.commandsGroup(heading)
  for (const add of adds) add(program)
}
program.helpCommand('help [command]', 'the same as --help')

watchOutput(reportOutput)
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = reportFailure(error)
}
