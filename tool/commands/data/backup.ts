/** `backup`: a database as the SQLite file that it is, while it is in use. */
import type { Command } from 'commander'
import { backupToFile } from 'idb-everywhere/snapshot'
import { requireDatabase } from '../../databases/connection.ts'
import { withIndexedDB } from '../../terminal/directory.ts'
import { WrongUse } from '../../terminal/failures.ts'
import { checkTarget } from '../../terminal/files.ts'
import { interruption } from '../../terminal/interruption.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { plainText, shownName } from '../../terminal/plain-text.ts'
import { startProgress } from '../../terminal/progress.ts'
import { formatBytes } from '../../terminal/table.ts'

interface BackupOptions {
  readonly json: boolean
  readonly force: boolean
}

/** Adds the command. */
export function addBackup(program: Command): void {
  const command = program
    .command('backup')
    .description('copy a database as one SQLite file, while it is in use; "import" restores it')
    .argument('<directory>', 'where the databases are')
    .argument('<database>', 'its name')
    .argument('<file>', 'the file to write')
    .option('--force', 'overwrite the file, if it is there', false)
    .action(backUp)
  withExamples(withJson(command, 'print what was written'), 'backup ./data shop shop.sqlite')
}

async function backUp(
  directory: string,
  name: string,
  file: string,
  { json, force }: BackupOptions,
): Promise<void> {
  requireFile(file, force)
  const progress = startProgress('bytes')
  const { bytes } = await withIndexedDB(directory, async (indexedDB) => {
    await requireDatabase({ directory, indexedDB }, name)
    return backupToFile(indexedDB, name, file, {
      signal: interruption('Interrupted; there is no backup'),
      onProgress: (it) => progress.show('backup', it.bytes, it.total),
    })
  }).finally(() => progress.end())
  if (json) return printJson({ database: name, file, bytes })
  await printLine(`${shownName(name)} in ${plainText(file)}, ${formatBytes(bytes)}`)
}

/** An SQLite file is written at many places of it, and takes its name when it is whole. */
function requireFile(file: string, force: boolean): void {
  if (file !== '-' && checkTarget(file, { force }) !== 'device') return
  const advice = file === '-' ? 'a name (./- for a file of that one)' : 'a file'
  throw new WrongUse(`A backup cannot be written to "${file}"; give it ${advice}, or use "export"`)
}
