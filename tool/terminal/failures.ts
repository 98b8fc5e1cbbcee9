/** What a person and a script are told when a command does not do what was asked of it. */
import { CommanderError } from 'commander'
import { paint } from './colors.ts'
import { exitCodes } from './exit-codes.ts'
import { OutputClosed, OutputFailed } from './output.ts'
import { plainText } from './plain-text.ts'

/** A failure that the command line finds by itself. `codes`: names for it that scripts can look for. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly codes: readonly string[]

  constructor(message: string, ...codes: readonly string[]) {
    super(message)
    this.codes = codes
  }
}

/** The command line makes no sense, as shows only when the command is carried out. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse'
}

/** What interrupts a command: the signal, and what the command ends with. */
const interruptions = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const

export type InterruptingSignal = keyof typeof interruptions

/** A person has pressed Ctrl-C, or the process was sent another of those signals. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly signal: InterruptingSignal

  constructor(message: string, signal: InterruptingSignal) {
    super(message)
    this.signal = signal
  }
}

/** Prints what went wrong as one line, and gives the exit code that says it. */
export function reportFailure(error: unknown): number {
  // The parser has printed its own, help and version included.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usedWrongly
  if (error instanceof OutputClosed) return exitCodes.done
  // It is told once, at the end.
  if (error instanceof OutputFailed) return exitCodes.outputFailed
  print(error)
  if (error instanceof WrongUse) return exitCodes.usedWrongly
  return error instanceof Interrupted ? interruptions[error.signal] : exitCodes.failed
}

/** The same for an output that could not be written; of what else went wrong, that is the exit code. */
export function reportOutput(error: OutputFailed): void {
  print(error)
  process.exitCode = exitCodes.outputFailed
}

function print(error: unknown): void {
  console.error(`${paint('red', 'error:', process.stderr)} ${failureText(error)}`)
}

/** One line: what went wrong, and the codes by which it can be looked up. A stack is for those who write programs. */
export function failureText(error: unknown): string {
  const message =
    error instanceof Error || error instanceof DOMException ? error.message : String(error)
  const codes = codesOf(error)
  const line = plainText(withoutPasswords(message.replace(/\s*\n\s*/g, ' ')))
  return codes.length > 0 ? `${line} (${codes.join(', ')})` : line
}

/** The address of a server may stand in the place of a name. */
export function withoutPasswords(text: string): string {
  return text
    .replace(/(:\/*)[^\s"'/:@]+:[^\s"'@]+@/g, '$1…@')
    .replace(/\b(password|pwd)(\s*=\s*)[^\s"'&]+/gi, '$1$2…')
}

/** The specification's name for it, then the code of this package or of the system. */
export function codesOf(error: unknown): readonly string[] {
  if (error instanceof Failure) return error.codes
  const { code, cause } = Object(error) as { code?: unknown; cause?: { code?: unknown } }
  const found = [error instanceof DOMException ? error.name : undefined, cause?.code, code]
  return found.filter((it) => typeof it === 'string')
}
