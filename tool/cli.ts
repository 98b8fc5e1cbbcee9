#!/usr/bin/env node
/** The command line, `npx idb-everywhere`: what is asked for, and the exit code it ends with. */
import { createRequire } from 'node:module'
import { Command } from 'commander'
import { addInspect } from './commands/inspect.ts'
import { addStatus } from './commands/status.ts'

/** The package's own manifest, by its own name: the path to it differs between the sources and what is built. */
const { version, description } = createRequire(import.meta.url)('idb-everywhere/package.json') as {
  readonly version: string
  readonly description: string
}

/** Each adds a command. */
const commands = [addInspect, addStatus]

const program = new Command('idb-everywhere')
  .description(description)
  .version(version)
  .showHelpAfterError('(--help says what there is)')
for (const add of commands) add(program)

try {
  await program.parseAsync()
} catch (error) {
  // A person reads it, so it is one line; the stack is for those who write programs.
  program.error(`error: ${error instanceof Error ? error.message : String(error)}`)
}
