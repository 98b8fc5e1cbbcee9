/** What a command writes to its standard output, with back-pressure: however much it is, it takes no memory. */
import { once } from 'node:events'
import type { Command } from 'commander'
import { paint } from './colors.ts'
import { jsonText } from './plain-text.ts'

/** The reader of the output has gone, as `head` does once it has enough: no failure. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

let isClosed = false

/** Keeps a closed pipe from ending the process in the middle of things. Called once, before anything is printed. */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    isClosed = true
  })
}

/** Writes a piece of text as it is. @throws OutputClosed when its reader has gone */
export async function writeText(text: string | Uint8Array): Promise<void> {
  if (isClosed) throw new OutputClosed()
  if (process.stdout.write(text)) return
  await once(process.stdout, 'drain').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EPIPE' ? new OutputClosed() : error
  })
}

/** Writes a line. */
export const printLine = (line = ''): Promise<void> => writeText(`${line}\n`)

/** Writes one JSON document, laid out for reading. */
export const printJson = (value: unknown): Promise<void> => printLine(jsonText(value, 2))

/** Writes a line of JSON Lines. */
export const printJsonLine = (value: unknown): Promise<void> => printLine(jsonText(value))

/** Adds `--json`, which every command has. */
export function withJson(command: Command, what = 'print JSON'): Command {
  return command.option('--json', what, false)
}

/** Adds examples to the help of a command: each a command line, without the name of the program where that is the first word. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map(
    (it) => `  $ ${it.includes('idb-everywhere') ? it : `idb-everywhere ${it}`}`,
  )
  return command.addHelpText(
    'after',
    `\n${paint('bold', lines.length === 1 ? 'Example:' : 'Examples:')}\n${lines.join('\n')}`,
  )
}
