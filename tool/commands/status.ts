/** `status`: who has a directory, and who else is there. */
import type { Command } from 'commander'
import { status } from 'idb-everywhere/status'
import { directoryArgument, existingDirectory } from '../terminal/directory.ts'
import { printJson, withExamples, withJson } from '../terminal/output.ts'

const onServer = 'of a server, "postgres status" says who uses it'

/** Adds the command. It takes part in nothing, and leaves no trace. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('who owns a directory of databases, and who else uses it, as JSON')
    .addArgument(directoryArgument())
    .action(async (directory: string) =>
      printJson(await status(existingDirectory(directory, onServer))),
    )
  withExamples(withJson(command, 'as it is always'), 'status ./data')
}
