/** `import`: a database from the file of an export or a backup. */
import { createReadStream, open, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { type Command, Option } from 'commander'
import { type Imported, importDatabase, type ImportProgress } from 'idb-everywhere/snapshot'
import { type Format, formats, readAs } from './formats.ts'
import { importFailure } from './import-failure.ts'
import { Patience, withWait } from '../../databases/blocked.ts'
import { madeDirectory, withIndexedDB } from '../../terminal/directory.ts'
import { Failure, WrongUse } from '../../terminal/failures.ts'
import { interruption, orInterrupted } from '../../terminal/interruption.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
import { startProgress } from '../../terminal/progress.ts'
import { isServer, placeText } from '../../terminal/server.ts'
import { countOf } from '../../terminal/table.ts'

interface ImportOptions {
  readonly json: boolean
  readonly format?: Format
  readonly name?: string
  readonly replace: boolean
  readonly resume: boolean
  readonly wait: number
}

/** Adds the command. */
export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('make a database of an export or a backup; it appears as a whole, or not at all')
    .argument('<directory>', `${placeText}; made, if it is not there`)
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
    withJson(withWait(command), 'print what was imported'),
    'import ./data shop.jsonl',
    'import ./data shop.jsonl --name copy --resume',
    'import ./data shop.sqlite --replace --wait 60',
    'import ./data dexie-export.json --format dexie',
    'import ./data state.json --format playwright --name shop',
    'import ./data .spacekit-idb/shop.wal --format spacekit',
    'gunzip < shop.jsonl.gz | idb-everywhere import ./data - --replace',
  )
}

async function importFrom(directory: string, file: string, options: ImportOptions): Promise<void> {
  const signal = interruption(interruptedText(options.resume))
  const source = await streamOf(file, signal)
  const importing = importStream(directory, source, { ...options, file, signal })
  const imported = await orInterrupted(signal, importing)
  if (options.json) return printJson(imported)
  const { records, version } = imported
  await printLine(
    `${countOf(records, 'record')} in ${shownName(imported.name)}, version ${version}`,
  )
}

interface Importing extends ImportOptions {
  readonly file: string
  readonly signal: AbortSignal
}

async function importStream(
  directory: string,
  source: ReadableStream<Uint8Array>,
  { file, format, name, replace, resume, signal, wait }: Importing,
): Promise<Imported> {
  const stream = format ? await readAs(format, { source, file, name }) : source
  const { removeIfEmpty } = madeDirectory(directory)
  const progress = startProgress('records')
  const patience = new Patience({ place: directory, wait, done: 'replaced' })
  const onProgress = ({ phase, records, total }: ImportProgress): void =>
    progress.show(titles[phase], records, total)
  try {
    return await withIndexedDB(directory, (indexedDB) =>
      importDatabase(stream, {
        indexedDB,
        name,
        replace,
        resume,
        signal: AbortSignal.any([signal, patience.signal]),
        onProgress,
        onBlocked(blockers, blocked) {
          progress.end()
          patience.begin(blocked, blockers)
        },
      }),
    )
  } catch (error) {
    removeIfEmpty()
    throw importFailure(error, { file, replace })
  } finally {
    patience.end()
    progress.end()
  }
}

const titles: Readonly<Record<ImportProgress['phase'], string>> = {
  staged: 'read',
  tried: 'try',
  stored: 'store',
}

const interruptedText = (resume: boolean): string =>
  resume
    ? 'Interrupted; what has arrived is kept, and the same command goes on from there'
    : 'Interrupted; nothing was imported'

/** `signal` ends it, also while nothing comes. @throws Failure where there is no such file: before anything is made */
async function streamOf(file: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const source = await sourceOf(file)
  signal.addEventListener('abort', () => source.destroy(signal.reason as Error)) // interruption() gives one.
  return Readable.toWeb(source) as ReadableStream<Uint8Array> // A stream without an encoding gives bytes.
}

async function sourceOf(file: string): Promise<Readable> {
  if (file === '-') return process.stdin
  requireFile(file)
  // A read of a pipe as a file could not be given up before its writer writes or ends.
  if (statSync(file).isFIFO()) return new Socket({ fd: await openFile(file), writable: false })
  return createReadStream(file, { highWaterMark: 256 * 1024 })
}

const openFile = (file: string): Promise<number> => promisify(open)(file, 'r')

/** It may be a pipe, such as a shell's `<(…)`. */
function requireFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  const advice = 'name the file of an export or a backup, after the place of the databases'
  if (!found && isServer(file)) throw new WrongUse(`That is a server in place of a file; ${advice}`)
  if (!found) throw new Failure(`File "${file}" is not there; ${advice}`, 'ENOENT')
  if (found.isDirectory()) throw new Failure(`"${file}" is a directory; ${advice}`, 'EISDIR')
}
