/** What a command writes to its standard output, with back-pressure: however much it is, it takes no memory. */
import type { Command } from 'commander'
import { paint } from './colors.ts'
import { jsonText } from './plain-text.ts'

/** The reader of the output has gone, as `head` does once it has enough: no failure. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** The output cannot be written, as on a full disk. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed'
  readonly code: string | undefined

  constructor({ code, message }: NodeJS.ErrnoException) {
    super(`The standard output cannot be written: ${message}; what it has is not whole`)
    this.code = code
  }
}

/** Why no more can be written; null: it can. */
let failure: OutputClosed | OutputFailed | null = null

/**
 * Keeps an output that cannot be written from ending the process in the middle of things. Called once, before anything is printed;
 * `failed` is called before the process ends if the reader has not gone, and what was written is not whole.
 */
export function watchOutput(failed: (failure: OutputFailed) => void): void {
  process.stdout.on('error', note)
  process.once('exit', () => {
    if (failure instanceof OutputFailed) failed(failure)
  })
}

function note(error: NodeJS.ErrnoException): OutputClosed | OutputFailed {
  failure ??= error.code === 'EPIPE' ? new OutputClosed() : new OutputFailed(error)
  return failure
}

/**
 * Writes a piece of text as it is, and waits until the system has it.
 *
 * @throws OutputClosed when its reader has gone, OutputFailed when it cannot be written
 */
export function writeText(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (failure) return reject(failure)
    process.stdout.write(text, (error) => (error ? reject(note(error)) : resolve()))
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
