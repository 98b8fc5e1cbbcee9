/** `backup`: a database as the SQLite file that it is, while it is in use. */
import type { Command } from 'commander'
import { backupToFile } from 'idb-everywhere/snapshot'
import { requireDatabase } from '../../databases/connection.ts'
import { withIndexedDB } from '../../terminal/directory.ts'
import { refuseExisting } from '../../terminal/files.ts'
import { interruption } from '../../terminal/interruption.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { plainText } from '../../terminal/plain-text.ts'
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
  refuseExisting(file, force)
  const progress = startProgress('bytes')
  const { bytes } = await withIndexedDB(directory, async (indexedDB) => {
    await requireDatabase(indexedDB, name)
    return backupToFile(indexedDB, name, file, {
      signal: interruption('Interrupted; there is no backup'),
      onProgress: (it) => progress.show('backup', it.bytes, it.total),
    })
  }).finally(() => progress.end())
  if (json) return printJson({ database: name, file, bytes })
  await printLine(`${plainText(name)} in ${plainText(file)}, ${formatBytes(bytes)}`)
}
