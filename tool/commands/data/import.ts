/** `import`: a database from the file of an export or a backup. */
import { createReadStream, mkdirSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { type Command, Option } from 'commander'
import { importDatabase, type ImportProgress } from 'idb-everywhere/snapshot'
import { type Format, formats, readAs } from './formats.ts'
import { withIndexedDB } from '../../terminal/directory.ts'
import { Failure } from '../../terminal/failures.ts'
import { interruption } from '../../terminal/interruption.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { plainText } from '../../terminal/plain-text.ts'
import { startProgress } from '../../terminal/progress.ts'
import { countOf } from '../../terminal/table.ts'

interface ImportOptions {
  readonly json: boolean
  readonly format?: Format
  readonly name?: string
  readonly replace: boolean
  readonly resume: boolean
}

/** Adds the command. */
export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('make a database of an export or a backup; it appears as a whole, or not at all')
    .argument('<directory>', 'where the databases are; made, if it is not there')
    .argument('<file>', 'the file of an export or a backup; - for the standard input')
    .option('--name <name>', 'the name of the database; default: the one it was exported under')
    .addOption(
      new Option('--format <format>', 'what has written the file, if not this package').choices(
        formats,
      ),
    )
    .option(
      '--replace',
      'replace the database of that name, once the file has arrived and is whole',
      false,
    )
    .option(
      '--resume',
      'keep what has arrived when it is interrupted; the same command goes on from there',
      false,
    )
    .action(importFrom)
  withExamples(
    withJson(command, 'print what was imported'),
    'import ./data shop.jsonl',
    'import ./data shop.jsonl --name copy --resume',
    'import ./data shop.sqlite --replace',
    'import ./data dexie-export.json --format dexie',
    'import ./data state.json --format playwright --name shop',
    'import ./data .spacekit-idb/shop.wal --format spacekit',
    'gunzip < shop.jsonl.gz | idb-everywhere import ./data - --replace',
  )
}

async function importFrom(
  directory: string,
  file: string,
  { json, format, name, replace, resume }: ImportOptions,
): Promise<void> {
  const signal = interruption(interruptedText(resume))
  const source = streamOf(file, signal)
  const stream = format ? await readAs(format, { source, file, name }) : source
  mkdirSync(directory, { recursive: true })
  const progress = startProgress('records')
  const imported = await withIndexedDB(directory, (indexedDB) =>
    importDatabase(stream, {
      indexedDB,
      name,
      replace,
      resume,
      signal,
      onProgress: ({ phase, records, total }) => progress.show(titles[phase], records, total),
    }),
  ).finally(() => progress.end())
  if (json) return printJson(imported)
  const { records, version } = imported
  await printLine(
    `${countOf(records, 'record')} in ${plainText(imported.name)}, version ${version}`,
  )
}

const titles: Readonly<Record<ImportProgress['phase'], string>> = {
  staged: 'read',
  stored: 'store',
}

const interruptedText = (resume: boolean): string =>
  resume
    ? 'Interrupted; what has arrived is kept, and the same command goes on from there'
    : 'Interrupted; nothing was imported'

/** `signal` ends it, also while nothing comes. @throws Failure where there is no such file: before anything is made */
function streamOf(file: string, signal: AbortSignal): ReadableStream<Uint8Array> {
  if (file !== '-' && !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new Failure(
      `File "${file}" is not there; name the file of an export or a backup`,
      'ENOENT',
    )
  }
  const source =
    file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 })
  signal.addEventListener('abort', () => source.destroy(signal.reason as Error)) // interruption() gives one.
  return Readable.toWeb(source) as ReadableStream<Uint8Array> // A stream without an encoding gives bytes.
}
