/** `compact`: makes files as small as what is in them. */
import type { Command } from 'commander'
import { compact } from 'idb-everywhere/maintenance'
import { existingDirectory } from '../../terminal/directory.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
import { formatBytes, formatTable } from '../../terminal/table.ts'

/** Adds the command. */
export function addCompact(program: Command): void {
  const command = program
    .command('compact')
    .description('make the files of databases as small as what is in them')
    .argument('<directory>', 'where the databases are; no program may have it')
    .argument('[database]', 'its name; all, where it is left out')
    .action(makeSmall)
  withExamples(withJson(command), 'compact ./data', 'compact ./data shop')
}

async function makeSmall(
  directory: string,
  name: string | undefined,
  { json }: { readonly json: boolean },
): Promise<void> {
  const path = existingDirectory(directory, 'a server gives space free by itself')
  const compacted = await compact(path, name === undefined ? {} : { name })
  if (json) return printJson(compacted)
  if (compacted.length === 0) return printLine('no databases')
  await printLine(
    formatTable(
      ['database', 'before', 'after'],
      compacted.map((it) => [
        shownName(it.name),
        formatBytes(it.bytesBefore),
        formatBytes(it.bytesAfter),
      ]),
    ),
  )
}
