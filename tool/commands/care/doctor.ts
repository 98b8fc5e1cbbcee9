/** `doctor`: all that can be told of a directory from outside. */
import type { Command } from 'commander'
import { type Diagnosis, doctor, type Finding } from 'idb-everywhere/maintenance'
import { paint } from '../../terminal/colors.ts'
import { directoryArgument, requireFiles } from '../../terminal/directory.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { plainText, shownName } from '../../terminal/plain-text.ts'
import { countOf, formatBytes, formatTable } from '../../terminal/table.ts'
import { inLines } from '../../terminal/width.ts'
import { ownerText } from './owner-text.ts'

/** Adds the command. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description(
      'who has a directory, what it lies on, what is in it, and what would go wrong there; exit code 3 where something is wrong',
    )
    .addArgument(directoryArgument())
    .action(examine)
  withExamples(withJson(command), 'doctor ./data')
}

async function examine(directory: string, { json }: { readonly json: boolean }): Promise<void> {
  requireFiles(directory, 'of a server, "postgres status" says how it does')
  const diagnosis = await doctor(directory)
  await (json ? printJson(diagnosis) : printDiagnosis(diagnosis))
  if (diagnosis.findings.some(({ level }) => level === 'error')) process.exitCode = exitCodes.found
}

async function printDiagnosis(diagnosis: Diagnosis): Promise<void> {
  const width = Math.max(...rowsOf(diagnosis).map(([title]) => title.length))
  for (const [title, text] of rowsOf(diagnosis)) {
    const lines = inLines(plainText(text), width + 2)
    await printLine(`${paint('bold', title.padEnd(width))}  ${lines}`)
  }
  if (diagnosis.databases.length > 0) await printLine(`\n${databasesText(diagnosis)}`)
  await printLine()
  for (const finding of diagnosis.findings) await printLine(findingText(finding))
  if (diagnosis.findings.length === 0)
    await printLine(paint('green', '✓ nothing is wrong, as far as it is seen from outside'))
}

function rowsOf(diagnosis: Diagnosis): [title: string, text: string][] {
  const { path, reader, status, lock, fileSystem, usedBytes, databases } = diagnosis
  const { version, engine, runtime, formats } = reader
  return [
    ['directory', path],
    ['owner', status ? ownerText(status) : 'not known'],
    ['lock', locks[lock.owner ?? lock.here]],
    ['package', `idb-everywhere ${version}, ${engine}, ${runtime}`],
    [
      'reads formats',
      `up to ${formats.file} of files, ${formats.key} of keys, ${formats.value} of values`,
    ],
    ['access', accessText(diagnosis)],
    ['holds', `${countOf(databases.length, 'database')}, ${formatBytes(usedBytes)}`],
    ...(fileSystem ? [['file system', fileSystemText(fileSystem)] as [string, string]] : []),
  ]
}

const locks = {
  kernel: "the system's, which ends with the process",
  claim: 'a file that names the owner',
}

function accessText({ isReadable, isWritable }: Diagnosis): string {
  if (!isReadable) return 'none'
  return isWritable ? 'read and write' : 'read only'
}

function fileSystemText({
  type,
  freeBytes,
  totalBytes,
}: NonNullable<Diagnosis['fileSystem']>): string {
  const room = `${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}`
  return type === null ? room : `${type}, ${room}`
}

/** Files do not say their names from outside; an owner does, of those that are open. */
function databasesText({ databases }: Diagnosis): string {
  const isNamed = databases.some(({ name }) => name !== null)
  const table = formatTable(
    ['file', ...(isNamed ? ['database'] : []), 'state', 'format', 'size', 'log'],
    databases.map(({ file, name, state, format, sizeBytes, logBytes }) => [
      file,
      ...(isNamed ? [name === null ? undefined : shownName(name)] : []),
      state,
      format ?? undefined,
      formatBytes(sizeBytes),
      logBytes > 0 ? formatBytes(logBytes) : undefined,
    ]),
  )
  const about =
    'This is seen from outside: "ls" tells names, and "check" whether all in them is sound'
  return `${table}\n${paint('dim', inLines(about))}`
}

const marks = {
  error: paint('red', '✗'),
  warning: paint('yellow', '!'),
  note: paint('dim', '·'),
}

function findingText({ level, message, advice }: Finding): string {
  return [
    `${marks[level]} ${inLines(plainText(message), 2)}`,
    `  ${paint('dim', inLines(plainText(advice), 2))}`,
  ].join('\n')
}
