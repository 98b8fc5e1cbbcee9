/** `postgres`: what is done to a server as a whole. */
import type { Command } from 'commander'
import { withExamples } from '../../terminal/output.ts'
import { addInstall } from './install.ts'
import { addServerStatus } from './status.ts'

/** Adds the command, and those below it. */
export function addPostgres(program: Command): void {
  const command = program
    .command('postgres')
    .description('make the tables on a PostgreSQL server, or see how it does')
    .helpCommand('help [command]', 'the same as --help')
  addInstall(command)
  addServerStatus(command)
  withExamples(command, 'postgres install --role app', 'postgres status')
}
