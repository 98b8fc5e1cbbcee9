/** `ls`: the databases of a directory, or on a server. */
import type { Command } from 'commander'
import { type DirectoryListing, listDatabases, type OtherFile } from 'idb-everywhere/maintenance'
import { existingDirectory, placeArgument, withIndexedDB } from '../../terminal/directory.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
import { isServer } from '../../terminal/server.ts'
import { formatBytes, formatTable } from '../../terminal/table.ts'

/** Adds the command. */
export function addLs(program: Command): void {
  const command = program
    .command('ls')
    .description(
      'the databases of a directory, with versions and sizes; exit code 3 where one is damaged',
    )
    .addArgument(placeArgument())
    .action(list)
  withExamples(withJson(command), 'ls ./data')
}

async function list(directory: string, { json }: { readonly json: boolean }): Promise<void> {
  if (isServer(directory)) return listOnServer(directory, json)
  const listing = await listDatabases(existingDirectory(directory))
  if (listing.others.some(({ damage }) => damage !== null)) process.exitCode = exitCodes.found
  if (json) return printJson(listing)
  await printLine(databasesText(listing))
  if (listing.others.length > 0) await printLine(`\n${othersText(listing.others)}`)
}

/** A server has no files of them. */
async function listOnServer(server: string, json: boolean): Promise<void> {
  const found = await withIndexedDB(server, (indexedDB) => indexedDB.databases())
  const databases = found.map(({ name = '', version = 0 }) => ({ name, version }))
  if (json) return printJson({ databases, others: [] })
  if (databases.length === 0) return printLine('no databases')
  const rows = databases.map(({ name, version }) => [shownName(name), version])
  await printLine(formatTable(['database', 'version'], rows))
}

function databasesText({ databases }: DirectoryListing): string {
  if (databases.length === 0) return 'no databases'
  return formatTable(
    ['database', 'version', 'size', 'of it in the log'],
    databases.map(({ name, version, sizeBytes, logBytes }) => [
      shownName(name),
      version,
      formatBytes(sizeBytes),
      logBytes > 0 ? formatBytes(logBytes) : undefined,
    ]),
  )
}

const roles: Readonly<Record<OtherFile['role'], string>> = {
  database: 'a database that cannot be opened, or is not complete',
  log: 'the log of a database that is not in the list',
  damaged: 'put aside by a salvage',
  copy: 'left by an interrupted salvage or compaction',
  deletion: 'a note of a deletion',
  foreign: "another program's",
}

function othersText(others: readonly OtherFile[]): string {
  return formatTable(
    ['other file', 'size', 'what it is'],
    others.map(({ file, sizeBytes, role, damage }) => [
      file,
      formatBytes(sizeBytes),
      damage === null ? roles[role] : 'a damaged database; "check" says more',
    ]),
  )
}
