/** `check`: whether databases are sound. */
import type { Command } from 'commander'
import { checkDirectory, type DatabaseCheck, type DirectoryCheck } from 'idb-everywhere/maintenance'
import { paint } from '../../terminal/colors.ts'
import { directoryArgument, existingDirectory } from '../../terminal/directory.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { countOf } from '../../terminal/table.ts'
import { inLines } from '../../terminal/width.ts'
import { withProgress } from './progress.ts'
import { isDamage, nameOf, problemLines } from './problems.ts'

/** Adds the command. */
export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description('whether databases are sound; exit code 3 where one is damaged')
    .addArgument(directoryArgument())
    .argument('[database]', 'its name; all, where it is left out')
    .action(check)
  withExamples(withJson(command), 'check ./data', 'check ./data shop --json')
}

async function check(
  directory: string,
  name: string | undefined,
  { json }: { readonly json: boolean },
): Promise<void> {
  const path = existingDirectory(
    directory,
    'on a server, "export" reads all of a database and says what cannot be read',
  )
  const found = await withProgress('check', (onProgress) =>
    checkDirectory(path, { onProgress, ...(name !== undefined && { name }) }),
  )
  await (json ? printJson(found) : printFound(found))
  if (!found.isSound) process.exitCode = exitCodes.found
}

async function printFound({ depth, databases }: DirectoryCheck): Promise<void> {
  for (const database of databases) await printLine(linesOf(database).join('\n'))
  if (databases.length === 0) await printLine('no databases')
  if (depth === 'files') return
  await printLine(inLines(isShared))
}

const isShared =
  'Another program has the directory: all records were read, and index entries counted; run it again without that program to have pages, key generators and each index entry checked'

/** What is printed of a database. */
export function linesOf(database: DatabaseCheck): string[] {
  const { version, records, problems } = database
  const mark = problems.some(isDamage) ? paint('red', '✗') : paint('green', '✓')
  const isKnown = database.name !== null
  const what = isKnown ? `, version ${version}, ${countOf(records, 'record')}` : ''
  return [`${mark} ${nameOf(database)}${what}`, ...problemLines(problems)]
}
