/** `export`: a database as JSON Lines. */
import { randomUUID } from 'node:crypto'
import { lstatSync, readdirSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import type { IDBFactory } from 'idb-everywhere'
import { exportDatabase, formatKey, type Loss } from 'idb-everywhere/snapshot'
import { requireDatabase } from '../../databases/connection.ts'
import { withIndexedDB } from '../../terminal/directory.ts'
import { checkTarget, type Target, whereItLeads } from '../../terminal/files.ts'
import { interruption } from '../../terminal/interruption.ts'
import { printJson, printLine, withExamples, withJson, writeText } from '../../terminal/output.ts'
import { plainPieces, plainText } from '../../terminal/plain-text.ts'
import { startProgress } from '../../terminal/progress.ts'
import { placeText } from '../../terminal/server.ts'
import { countOf, formatBytes } from '../../terminal/table.ts'

interface ExportOptions {
  readonly json: boolean
  readonly force: boolean
}

/** Adds the command. */
export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description(
      'write a database as JSON Lines, with the type of every key and value; one state of it, also while others write',
    )
    .argument('<directory>', placeText)
    .argument('<database>', 'its name')
    .argument('[file]', 'the file to write; the standard output for -, or where it is left out')
    .option('--force', 'overwrite the file, if it is there', false)
    .action(exportTo)
  withExamples(
    withJson(command, 'print what was written to the file'),
    'export ./data shop shop.jsonl',
    'export ./data shop | gzip > shop.jsonl.gz',
  )
}

async function exportTo(
  directory: string,
  name: string,
  file = '-',
  { json, force }: ExportOptions,
): Promise<void> {
  const isOutput = outputs.has(file)
  const target = isOutput ? 'device' : checkTarget(file, { force })
  const written = await withIndexedDB(directory, async (indexedDB) => {
    await requireDatabase({ directory, indexedDB }, name)
    return isOutput
      ? exportToOutput(indexedDB, name)
      : exportToFile(indexedDB, name, { file, target })
  })
  if (isOutput) return
  if (json) return printJson({ database: name, file, ...written })
  const { records, bytes } = written
  await printLine(`${countOf(records, 'record')} in ${plainText(file)}, ${formatBytes(bytes)}`)
}

/** What names the standard output. */
const outputs: ReadonlySet<string> = new Set(['-', '/dev/stdout'])

interface Written {
  readonly records: number
  readonly bytes: number
}

interface Exporting {
  readonly stream: ReadableStream<Uint8Array>
  readonly signal: AbortSignal
  /** What was written, once the stream has ended. */
  end(): Written
}

function startExport(indexedDB: IDBFactory, name: string): Exporting {
  const progress = startProgress('records')
  const signal = interruption('Interrupted; the export is not whole')
  let written = { records: 0, bytes: 0 }
  const stream = exportDatabase(indexedDB, name, {
    signal,
    onLoss: warnOfLoss,
    onProgress({ records, bytes, total }) {
      written = { records, bytes }
      progress.show('export', records, total)
    },
  })
  return {
    stream,
    signal,
    end() {
      progress.end()
      return written
    },
  }
}

function warnOfLoss({ store, key, type }: Loss): void {
  const place = `${key === undefined ? 'a record' : `the record ${formatKey(key)}`} of "${store}"`
  const warning = `A ${type} in ${place} cannot be exported; undefined stands for it`
  console.error(`warning: ${plainText(warning)}`)
}

async function exportToOutput(indexedDB: IDBFactory, name: string): Promise<Written> {
  const { stream, end } = startExport(indexedDB, name)
  try {
    const pieces = process.stdout.isTTY ? plainPieces(stream) : stream
    for await (const piece of pieces) await writeText(piece)
  } finally {
    end()
  }
  return end()
}

/** Under another name until it is whole: a file by the name that was asked for is an export. A device gets it as it comes. */
async function exportToFile(
  indexedDB: IDBFactory,
  name: string,
  { file, target }: { readonly file: string; readonly target: Target },
): Promise<Written> {
  const { stream, end } = startExport(indexedDB, name)
  try {
    if (target === 'device') await writeTo(file, stream, { flag: 'w', isSynced: false })
    else await writeWhole(file, stream, target)
  } finally {
    end()
  }
  return end()
}

async function writeTo(
  file: string,
  stream: ReadableStream<Uint8Array>,
  { flag, isSynced }: { readonly flag: 'w' | 'wx'; readonly isSynced: boolean },
): Promise<void> {
  const written = await open(file, flag)
  try {
    for await (const piece of stream) await written.writeFile(piece)
    if (isSynced) await written.sync()
  } finally {
    await written.close()
  }
}

/** Where a link leads, that file is replaced. */
async function writeWhole(
  file: string,
  stream: ReadableStream<Uint8Array>,
  target: Target,
): Promise<void> {
  const replaced = target === 'file' ? whereItLeads(file) : file
  const partial = `${replaced}.${randomUUID()}.partial`
  await removeLeftPartials(dirname(replaced))
  try {
    await writeTo(partial, stream, { flag: 'wx', isSynced: true })
    await rename(partial, replaced)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

const partialName = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial$/

/** How long ago the last byte of one was written whose export was killed: else each piece follows the last. */
const leftMs = 60 * 60 * 1_000

async function removeLeftPartials(directory: string): Promise<void> {
  for (const name of readdirSync(directory).filter((it) => partialName.test(it))) {
    const partial = join(directory, name)
    const found = lstatSync(partial, { throwIfNoEntry: false })
    // The export does without: this user may not remove it.
    if (found?.isFile() && Date.now() - found.mtimeMs > leftMs)
      await rm(partial, { force: true }).catch(() => undefined)
  }
}
